"""The steps of a commission's life in order; what is still to come is hollow and worded "will"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core import formats
from core.money import Money
from core.wording import Reader, current_language
from payouts.models import Payout, PayoutStatus
from portal.selectors import StoryRows
from tracking import wording
from tracking.domain.story import Told
from tracking.models import CommissionChange, ReviewHold
from tracking.selectors import list_own_rows

FAILED = (PayoutStatus.FAILED, PayoutStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step of components/timeline.html; `state` is done, problem or future."""

    title: str
    at: date | None
    text: str = ""
    state: str = "done"


Dated = tuple[datetime, TimelineStep]


def list_steps(
    *, rows: StoryRows, told: Sequence[Sequence[Told]], reader: Reader
) -> tuple[TimelineStep, ...]:
    """Return the past steps by time, then the coming ones. `told`: the reasons of each change."""
    zone = reader.zone
    past = [
        *_credit(rows, reader),
        *_order(rows, zone),
        *_changes(rows, told, reader),
        *_holds(rows, reader),
        *_money(rows, zone),
    ]
    in_order = sorted(past, key=lambda dated: dated[0])  # stable: equal times keep this sequence
    return (*(step for _at, step in in_order), *_future(rows, zone))


def _credit(rows: StoryRows, reader: Reader) -> Iterator[Dated]:
    """Show each click of his that came with the order, whether it decided or a code did."""
    if rows.attribution is None:
        return
    for row in list_own_rows(rows.attribution, [rows.commission.enrollment_id]):
        if row["candidate"]["kind"] == "click":
            at = datetime.fromisoformat(row["candidate"]["at"])
            said = wording.say_click(row["candidate"], reader)
            yield at, TimelineStep(_("Click"), _day(at, reader.zone), said)


def _order(rows: StoryRows, zone: ZoneInfo) -> Iterator[Dated]:
    order, award = rows.commission.order, rows.commission.award
    if award is not None:
        yield award.at, TimelineStep(rows.commission.label, _day(award.at, zone))
    if order is None:
        return
    if order.placed_at:
        title = _("Signed up or asked") if rows.commission.is_lead else _("Ordered")
        yield order.placed_at, TimelineStep(title, _day(order.placed_at, zone))
    if order.paid_at and not rows.commission.is_lead:
        yield order.paid_at, TimelineStep(_("Paid by the shopper"), _day(order.paid_at, zone))


def _changes(rows: StoryRows, told: Sequence[Sequence[Told]], reader: Reader) -> Iterator[Dated]:
    for change, facts in zip(rows.changes, told, strict=True):
        said = [
            wording.explain(code=fact.code, params=fact.params, reader=reader) for fact in facts
        ]
        title = _change_title(change, rows.commission.currency)
        yield change.at, TimelineStep(title, _day(change.at, reader.zone), " ".join(said))


def _change_title(change: CommissionChange, currency: str) -> str:
    language = current_language()
    after = formats.money_text(Money(change.after_minor, currency), language=language)
    delta = Money(change.after_minor - change.before_minor, currency)
    if change.seq == 1 or not delta.amount_minor:
        return _("Commission: %(amount)s") % {"amount": after}
    said = {"change": formats.change_text(delta, language=language), "amount": after}
    return _("Commission: %(change)s, now %(amount)s") % said


def _holds(rows: StoryRows, reader: Reader) -> Iterator[Dated]:
    for hold in rows.holds:
        opened = TimelineStep(
            _("Review began"), _day(hold.opened_at, reader.zone), say_hold(hold, reader)
        )
        yield hold.opened_at, opened
        if hold.closed_at:
            yield hold.closed_at, TimelineStep(_("Review ended"), _day(hold.closed_at, reader.zone))


def say_hold(hold: ReviewHold, reader: Reader) -> str:
    """Say why a commission waits; what the brand noted is for the brand alone."""
    facts = {"creator": hold.commission.enrollment_id, "date": hold.opened_at.isoformat()}
    params = {**facts, **hold.params}
    if reader.audience == "brand" and hold.reason:
        params["reason"] = hold.reason
    return wording.explain(code=hold.code, params=params, reader=reader)


def _money(rows: StoryRows, zone: ZoneInfo) -> Iterator[Dated]:
    released_at = rows.commission.released_at
    if released_at:
        yield released_at, TimelineStep(_("Released"), _day(released_at, zone))
    if rows.payout:
        yield from _payout(rows.payout, zone)
    if rows.written_off:
        _minor, at = rows.written_off
        yield at, TimelineStep(_("Written off"), _day(at, zone))


def _payout(payout: Payout, zone: ZoneInfo) -> Iterator[Dated]:
    yield payout.approved_at, TimelineStep(_("Payout approved"), _day(payout.approved_at, zone))
    if payout.paid_at:
        yield payout.paid_at, TimelineStep(_("Paid to the creator"), _day(payout.paid_at, zone))
    if payout.closed_at and payout.status in FAILED:
        step = TimelineStep(_("Payout came back"), _day(payout.closed_at, zone), state="problem")
        yield payout.closed_at, step


def _future(rows: StoryRows, zone: ZoneInfo) -> Iterator[TimelineStep]:
    commission = rows.commission
    if rows.run_date is None:
        return
    due_at = commission.release_at or commission.latest_at
    if commission.released_at is None and due_at:
        title = (
            _("Will be released") if commission.release_at else _("Will be released at the latest")
        )
        yield TimelineStep(title, _day(due_at, zone), state="future")
    yield TimelineStep(
        _("Will be in the payout run, if nothing stands in its way"), rows.run_date, state="future"
    )


def _day(at: datetime, zone: ZoneInfo) -> date:
    return formats.local_day(at, zone=zone)
