"""The table of a run that waits for approval: who gets what, and what differs from last time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.money import Money
from core.sorting import Column, make_columns
from payouts.domain.plan import PlanLine, read_line
from payouts.models import PayoutPlan
from payouts.selectors_runs import SinceLast
from payouts.tax_words import list_notes

NOTES: Mapping[str, str | Promise] = {
    "tripled": _("Three times the usual or more"),
    "first": _("First payout ever"),
    "moved": _("Paid to another account than last time"),
    "recovered": _("Earlier refunds are taken from it"),
    "new": _("Not in the last run"),
    "gone": _("In the last run, not in this one"),
}
_LABELS: Mapping[str, tuple[str | Promise, str]] = {
    "name": (_("Creator"), "name"),
    "method": (_("Method"), ""),
    "before": (_("Run before"), "before"),
    "change": (_("Change"), "change"),
    "released": (_("Released"), ""),
    "recovered": (_("Recovered"), ""),
    "remainder": (_("Stays in balance"), ""),
    "commission": (_("Commission"), ""),
    "vat": (_("VAT"), ""),
    "withheld": (_("Tax withheld"), ""),
    "amount": (_("Payout"), "amount"),
}
_NUMBERS = {name for name in _LABELS if name not in {"name", "method"}}
_TAXED = {"commission", "vat", "withheld"}


@dataclass(frozen=True, slots=True)
class LineRow:
    """One creator of the table; None where a run has nothing of him."""

    name: str
    creator: str | None
    rail: str
    amount: Money | None
    remainder: Money | None
    released: Money | None
    recovered: Money | None
    commission: Money | None = None
    vat: Money | None = None
    withheld: Money | None = None
    tax_notes: list[str] = field(default_factory=list)
    before: Money | None = None
    change: Money | None = None
    usual: Money | None = None
    notes: list[str | Promise] = field(default_factory=list)


_SORTS: Mapping[str, Callable[[LineRow], Any]] = {
    "name": lambda row: row.name.casefold(),
    "before": lambda row: row.before.amount_minor if row.before else 0,
    "change": lambda row: row.change.amount_minor if row.change else 0,
    "amount": lambda row: row.amount.amount_minor if row.amount else 0,
}


def list_lines(
    *, plan: PayoutPlan, since: SinceLast | None, creators: Mapping[str, str], sort: str
) -> tuple[list[LineRow], list[Column]]:
    """Return the rows, the most notable first unless another order is asked for, and headings."""
    stored = [read_line(line, currency=plan.currency) for line in plan.content["lines"]]
    lines = {str(line.affiliation_id): line for line in stored}
    taken = {one["affiliation"]: one.get("recovered_minor", 0) for one in plan.content["lines"]}
    order = [one.affiliation for one in since.differences] if since else list(lines)
    rows = [
        _row(key, lines.get(key), (plan.currency, taken.get(key, 0)), since, creators)
        for key in order
    ]
    key = sort.removeprefix("-")
    if key in _SORTS:
        rows.sort(key=_SORTS[key], reverse=sort.startswith("-"))
    hidden = set() if since else {"before", "change"}
    if not any(row.recovered for row in rows):
        hidden |= {"released", "recovered"}
    if not any(line.vat_minor or line.withheld_minor for line in stored):
        hidden |= _TAXED
    labels = {name: label for name, label in _LABELS.items() if name not in hidden}
    return rows, make_columns(labels, sort=sort, sortable=_SORTS, numbers=_NUMBERS)


def _row(
    key: str,
    line: PlanLine | None,
    money: tuple[str, int],
    since: SinceLast | None,
    creators: Mapping[str, str],
) -> LineRow:
    """`money`: the currency, and how much earlier refunds take of the line."""
    found = {one.affiliation: one for one in since.differences} if since else {}
    difference, (currency, recovered) = found.get(key), money
    facts: dict[str, Any] = {}
    if difference is not None:
        before, usual = difference.before_minor, difference.usual_minor
        facts = {
            "before": None if before is None else Money(before, currency),
            "change": Money(difference.change_minor, currency),
            "usual": None if usual is None else Money(usual, currency),
            "notes": [NOTES[note] for note in difference.notes],
        }
    return LineRow(
        name=line.name if line else difference.name if difference else "",
        creator=creators.get(key),
        rail=line.rail if line else "",
        amount=Money(line.sent_minor, currency) if line else None,
        remainder=Money(line.remainder_minor, currency) if line else None,
        released=Money(line.payable_minor + recovered, currency) if line else None,
        recovered=Money(-recovered, currency) if recovered else None,
        commission=Money(line.amount_minor, currency) if line else None,
        vat=Money(line.vat_minor, currency) if line else None,
        withheld=Money(-line.withheld_minor, currency) if line else None,
        tax_notes=list_notes(line.tax) if line else [],
        **facts,
    )
