"""How a commission's amount comes about: the first price line by line, then every change.

The rows add up: what the lines and changes pay is what the commission is now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brands.domain.awards import PER
from brands.domain.bases import BasePolicy
from brands.domain.pricing import CAPPED, PAYMENT, PAYMENT_MONTHS, PricedLine, Pricing, Step
from brands.domain.rules import COUNTED_KINDS
from core import formats
from core.money import Money
from core.wording import Reader, current_language
from portal.selectors import StoryRows
from tracking import wording
from tracking.domain.events import Line, OrderSnapshot
from tracking.domain.story import EARNED, Told
from tracking.models import CommissionChange

MAX_TERMS = 3
_NOTES = {PAYMENT: gettext_lazy("Subscription"), PAYMENT_MONTHS: gettext_lazy("Subscription")}
UNTITLED = {
    "shipping": gettext_lazy("Shipping"),
    "lead": gettext_lazy("Lead"),
    "click": gettext_lazy("Counted visits"),
    "impression": gettext_lazy("Counted views"),
}
"""Lines that come without a name of the store's."""


@dataclass(frozen=True, slots=True)
class ArithmeticLine:
    """One row of components/arithmetic.html; `kind` is line, note, change or total."""

    title: str
    detail: str = ""
    counted: Money | None = None
    rate: str = ""
    pays: Money | None = None
    reason: str = ""
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class _Priced:
    """A change, what it says, and the price stored with it."""

    row: CommissionChange
    told: Told
    pricing: Pricing

    @property
    def delta(self) -> int:
        return self.row.after_minor - self.row.before_minor


def list_lines(
    *, rows: StoryRows, told: Sequence[Told], reader: Reader
) -> tuple[ArithmeticLine, ...]:
    """Return the rows of the table; none while nothing was priced. `told`: one a change."""
    priced = [
        _Priced(row, said, Pricing.from_json(row.pricing))
        for row, said in zip(rows.changes, told, strict=True)
        if row.pricing.get("lines")
    ]
    if not priced:
        return ()
    first = next((i for i, one in enumerate(priced) if one.told.code == EARNED), len(priced) - 1)
    if rows.commission.award_id is not None:
        first = 0  # an award is priced when it is made; an order may wait for its payment
    return (
        *_first_price(rows, priced[first], reader),
        *_later(rows, priced[first:], reader),
    )


def list_price(pricing: Pricing, reader: Reader) -> Iterator[ArithmeticLine]:
    """Tell a price that is stored nowhere: its lines, its limits, and what it comes to."""
    for line in pricing.lines:
        yield _price_line(line, None, pricing.currency, reader)
    yield from (_step_line(step, pricing.currency, reader) for step in pricing.steps)
    yield ArithmeticLine(
        title=_("Commission"), pays=Money(pricing.total, pricing.currency), kind="total"
    )


def _first_price(rows: StoryRows, first: _Priced, reader: Reader) -> Iterator[ArithmeticLine]:
    pricing, snapshot = first.pricing, rows.order.snapshot
    placed = {line.external_line_id: line for line in snapshot.lines} if snapshot else {}
    for line in pricing.lines:
        yield _price_line(line, placed.get(line.line_id), pricing.currency, reader)
    yield from (_step_line(step, pricing.currency, reader) for step in pricing.steps)
    yield from _left_out(rows)
    if snapshot and rows.base:
        yield from _notes(BasePolicy.from_json(rows.base), snapshot)
    yield ArithmeticLine(
        title=_("Commission on %(day)s") % {"day": _day(first.row, reader.zone)},
        pays=Money(pricing.total, pricing.currency),
        kind="total",
    )
    if first.row.after_minor != pricing.total:
        delta = first.row.after_minor - pricing.total
        yield _change_line(first, delta, "", reader)


def _later(rows: StoryRows, priced: Sequence[_Priced], reader: Reader) -> Iterator[ArithmeticLine]:
    """Tell each change after the first price, and where it ends."""
    for before, one in pairwise(priced):
        limits = _limits(before.pricing, one.pricing, reader)
        if one.delta or limits:
            said = f"{_terms(before.pricing, one)} {limits}".strip()
            yield _change_line(one, one.delta, said, reader)
    if any(one.delta for one in priced[1:]):
        yield ArithmeticLine(
            title=_("Commission now"),
            pays=Money(rows.commission.amount_minor, rows.commission.currency),
            kind="total",
        )


def _price_line(
    line: PricedLine, placed: Line | None, currency: str, reader: Reader
) -> ArithmeticLine:
    params = {**line.params, "currency": currency}
    return ArithmeticLine(
        title=_title(line),
        detail=_detail(line, placed, currency),
        counted=Money(line.counted, currency) if line.base else None,
        rate=_rate(line, currency),
        pays=Money(line.earned, currency),
        reason=wording.explain(code=line.code, params=params, reader=reader),
    )


def _title(line: PricedLine) -> str:
    if line.line_id in UNTITLED and not line.title:
        return str(UNTITLED[line.line_id])
    title = formats.isolate(line.title or _("Line %(id)s") % {"id": line.line_id})
    if line.quantity <= 1:
        return title
    return f"{title} ×{formats.number_text(line.quantity, language=current_language())}"


def _detail(line: PricedLine, placed: Line | None, currency: str) -> str:
    """Write out what was taken off, where it explains the base exactly; else nothing."""
    parts = [line.base] if placed is None else _parts(line, placed)
    if line.refunded:
        parts = [*parts, line.refunded]
    if len(parts) < 2 or parts[0] - sum(parts[1:]) != line.counted:
        return ""
    return formats.isolate_ltr(f" {formats.MINUS} ".join(_number(p, currency) for p in parts))


def _parts(line: PricedLine, placed: Line) -> list[int]:
    for off in ([placed.discount], [placed.discount, placed.tax], [placed.tax]):
        if placed.gross - sum(off) == line.base:
            return [placed.gross, *(part for part in off if part)]
    return [line.base]


def _rate(line: PricedLine, currency: str) -> str:
    if line.kind == "percent":
        return formats.percent_text(line.rate_bps, language=current_language())
    if line.kind in {"flat_item", "flat_order"} and line.flat is not None:
        money = formats.money_text(Money(line.flat, currency), language=current_language())
        text = _("%(amount)s per item") if line.kind == "flat_item" else _("%(amount)s per order")
        return text % {"amount": money}
    if line.kind == "lead" and line.flat is not None:
        return formats.money_text(Money(line.flat, currency), language=current_language())
    if line.kind in COUNTED_KINDS and line.flat is not None:
        return _multiply(line, currency)
    return formats.UNKNOWN


def _multiply(line: PricedLine, currency: str) -> str:
    """Write "148 × 0.05 EUR" or "3,200 ÷ 1,000 × 2.00 EUR"."""
    language = current_language()
    units = formats.number_text(line.units, language=language)
    if PER[line.kind or ""] > 1:
        units = f"{units} ÷ {formats.number_text(PER[line.kind or ''], language=language)}"
    flat = formats.money_text(Money(line.flat or 0, currency), language=language)
    return formats.isolate_ltr(f"{units} × {flat}")


def _step_line(step: Step, currency: str, reader: Reader) -> ArithmeticLine:
    params = {"currency": currency, **step.params}
    return ArithmeticLine(
        title=_("Limit") if step.change else str(_NOTES.get(step.code, _("Currency"))),
        pays=Money(step.change, currency) if step.change else None,
        reason=wording.explain(code=step.code, params=params, reader=reader),
        kind="change" if step.change else "note",
    )


def _notes(base: BasePolicy, snapshot: OrderSnapshot) -> Iterator[ArithmeticLine]:
    has_tax = any(line.tax for line in snapshot.lines)
    has_discount = any(line.discount for line in snapshot.lines)
    if has_tax and not base.include_tax:
        yield ArithmeticLine(_("Tax"), reason=_("Not counted in this program."), kind="note")
    if snapshot.shipping and not base.include_shipping:
        yield ArithmeticLine(_("Shipping"), reason=_("Not counted in this program."), kind="note")
    if has_discount:
        reason = (
            _("Discounts do not lower what counts in this program.")
            if base.before_discount
            else _("Discounts are taken off before anything is counted.")
        )
        yield ArithmeticLine(_("Discount"), reason=reason, kind="note")


def _left_out(rows: StoryRows) -> Iterator[ArithmeticLine]:
    """Say how many visits of the day did not count, and why."""
    award = rows.commission.award
    for name, count in (award.facts.get("left_out", {}) if award else {}).items():
        shown = formats.number_text(count, language=current_language())
        yield ArithmeticLine(
            title=_("%(count)s not counted") % {"count": shown},
            reason=str(wording.UNPAID_CLICKS.get(name, "")),
            kind="note",
        )


def _change_line(one: _Priced, delta: int, terms: str, reader: Reader) -> ArithmeticLine:
    said = wording.explain(code=one.told.code, params=one.told.params, reader=reader)
    return ArithmeticLine(
        title=_("Change on %(day)s") % {"day": _day(one.row, reader.zone)},
        pays=Money(delta, one.pricing.currency) if delta else None,
        reason=f"{said} {terms}".strip(),
        kind="change",
    )


def _terms(before: Pricing, one: _Priced) -> str:
    """Write out the lines that changed and their sum: "25.72 × 10 % = 2.57; 2.57 + 6.86 = 9.43"."""
    pricing = one.pricing
    if pricing.total != one.row.after_minor or pricing.total == 0:
        return ""
    old: dict[str, Any] = {line.line_id: line.earned for line in before.lines}
    changed = [line for line in pricing.lines if line.earned != old.get(line.line_id)]
    paying = [line.amount for line in pricing.lines if line.amount]
    if not 0 < len(changed) <= MAX_TERMS or any(line.kind != "percent" for line in changed):
        return ""
    terms = [
        f"{_number(line.counted, pricing.currency)} × {_rate(line, pricing.currency)}"
        f" = {_number(line.earned, pricing.currency)}"
        for line in changed
    ]
    if 1 < len(paying) <= MAX_TERMS:
        added = " + ".join(_number(amount, pricing.currency) for amount in paying)
        terms.append(f"{added} = {_number(pricing.total, pricing.currency)}")
    return formats.isolate_ltr("; ".join(terms))


def _limits(before: Pricing, after: Pricing, reader: Reader) -> str:
    """Say what limits a price that did not limit the one before it as it does now."""
    return " ".join(
        wording.explain(
            code=step.code, params={"currency": after.currency, **step.params}, reader=reader
        )
        for step in after.steps
        if step.code == CAPPED and step not in before.steps
    )


def _number(amount_minor: int, currency: str) -> str:
    return formats.amount_text(Money(amount_minor, currency), language=current_language())


def _day(row: CommissionChange, zone: ZoneInfo) -> str:
    return formats.day_short_text(formats.local_day(row.at, zone=zone), language=current_language())
