"""What the pages and files of a statement show, for its creator and for the brand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.exports import Cell, amount
from core.money import Money
from ledger.models import AccountKind, EntryKind
from payouts.domain.statement import StatementFacts, StatementLine, sum_parts
from payouts.tax_words import list_notes, read_terms
from payouts.wording import STATEMENT_PARTS
from tracking.models import CommissionKind

COLUMNS = ("date", "what", "order", "payout", "amount", "currency", "corrects", "address")


class Links(Protocol):
    """Where a reader finds a commission and a payout."""

    def commission(self, public_id: str) -> str: ...
    def payout(self, public_id: str) -> str: ...


class OwnLinks:
    """Pages of the creator."""

    def commission(self, public_id: str) -> str:
        return reverse("portal:commission-story", args=[public_id])

    def payout(self, public_id: str) -> str:
        return reverse("payouts:creator-payout", args=[public_id])


@dataclass(frozen=True, slots=True)
class BrandLinks:
    """Pages of the brand."""

    slug: str

    def commission(self, public_id: str) -> str:
        return reverse("portal:commission-brand", args=[self.slug, public_id])

    def payout(self, public_id: str) -> str:
        return reverse("payouts:payout-detail", args=[self.slug, public_id])


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is shown: `name` and `reference` say what it is about."""

    at: datetime
    what: str | Promise
    name: str | Promise
    reference: str
    url: str
    amount: Money
    corrects_at: datetime | None


def show_facts(facts: StatementFacts, labels: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """Return what `payouts/_statement.html` shows."""
    currency = facts.currency
    standing = [
        (AccountKind(kind).label, Money(minor, currency)) for kind, minor in facts.standing.items()
    ]
    return {
        "facts": facts,
        "opening": Money(facts.opening_minor, currency),
        "closing": Money(facts.closing_minor, currency),
        "sums": [
            (STATEMENT_PARTS[part], Money(minor, currency))
            for part, minor in sum_parts(facts.lines).items()
        ],
        "standing": standing,
        "tax_notes": _list_tax_notes(facts),
        "rows": [_show_line(line, currency, labels, links) for line in facts.lines],
    }


def list_cells(
    facts: StatementFacts, labels: Mapping[str, Any], site: str, links: Links
) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of the file: from the opening balance to the closing one."""
    currency = facts.currency
    opening, closing = (amount(m, currency) for m in (facts.opening_minor, facts.closing_minor))
    yield (facts.month or facts.starts_at, "opening", "", "", opening, currency, None, "")
    for line in facts.lines:
        url = _find_url(line, labels, links)
        yield (
            line.at,
            line.kind,
            labels["commissions"].get(line.cause, ("", ""))[1],
            line.cause if line.cause in labels["payouts"] else "",
            amount(line.amount_minor, currency),
            currency,
            line.corrects_at,
            f"{site}{url}" if url else "",
        )
    yield ("", "closing", "", "", closing, currency, None, "")
    for note in _list_tax_notes(facts):
        yield ("", note, "", "", "", currency, None, "")


def name_file(facts: StatementFacts, slug: str) -> str:
    """Return how a file of the statement is called."""
    about = f"{facts.month:%Y-%m}" if facts.month else facts.payout
    return f"statement-{slug}-{about}-{facts.currency}"


def _list_tax_notes(facts: StatementFacts) -> list[str]:
    """Return why VAT was added or not, each reason once where a month had several payouts."""
    notes = [note for terms in facts.every_tax for note in list_notes(read_terms(terms))]
    return list(dict.fromkeys(notes))


def _show_line(line: StatementLine, currency: str, labels: Mapping[str, Any], links: Links) -> Row:
    known = line.kind in EntryKind.values
    what = EntryKind(line.kind).label if known else line.kind
    name, reference = _name(line.cause, labels)
    return Row(
        at=line.at,
        what=what,
        name=name or what,
        reference=reference,
        url=_find_url(line, labels, links),
        amount=Money(line.amount_minor, currency),
        corrects_at=line.corrects_at,
    )


def _name(cause: str, labels: Mapping[str, Any]) -> tuple[str | Promise, str]:
    if cause in labels["payouts"]:
        return _("Payout"), labels["payouts"][cause]
    kind, reference = labels["commissions"].get(cause, ("", ""))
    if kind == CommissionKind.SALE:
        return _("Order"), reference
    return (CommissionKind(kind).label, reference) if kind else ("", "")


def _find_url(line: StatementLine, labels: Mapping[str, Any], links: Links) -> str:
    if line.cause in labels["commissions"]:
        return links.commission(line.cause)
    return links.payout(line.cause) if line.cause in labels["payouts"] else ""
