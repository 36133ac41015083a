"""Statements of creators: those that were issued, and what the books say of months still open.

What a brand owes a creator is the sum of his accounts; moves between them (a release, a review, an
approval) change nothing of it and are no rows of a month. Months are the brand's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from affiliates.models import Affiliation
from core.models import Brand
from core.periods import start_of_day
from ledger.models import AccountKind, Entry, EntryKind, Period, Posting
from payouts.domain.calendar import next_month
from payouts.domain.statement import StatementFacts, StatementLine
from payouts.models import Payout, PayoutItem, Statement
from tracking.models import Commission

Key = tuple[UUID, str]
"""An affiliation and a currency."""

OF_PAYOUTS = frozenset({EntryKind.PAY, EntryKind.PAYOUT_RETURNED})


@dataclass(frozen=True, slots=True)
class Span:
    """A month of a brand's calendar as instants."""

    month: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """What the books say of a month that is not closed, so far."""

    affiliation: Affiliation
    facts: StatementFacts


def list_open_spans(*, brand: Brand, now: datetime) -> list[Span]:
    """Return the months that are not closed, from the first with an entry to the one of now."""
    zone = ZoneInfo(brand.time_zone)
    last = Period.objects.filter(brand=brand).order_by("-ends_at").first()
    if last is not None:
        month, starts_at = next_month(last.month), last.ends_at
    else:
        first = Entry.objects.filter(brand=brand).order_by("at").first()
        if first is None:
            return []
        month = first.at.astimezone(zone).date().replace(day=1)
        starts_at = start_of_day(month, zone)
    spans: list[Span] = []
    while starts_at <= now:
        ends_at = start_of_day(next_month(month), zone)
        spans.append(Span(month, starts_at, ends_at))
        month, starts_at = next_month(month), ends_at
    return spans


def list_open_months(affiliations: Iterable[Affiliation], *, now: datetime) -> list[OpenMonth]:
    """Return the open months in which something changed, newest first."""
    found: list[OpenMonth] = []
    for one in affiliations:
        for span in list_open_spans(brand=one.brand, now=now):
            facts = read_month(brand=one.brand, span=span, party_ids=[one.pk])
            found += [OpenMonth(one, fact) for fact in facts.values()]
    return sorted(found, key=lambda one: (one.facts.starts_at, one.facts.currency), reverse=True)


def find_open_month(
    *, affiliation: Affiliation, currency: str, month: date, now: datetime
) -> OpenMonth | None:
    """Return one open month, or None where it is closed or nothing changed in it."""
    spans = list_open_spans(brand=affiliation.brand, now=now)
    span = next((one for one in spans if one.month == month), None)
    if span is None:
        return None
    facts = read_month(brand=affiliation.brand, span=span, party_ids=[affiliation.pk])
    found = facts.get((affiliation.pk, currency))
    return OpenMonth(affiliation, found) if found else None


def list_statements(affiliations: Iterable[Affiliation]) -> QuerySet[Statement]:
    """Return what was issued to creators, newest first."""
    rows = Statement.objects.filter(affiliation__in=list(affiliations))
    return _with_names(rows).order_by("-pk")


def list_statements_of_brand(
    brand: Brand, *, search: str = "", what: str = ""
) -> QuerySet[Statement]:
    """Return what a brand issued, newest first; `what` may be months or payouts."""
    rows = Statement.objects.filter(brand=brand)
    if search:
        rows = rows.filter(affiliation__affiliate__display_name__icontains=search)
    if what in {"months", "payouts"}:
        rows = rows.filter(month__isnull=what == "payouts")
    return _with_names(rows).order_by("-pk")


def list_latest(brand_id: int, keys: Collection[Key]) -> dict[Key, Statement]:
    """Return the last statement of each creator and currency; one without any is left out."""
    rows = (
        Statement.objects.filter(brand_id=brand_id, affiliation__in={party for party, _ in keys})
        .order_by("affiliation_id", "currency", "-number")
        .distinct("affiliation_id", "currency")
        .defer("content", "labels")
    )
    return {(row.affiliation_id, row.currency): row for row in rows}


def read_month(
    *, brand: Brand, span: Span, party_ids: Collection[UUID] | None = None
) -> dict[Key, StatementFacts]:
    """Return what the books say of a month, for each creator for whom something changed."""
    lines = _read_lines(brand, span, party_ids)
    standing = _read_standing(brand, span, {party for party, _currency in lines})
    ids = dict(
        Affiliation.objects.filter(brand=brand, pk__in={party for party, _ in lines}).values_list(
            "pk", "public_id"
        )
    )
    taxes = _read_taxes(brand, lines)
    return {
        key: StatementFacts(
            brand=brand.public_id,
            affiliation=ids[key[0]],
            currency=key[1],
            month=span.month,
            payout="",
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            opening_minor=sum(before for before, _after in standing[key].values()),
            lines=lines[key],
            standing={kind: after for kind, (_, after) in standing[key].items() if after},
            taxes=taxes.get(key, ()),
        )
        for key in lines
    }


def read_payout(payout: Payout) -> StatementFacts:
    """Return what the books say a paid payout was made of: what was released, what was sent.

    The opening balance is what an earlier payout had left over.
    """
    entries = {
        entry.key.rpartition(":")[2]: entry
        for entry in Entry.objects.filter(
            brand_id=payout.brand_id, cause_type="payout", cause_id=payout.public_id
        )
    }
    taken = Posting.objects.select_related("account").get(
        entry=entries["approve"], account__kind=AccountKind.PAYABLE
    )
    earlier = Posting.objects.filter(account=taken.account, pk__lt=taken.pk)
    payable: int = earlier.aggregate(total=Coalesce(Sum("amount_minor"), 0))["total"]
    items = [
        _item_line(item)
        for item in PayoutItem.objects.filter(payout=payout)
        .select_related("posting__entry__corrects")
        .order_by("posting_id")
    ]
    ends = (
        ("vat", payout.vat_minor),
        ("withhold", -payout.withheld_minor),
        ("pay", -payout.sent_minor),
    )
    own = [
        StatementLine(entry.pk, entry.at, entry.kind, payout.public_id, minor)
        for name, minor in ends
        if minor
        for entry in [entries[name]]
    ]
    closing = payable - payout.amount_minor
    return StatementFacts(
        brand=payout.brand.public_id,
        affiliation=payout.affiliation.public_id,
        currency=payout.currency,
        month=None,
        payout=payout.public_id,
        starts_at=payout.approved_at,
        ends_at=entries["pay"].at,
        opening_minor=payable - sum(line.amount_minor for line in items),
        lines=[*items, *own],
        standing={AccountKind.PAYABLE.value: closing} if closing else {},
        tax=payout.tax,
    )


def read_again(statement: Statement) -> StatementFacts | None:
    """Return what the books say today of what a statement was issued about."""
    if statement.payout is not None:
        return read_payout(statement.payout)
    period = Period.objects.filter(brand_id=statement.brand_id).get(month=statement.month or "")
    facts = read_month(
        brand=statement.brand,
        span=Span(period.month, period.starts_at, period.ends_at),
        party_ids=[statement.affiliation_id],
    )
    return facts.get((statement.affiliation_id, statement.currency))


def read_labels(brand: Brand, facts: Collection[StatementFacts]) -> dict[str, dict[str, Any]]:
    """Return by affiliation what its statements are shown with: names, numbers, runs."""
    causes: Mapping[str, list[str]] = defaultdict(list)
    for one in facts:
        causes[one.affiliation] += [line.cause for line in one.lines]
    every = {cause for some in causes.values() for cause in some}
    earned = Commission.objects.filter(brand=brand, public_id__in=every)
    earned = earned.select_related("order", "award")
    commissions = {one.public_id: [one.kind, one.reference] for one in earned}
    runs = dict(
        Payout.objects.filter(brand=brand, public_id__in=every).values_list(
            "public_id", "plan__period"
        )
    )
    names = dict(
        Affiliation.objects.filter(brand=brand, public_id__in=causes).values_list(
            "public_id", "affiliate__display_name"
        )
    )
    return {
        affiliation: {
            "brand": brand.name,
            "logo": brand.logo_digest,
            "creator": names[affiliation],
            "commissions": {cause: commissions[cause] for cause in own if cause in commissions},
            "payouts": {cause: runs[cause] for cause in own if cause in runs},
        }
        for affiliation, own in causes.items()
    }


def _with_names(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    rows = rows.select_related("brand", "affiliation__affiliate", "payout__plan")
    return rows.defer("content", "labels")


def _read_lines(
    brand: Brand, span: Span, party_ids: Collection[UUID] | None
) -> dict[Key, list[StatementLine]]:
    rows = _of_parties(brand, party_ids).filter(
        entry__at__gte=span.starts_at, entry__at__lt=span.ends_at
    )
    sums = (
        rows.values_list(
            "account__party_id",
            "account__currency",
            "entry_id",
            "entry__at",
            "entry__kind",
            "entry__cause_id",
            "entry__corrects_id",
            "entry__corrects__at",
        )
        .annotate(total=Sum("amount_minor"))
        .filter(~Q(total=0))
        .order_by("entry__at", "entry_id")
    )
    lines: dict[Key, list[StatementLine]] = defaultdict(list)
    for party, currency, pk, at, kind, cause, corrects, corrects_at, total in sums:
        lines[party, currency].append(
            StatementLine(pk, at, kind, cause, total, corrects, corrects_at)
        )
    return dict(lines)


def _read_standing(
    brand: Brand, span: Span, party_ids: Collection[UUID]
) -> dict[Key, dict[str, tuple[int, int]]]:
    """Return the balance of each account before and after a month."""
    rows = (
        _of_parties(brand, party_ids)
        .filter(entry__at__lt=span.ends_at)
        .values_list("account__party_id", "account__currency", "account__kind")
        .annotate(
            before=Coalesce(Sum("amount_minor", filter=Q(entry__at__lt=span.starts_at)), 0),
            after=Sum("amount_minor"),
        )
        .order_by("account__kind")
    )
    standing: dict[Key, dict[str, tuple[int, int]]] = defaultdict(dict)
    for party, currency, kind, before, after in rows:
        standing[party, currency][kind] = (before, after)
    return standing


def _read_taxes(
    brand: Brand, lines: Mapping[Key, Collection[StatementLine]]
) -> dict[Key, list[dict[str, Any]]]:
    """Return the terms of the payouts that a month tells of, each once, in their order."""
    causes = {
        line.cause: key for key, rows in lines.items() for line in rows if line.kind in OF_PAYOUTS
    }
    if not causes:
        return {}
    payouts = Payout.objects.filter(brand=brand, public_id__in=causes, tax__isnull=False)
    found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for public_id, tax in payouts.order_by("pk").values_list("public_id", "tax"):
        if tax and tax not in found[causes[public_id]]:
            found[causes[public_id]].append(tax)
    return dict(found)


def _of_parties(brand: Brand, party_ids: Collection[UUID] | None) -> QuerySet[Posting]:
    rows = Posting.objects.filter(brand=brand).order_by()
    if party_ids is None:
        return rows.filter(account__party_id__isnull=False)
    return rows.filter(account__party_id__in=party_ids)


def _item_line(item: PayoutItem) -> StatementLine:
    entry = item.posting.entry
    corrected = entry.corrects
    return StatementLine(
        entry=entry.pk,
        at=entry.at,
        kind=entry.kind,
        cause=entry.cause_id,
        amount_minor=item.amount_minor,
        corrects=corrected.pk if corrected else None,
        corrects_at=corrected.at if corrected else None,
    )
