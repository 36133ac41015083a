"""Credit an order to one creator of the brand, and give every other candidate its reason.

The order of candidates: manual assignment, subscription, bound customer, code, click; a program may
put clicks before its codes. Pure and independent of the order of its input; it returns codes and
raw values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tracking.domain.candidates import (
    BoundCandidate,
    Candidate,
    ClickCandidate,
    CodeCandidate,
    ManualCandidate,
    OrderFacts,
    Policies,
    SubscriptionCandidate,
)
from tracking.domain.checks import OF_THE_SALE, Flag, find_refusal, list_flags
from tracking.domain.codec import canonical_json, decode_as, encode, iso_utc
from tracking.domain.obstacles import find_obstacles
from tracking.domain.reasons import (
    LOST_BOUND_OTHER,
    LOST_MANUAL,
    LOST_OTHER_CLICK,
    LOST_SUBSCRIPTION,
    LOST_TO_CODE,
    NONE_BAD_TOKEN,
    NONE_NO_SIGNAL,
    TEST,
    WON_BOUND,
    WON_CLICK_OVER_CODE,
    WON_CODE,
    WON_CODE_OVER_CLICK,
    WON_FIRST_CLICK,
    WON_LAST_CLICK,
    WON_MANUAL,
    WON_SUBSCRIPTION,
    Params,
    Reason,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN_SHOWN = 64


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """What became of one candidate.

    Another candidate of the winner's own creator bears the winner's reason: the order is theirs.
    """

    candidate: Candidate
    is_winner: bool
    code: str
    params: Params


@dataclass(frozen=True, slots=True)
class AttributionResult:
    """The outcome for one order; without a winner the reason is that of the first candidate."""

    winner: Candidate | None
    code: str
    params: Params
    rows: tuple[CandidateResult, ...]
    flags: tuple[Flag, ...] = ()


def attribute(
    *, order: OrderFacts, candidates: Iterable[Candidate], policies: Policies
) -> AttributionResult:
    """Decide who is credited with an order; `policies` by program id.

    Repeated candidates count once. A bound customer is a candidate only where binding is on, the
    creator of a subscription only where renewals are credited.

    :raises KeyError: a candidate's program has no policy.
    """
    entrants = sorted({c for c in candidates if _is_entrant(c, policies)}, key=_standing)
    if order.is_test:
        return _credit_nobody(order, entrants, dict.fromkeys(entrants, Reason(TEST, {})))
    obstacles = find_obstacles(order, entrants, policies)
    able = [entrant for entrant in entrants if entrant not in obstacles]
    winner = _pick_winner(able, policies)
    if winner is None:
        return _credit_nobody(order, entrants, obstacles)
    reasons = obstacles | _compare(winner, able, policies)
    refusal = _find_refusal(winner, order, policies)
    if refusal is not None:
        mine = [entrant for entrant in able if _is_same_creator(entrant, winner)]
        refused = reasons | dict.fromkeys(mine, refusal)
        return _credit_nobody(order, entrants, refused, refusal)
    won = reasons[winner]
    return AttributionResult(
        winner=winner,
        code=won.code,
        params=won.params,
        rows=_rows(entrants, reasons, winner),
        flags=_flags(winner, order, policies),
    )


def to_json(result: AttributionResult) -> dict[str, Any]:
    """Return the result as a value for a JSON column."""
    stored: dict[str, Any] = encode(result)
    return stored


def from_json(stored: Mapping[str, Any]) -> AttributionResult:
    """Rebuild a result from `to_json`."""
    return decode_as(AttributionResult, stored)


def _is_entrant(candidate: Candidate, policies: Policies) -> bool:
    policy = policies[candidate.party.program]
    match candidate:
        case BoundCandidate():
            return policy.is_binding_on
        case SubscriptionCandidate():
            return policy.is_crediting_renewals
    return True


def _standing(candidate: Candidate) -> tuple[int, int, int, str]:
    """Sort key: the order of kinds, inside a kind the better first, never a tie of two."""
    text = canonical_json(candidate)
    match candidate:
        case ManualCandidate():
            return 0, -_microseconds(candidate.assigned_at), 0, text
        case SubscriptionCandidate():
            return 1, _microseconds(candidate.first_at), 0, text
        case BoundCandidate():
            return 2, _microseconds(candidate.bound_at), 0, text
        case CodeCandidate():
            return 3, -candidate.discount_minor, candidate.position, text
        case ClickCandidate():
            return 4, -_microseconds(candidate.at), 0, text


def _credit_nobody(
    order: OrderFacts,
    entrants: Sequence[Candidate],
    reasons: Mapping[Candidate, Reason],
    refusal: Reason | None = None,
) -> AttributionResult:
    first = refusal or (reasons[entrants[0]] if entrants else _no_signal(order))
    return AttributionResult(
        winner=None, code=first.code, params=first.params, rows=_rows(entrants, reasons, None)
    )


def _no_signal(order: OrderFacts) -> Reason:
    if order.is_test:
        return Reason(TEST, {})
    if order.bad_tokens:
        bad = min(order.bad_tokens)
        return Reason(NONE_BAD_TOKEN, {"token": bad.text[:_TOKEN_SHOWN], "why": bad.why})
    return Reason(NONE_NO_SIGNAL, {})


def _rows(
    entrants: Sequence[Candidate], reasons: Mapping[Candidate, Reason], winner: Candidate | None
) -> tuple[CandidateResult, ...]:
    return tuple(
        CandidateResult(
            candidate=entrant,
            is_winner=entrant == winner,
            code=reasons[entrant].code,
            params=reasons[entrant].params,
        )
        for entrant in entrants
    )


def _pick_winner(able: Sequence[Candidate], policies: Policies) -> Candidate | None:
    """Return the winner among able candidates, which come sorted by standing.

    Each code's own program says whether it goes before clicks or gives way to them.
    """
    for entrant in able:
        if isinstance(entrant, ManualCandidate | SubscriptionCandidate | BoundCandidate):
            return entrant
    codes = _competing_codes(able, policies)
    first = next((c for c in codes if policies[c.party.program].precedence == "code"), None)
    return first or _best_click(able, policies) or next(iter(codes), None)


def _competing_codes(able: Iterable[Candidate], policies: Policies) -> list[CodeCandidate]:
    """Return codes that can decide; an only-as-winner code never adds to its creator's claim."""
    codes = [entrant for entrant in able if isinstance(entrant, CodeCandidate)]
    return [c for c in codes if _code_policy(c, policies) != "only_as_winner"]


def _code_policy(code: CodeCandidate, policies: Policies) -> str:
    return policies[code.party.program].code_policy_for(code.party.partner_type)


def _best_click(able: Iterable[Candidate], policies: Policies) -> ClickCandidate | None:
    """Return the click that counts: each program's first or last, the latest of all programs'."""
    champions: dict[str, ClickCandidate] = {}
    for entrant in able:  # latest first
        if isinstance(entrant, ClickCandidate):
            program = entrant.party.program
            if policies[program].click_policy == "first" or program not in champions:
                champions[program] = entrant
    return min(champions.values(), key=_standing, default=None)


def _compare(
    winner: Candidate, able: Iterable[Candidate], policies: Policies
) -> dict[Candidate, Reason]:
    """Return the reason of the winner and of each that could have won without it."""
    won = _reason_won(winner, [c for c in able if not _is_same_creator(c, winner)], policies)
    lost = _reason_lost(winner, policies)
    return {entrant: won if _is_same_creator(entrant, winner) else lost for entrant in able}


def _is_same_creator(a: Candidate, b: Candidate) -> bool:
    return a.party.affiliation == b.party.affiliation


def _reason_won(winner: Candidate, others: Sequence[Candidate], policies: Policies) -> Reason:
    creator = {"creator": winner.party.enrollment}
    match winner:
        case ManualCandidate():
            said = {"member": winner.member, "reason": winner.reason}
            return Reason(WON_MANUAL, {**creator, "date": iso_utc(winner.assigned_at), **said})
        case SubscriptionCandidate():
            first = {"order": winner.first_order, "date": iso_utc(winner.first_at)}
            return Reason(WON_SUBSCRIPTION, {**creator, **first})
        case BoundCandidate():
            dates = {"date": iso_utc(winner.bound_at), "until": iso_utc(winner.until)}
            count = {"count": str(winner.orders)} if winner.orders and not winner.until else {}
            return Reason(WON_BOUND, {**creator, **dates, **count})
        case CodeCandidate():
            return _reason_code_won(winner, _best_click(others, policies))
        case ClickCandidate():
            return _reason_click_won(winner, _competing_codes(others, policies), policies)


def _reason_code_won(winner: CodeCandidate, beaten: ClickCandidate | None) -> Reason:
    params = {"creator": winner.party.enrollment, "code": winner.code}
    if beaten is None:
        return Reason(WON_CODE, params)
    over = {"other": beaten.party.enrollment, "date": iso_utc(beaten.at)}
    return Reason(WON_CODE_OVER_CLICK, {**params, **over})


def _reason_click_won(
    winner: ClickCandidate, beaten: Sequence[CodeCandidate], policies: Policies
) -> Reason:
    params = {"creator": winner.party.enrollment, "date": iso_utc(winner.at)}
    if beaten:
        over = {"other": beaten[0].party.enrollment, "code": beaten[0].code}
        return Reason(WON_CLICK_OVER_CODE, {**params, **over})
    is_first = policies[winner.party.program].click_policy == "first"
    return Reason(WON_FIRST_CLICK if is_first else WON_LAST_CLICK, params)


def _reason_lost(winner: Candidate, policies: Policies) -> Reason:
    other = {"other": winner.party.enrollment}
    match winner:
        case ManualCandidate():
            params = {**other, "date": iso_utc(winner.assigned_at), "member": winner.member}
            return Reason(LOST_MANUAL, params)
        case SubscriptionCandidate():
            return Reason(LOST_SUBSCRIPTION, {**other, "order": winner.first_order})
        case BoundCandidate():
            return Reason(LOST_BOUND_OTHER, {**other, "until": iso_utc(winner.until)})
        case CodeCandidate():
            return Reason(LOST_TO_CODE, {**other, "code": winner.code})
        case ClickCandidate():
            policy = policies[winner.party.program].click_policy
            return Reason(LOST_OTHER_CLICK, {**other, "date": iso_utc(winner.at), "policy": policy})


def _find_refusal(winner: Candidate, order: OrderFacts, policies: Policies) -> Reason | None:
    """Return why nobody gets an order that its winner would have; a member's word stands."""
    if isinstance(winner, ManualCandidate):
        return None
    return find_refusal(winner.party, order, policies[winner.party.program], OF_THE_SALE)


def _flags(winner: Candidate, order: OrderFacts, policies: Policies) -> tuple[Flag, ...]:
    """Name what the program wants looked at; what a member assigned by hand was looked at."""
    if isinstance(winner, ManualCandidate):
        return ()
    return tuple(list_flags(winner.party, order, policies[winner.party.program]))


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
