"""The story of one commission: where it stands, why, how the amount comes about, what comes next.

Built from rows that portal.selectors loaded, for the creator or for the brand: the reader decides
the words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from affiliates import reasons as affiliate_words
from core.money import Money
from core.wording import Audience, Names, Reader
from payouts import wording as payout_words
from payouts.models import Payout
from portal.arithmetic import ArithmeticLine, list_lines
from portal.selectors import StoryRows
from portal.timeline import TimelineStep, list_steps, say_hold
from tracking import wording
from tracking.domain.codec import iso_utc
from tracking.domain.story import Change as ToldChange
from tracking.domain.story import Told, tell_story
from tracking.models import Attribution, Commission, CommissionChange, CommissionKind
from tracking.selectors import find_own_row
from tracking.states import CommissionState, derive_state


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """One row of the history: by how much it changed, and what happened in sentences."""

    row: CommissionChange
    delta: Money
    after: Money
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the page of a commission shows, in words of its reader.

    `sentences`: what is true now and what happens when. `why`: whose order it is, and why.
    """

    commission: Commission
    state: CommissionState
    amount: Money
    sentences: tuple[str, ...]
    why: str
    lines: tuple[ArithmeticLine, ...]
    changes: tuple[ChangeTold, ...]
    steps: tuple[TimelineStep, ...]
    version: int | None
    payout: Payout | None


def make_reader(*, audience: Audience, rows: StoryRows, names: Names | None = None) -> Reader:
    """Return for whom a story is told: dates are of the brand's time zone, as its money is."""
    brand = rows.commission.brand
    return Reader(
        audience=audience,
        zone=ZoneInfo(brand.time_zone),
        names=names or {},
        known={"brand": brand.name},
    )


def build_story(*, rows: StoryRows, reader: Reader) -> Story:
    """Tell a commission to its creator or to the brand."""
    commission = rows.commission
    is_held = any(hold.closed_at is None for hold in rows.holds)
    state = derive_state(commission, has_open_hold=is_held)
    told = _tell(rows)
    return Story(
        commission=commission,
        state=state,
        amount=Money(commission.amount_minor, commission.currency),
        sentences=tuple(_list_sentences(rows, state, told, reader)),
        why=explain_credit(
            attribution=rows.attribution, enrollment_id=commission.enrollment_id, reader=reader
        ),
        lines=list_lines(rows=rows, told=[facts[0] for facts in told], reader=reader),
        changes=_list_changes(rows, told, reader),
        steps=list_steps(rows=rows, told=told, reader=reader),
        version=rows.version,
        payout=rows.payout,
    )


def explain_credit(*, attribution: Attribution | None, enrollment_id: int, reader: Reader) -> str:
    """Say why an order is this enrollment's, or why it is not."""
    if attribution is None:
        return ""
    row = find_own_row(attribution, [enrollment_id])
    if attribution.enrollment_id == enrollment_id or row is None:
        about = {**attribution.params, "about": attribution.order.kind}
        return wording.explain(code=attribution.code, params=about, reader=reader)
    code, params = wording.candidate_reason(row)
    return wording.explain(code=code, params=params, reader=reader)


def list_params(rows: StoryRows) -> list[Mapping[str, Any]]:
    """Return the parameters of every reason, to load the names in them for the brand's page."""
    return [
        *(rows.attribution.params for _ in [0] if rows.attribution),
        *({**change.params, "member": change.by_id} for change in rows.changes),
        *({**hold.params, "member": hold.closed_by_id} for hold in rows.holds),
        {"creator": rows.commission.enrollment_id, "member": rows.commission.rejected_by_id},
    ]


def _tell(rows: StoryRows) -> tuple[tuple[Told, ...], ...]:
    commission = rows.commission
    version = {} if rows.version is None else {"version": rows.version}
    changes = [
        ToldChange(
            code=change.code,
            at=change.at,
            before_minor=change.before_minor,
            after_minor=change.after_minor,
            currency=commission.currency,
            params={**version, **change.params},
            pricing=change.pricing,
            member=str(change.by_id or ""),
        )
        for change in rows.changes
    ]
    return tell_story(changes=changes, released_at=commission.released_at)


def _list_changes(
    rows: StoryRows, told: tuple[tuple[Told, ...], ...], reader: Reader
) -> tuple[ChangeTold, ...]:
    currency = rows.commission.currency
    return tuple(
        ChangeTold(
            row=change,
            delta=Money(change.after_minor - change.before_minor, currency),
            after=Money(change.after_minor, currency),
            sentences=tuple(
                wording.explain(code=fact.code, params=fact.params, reader=reader) for fact in facts
            ),
        )
        for change, facts in zip(rows.changes, told, strict=True)
    )


def _list_sentences(
    rows: StoryRows, state: CommissionState, told: tuple[tuple[Told, ...], ...], reader: Reader
) -> Iterator[str]:
    """Say where it stands: the state, what holds it, and the payout."""
    commission = rows.commission
    yield from _say_state(rows, state, told, reader)
    yield from (say_hold(hold, reader) for hold in rows.holds if hold.closed_at is None)
    if commission.affiliation.suspended_at is not None:
        params = {
            "date": iso_utc(commission.affiliation.suspended_at),
            "reason": commission.affiliation.suspended_reason,
            "creator": commission.enrollment_id,
        }
        yield affiliate_words.explain(code="affiliation.suspended", params=params, reader=reader)
    elif commission.has_unposted_change:
        yield wording.explain(code="commission.unposted", params={}, reader=reader)
    yield from _say_recovery(rows, reader)
    yield from _say_payout(rows, reader)


def _say_recovery(rows: StoryRows, reader: Reader) -> Iterator[str]:
    """Say what of it is taken from later commissions until when, and what no longer is."""
    facts: dict[str, Any] = {
        "currency": rows.commission.currency,
        "creator": rows.commission.enrollment_id,
    }
    for one in rows.recoveries:
        params = {**facts, "amount": one.amount.amount_minor, "date": one.last_day.isoformat()}
        yield payout_words.explain(code="recovery.open", params=params, reader=reader)
    if rows.written_off is not None:
        minor, at = rows.written_off
        params = {**facts, "amount": minor, "date": iso_utc(at)}
        yield wording.explain(code="clawback.written_off", params=params, reader=reader)


def _say_state(
    rows: StoryRows, state: CommissionState, told: tuple[tuple[Told, ...], ...], reader: Reader
) -> Iterator[str]:
    commission = rows.commission
    if state.name == "pending" and not state.is_zero:
        code, params = find_hold_reason(commission)
    elif state.name == "released" and rows.payout is None and not state.is_zero:
        code, params = "hold.released", {"date": _iso(commission.released_at)}
    elif state.name == "rejected":
        code = "hold.rejected"
        params = {
            "date": _iso(commission.rejected_at),
            "reason": commission.reject_reason,
            "member": commission.rejected_by_id,
        }
    elif state.name == "reversed" or state.is_zero:
        last = told[-1][0] if told else Told(commission.reason_code, {})
        code, params = last.code, dict(last.params)
    else:
        return
    yield wording.explain(code=code, params=params, reader=reader)


def find_hold_reason(commission: Commission) -> tuple[str, dict[str, Any]]:
    """Return why a pending commission waits, and until when."""
    days = commission.hold_days
    params: dict[str, Any] = {"event": commission.hold_anchor, "days": days}
    if commission.kind != CommissionKind.SALE:
        params["event"] = "none"  # there is no payment to wait for
    if commission.release_at is not None:
        anchor_at = iso_utc(commission.release_at - timedelta(days=days))
        dates = {
            "release_date": iso_utc(commission.release_at),
            "paid_date": anchor_at,
            "event_date": anchor_at,
        }
        return "hold.pending", {**params, **dates}
    if commission.latest_at is not None:
        return "hold.waits_event", {**params, "latest_date": iso_utc(commission.latest_at)}
    return "hold.unpaid", params


def _say_payout(rows: StoryRows, reader: Reader) -> Iterator[str]:
    payout = rows.payout
    if payout is None:
        if rows.run_date is not None:
            params = {"date": rows.run_date.isoformat()}
            yield payout_words.explain(code="payout.expected", params=params, reader=reader)
        return
    at = payout.paid_at or payout.sent_at or payout.closed_at or payout.approved_at
    code, params = payout_words.payout_reason(
        status=payout.status,
        cause=payout.code,
        detail=payout.detail,
        rail=payout.rail,
        date=iso_utc(at),
        reference=payout.reference,
    )
    yield payout_words.explain(code=code, params=params, reader=reader)


def _iso(at: datetime | None) -> str:
    return iso_utc(at) if at else ""
