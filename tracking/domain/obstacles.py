"""Why a candidate cannot be credited on its own, before candidates are compared."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tracking.domain.candidates import (
    NOT_ATTRIBUTABLE,
    BoundCandidate,
    Candidate,
    ClickCandidate,
    CodeCandidate,
    CodePolicy,
    OrderFacts,
    Party,
    Policies,
    Policy,
    SubscriptionCandidate,
)
from tracking.domain.checks import OF_THE_CREATOR, find_refusal
from tracking.domain.codec import iso_utc, to_utc
from tracking.domain.reasons import (
    LOST_CODE_NEEDS_CLICK,
    LOST_CODE_OFF,
    LOST_CODE_USED,
    LOST_NOT_COUNTED,
    LOST_NOT_MEMBER,
    LOST_PAID_AD,
    LOST_SUSPENDED,
    LOST_WINDOW,
    Reason,
)


def find_obstacles(
    order: OrderFacts, entrants: Sequence[Candidate], policies: Policies
) -> dict[Candidate, Reason]:
    """Return why each candidate cannot win on its own; one that is absent can."""
    found: dict[Candidate, Reason] = {}
    for entrant in reversed(entrants):  # clicks come before the codes that need one
        policy = policies[entrant.party.program]
        reason: Reason | None = None
        match entrant:
            case ClickCandidate():
                reason = _click_obstacle(entrant, order, policy)
            case CodeCandidate():
                clicks = _own_clicks(entrant, entrants)
                reason = _code_obstacle(entrant, order, policy, [found.get(c) for c in clicks])
            case SubscriptionCandidate():
                reason = _party_obstacle(entrant.party, order, policy)
            case BoundCandidate():
                reason = _bound_obstacle(entrant, order, policy)
        if reason is not None:
            found[entrant] = reason
    return found


def _own_clicks(code: CodeCandidate, entrants: Iterable[Candidate]) -> list[ClickCandidate]:
    enrollment = code.party.enrollment
    clicks = [entrant for entrant in entrants if isinstance(entrant, ClickCandidate)]
    return [click for click in clicks if click.party.enrollment == enrollment]


def _click_obstacle(click: ClickCandidate, order: OrderFacts, policy: Policy) -> Reason | None:
    date = {"creator": click.party.enrollment, "date": iso_utc(click.at)}
    if click.verdict in NOT_ATTRIBUTABLE:
        return Reason(LOST_NOT_COUNTED, {**date, "click": click.click, "verdict": click.verdict})
    joined_at = click.party.joined_at
    if joined_at is None or joined_at > click.at:
        return Reason(LOST_NOT_MEMBER, {**date, "joined": iso_utc(joined_at)})
    if not _is_within_window(click.at, order.placed_at, policy):
        window_end = iso_utc(to_utc(click.at) + timedelta(days=policy.window_days))
        ends = {"window_end": window_end, "order_date": iso_utc(order.placed_at)}
        return Reason(LOST_WINDOW, {**date, **ends})
    # A link of a suspended creator leads to the shop uncredited, also once it is reinstated.
    obstacle = _party_obstacle(click.party, order, policy, also_at=click.at)
    if obstacle is None and policy.is_paid_ad_first and order.has_paid_marker:
        return Reason(LOST_PAID_AD, date)
    return obstacle


def _is_within_window(click_at: datetime, placed_at: datetime, policy: Policy) -> bool:
    elapsed = _cut(placed_at) - _cut(click_at)
    return timedelta(0) <= elapsed <= timedelta(days=policy.window_days)


def _code_obstacle(
    code: CodeCandidate,
    order: OrderFacts,
    policy: Policy,
    own_clicks: Sequence[Reason | None],
) -> Reason | None:
    """Return what keeps a code from winning; `own_clicks`: the obstacle of each own click."""
    params = {"creator": code.party.enrollment, "code": code.code}
    joined_at, placed_at = code.party.joined_at, order.placed_at
    is_joined = joined_at is not None and joined_at <= placed_at
    if not is_joined or (code.disabled_at is not None and code.disabled_at <= placed_at):
        return Reason(LOST_CODE_OFF, {**params, "date": iso_utc(placed_at)})
    obstacle = _party_obstacle(code.party, order, policy)
    if obstacle is not None:
        return obstacle
    if code.used_by:
        return Reason(LOST_CODE_USED, {**params, "order": code.used_by})
    return _missing_click(code, policy.code_policy_for(code.party.partner_type), own_clicks)


def _missing_click(
    code: CodeCandidate, code_policy: CodePolicy, own_clicks: Sequence[Reason | None]
) -> Reason | None:
    if code_policy == "always" or None in own_clicks:
        return None
    outranked = next(
        (reason for reason in own_clicks if reason and reason.code == LOST_PAID_AD), None
    )
    # A click that only the brand's own advertising outranks was made all the same: it carries the
    # code, but cannot make its creator the winner by click.
    if outranked is None:
        return Reason(LOST_CODE_NEEDS_CLICK, {"creator": code.party.enrollment, "code": code.code})
    return outranked if code_policy == "only_as_winner" else None


def _bound_obstacle(bound: BoundCandidate, order: OrderFacts, policy: Policy) -> Reason | None:
    placed = _cut(order.placed_at)
    if placed < _cut(bound.bound_at) or (bound.until and placed > _cut(bound.until)):
        params = {
            "creator": bound.party.enrollment,
            "date": iso_utc(bound.bound_at),
            "window_end": iso_utc(bound.until),
            "order_date": iso_utc(order.placed_at),
        }
        return Reason(LOST_WINDOW, params)
    return _party_obstacle(bound.party, order, policy)


def _party_obstacle(
    party: Party, order: OrderFacts, policy: Policy, also_at: datetime | None = None
) -> Reason | None:
    if _is_suspended(party, order.placed_at) or _is_suspended(party, also_at or order.placed_at):
        return Reason(
            LOST_SUSPENDED, {"creator": party.enrollment, "date": iso_utc(party.suspended_at)}
        )
    return find_refusal(party, order, policy, OF_THE_CREATOR)


def _is_suspended(party: Party, at: datetime) -> bool:
    if party.suspended_at is None or at < party.suspended_at:
        return False
    return party.reinstated_at is None or at < party.reinstated_at


def _cut(at: datetime) -> datetime:
    """Return a time in whole seconds: stores cut theirs so, a click has more digits."""
    return to_utc(at).replace(microsecond=0)
