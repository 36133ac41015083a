"""Statements of a creator, added up from the postings of a brand's books.

What a brand owes him is the sum of his accounts; moves between them (a release, a review, an
approval) change nothing of it and are no rows. Months are the brand's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from affiliates.models import Affiliation
from core.money import Money
from ledger.models import AccountKind, EntryKind, Posting
from payouts.models import Payout
from tracking.models import Commission

# In the order they stand in the summary. What was sent and came back is one with what was paid.
PARTS: dict[str, tuple[EntryKind, ...]] = {
    "commissions": (EntryKind.ACCRUE,),
    "corrections": (EntryKind.REVERSE, EntryKind.RAISE, EntryKind.SEIZE),
    "clawbacks": (EntryKind.CLAWBACK,),
    "payouts": (EntryKind.PAY, EntryKind.PAYOUT_RETURNED),
    "write_offs": (EntryKind.WRITE_OFF,),
    "taxes": (EntryKind.VAT, EntryKind.WITHHOLD),
}
KINDS = tuple(kind for kinds in PARTS.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Month:
    """What happened in one month, in one currency; closing = opening + change."""

    affiliation: Affiliation
    currency: str
    month: date
    opening_minor: int
    change_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.change_minor


@dataclass(frozen=True, slots=True)
class Line:
    """One entry that changed what is owed; it belongs to a commission or a payout."""

    at: datetime
    kind: EntryKind
    amount: Money
    commission: Commission | None
    payout: Payout | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A month in full. `standing`: where the closing balance stands, by account."""

    month: Month
    lines: Sequence[Line]
    sums: Sequence[tuple[str, Money]]
    standing: Sequence[tuple[AccountKind, Money]]

    @property
    def opening(self) -> Money:
        return Money(self.month.opening_minor, self.month.currency)

    @property
    def closing(self) -> Money:
        return Money(self.month.closing_minor, self.month.currency)


def list_months(affiliations: Iterable[Affiliation]) -> list[Month]:
    """Return every month in which something changed, newest first."""
    months = [month for one in affiliations for month in _list_months(one)]
    return sorted(months, key=lambda one: (one.month, one.currency), reverse=True)


def find_statement(*, affiliation: Affiliation, currency: str, month: date) -> Statement | None:
    """Return one month in full, or None where nothing changed in it."""
    months = _list_months(affiliation)
    found = next((one for one in months if (one.currency, one.month) == (currency, month)), None)
    if found is None:
        return None
    start, end = _bounds(affiliation, month)
    lines = _list_lines(affiliation, currency, start, end)
    sums = [
        (
            part,
            Money(sum(line.amount.amount_minor for line in lines if line.kind in kinds), currency),
        )
        for part, kinds in PARTS.items()
    ]
    return Statement(
        month=found,
        lines=lines,
        sums=[(part, amount) for part, amount in sums if amount.amount_minor],
        standing=_list_standing(affiliation, currency, end),
    )


def _list_months(affiliation: Affiliation) -> list[Month]:
    zone = ZoneInfo(affiliation.brand.time_zone)
    rows = (
        _postings(affiliation)
        .annotate(month=TruncMonth("entry__at", tzinfo=zone))
        .values_list("account__currency", "month")
        .annotate(total=Sum("amount_minor"))
        .order_by("account__currency", "month")
    )
    months, owed = [], dict[str, int]()
    for currency, month, total in rows:
        opening = owed.get(currency, 0)
        owed[currency] = opening + total
        months.append(Month(affiliation, currency, month.date(), opening, total))
    return months


def _list_lines(
    affiliation: Affiliation, currency: str, start: datetime, end: datetime
) -> list[Line]:
    rows = list(
        _postings(affiliation)
        .filter(account__currency=currency, entry__at__gte=start, entry__at__lt=end)
        .values_list("entry_id", "entry__at", "entry__kind", "entry__cause_id")
        .annotate(total=Sum("amount_minor"))
        .filter(~Q(total=0))
        .order_by("entry__at", "entry_id")
    )
    causes = {cause for _pk, _at, _kind, cause, _total in rows}
    own = {"affiliation": affiliation, "public_id__in": causes}
    commissions = {
        one.public_id: one
        for one in Commission.objects.filter(**own).select_related("order", "award")
    }
    payouts = {one.public_id: one for one in Payout.objects.filter(**own).select_related("plan")}
    return [
        Line(
            at=at,
            kind=EntryKind(kind),
            amount=Money(total, currency),
            commission=commissions.get(cause),
            payout=payouts.get(cause),
        )
        for _pk, at, kind, cause, total in rows
    ]


def _list_standing(
    affiliation: Affiliation, currency: str, end: datetime
) -> list[tuple[AccountKind, Money]]:
    rows = (
        Posting.objects.filter(
            brand_id=affiliation.brand_id,
            account__party_id=affiliation.pk,
            account__currency=currency,
            entry__at__lt=end,
        )
        .values_list("account__kind")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    totals = dict(rows)
    kinds = (AccountKind.PENDING, AccountKind.PAYABLE, AccountKind.ON_HOLD, AccountKind.IN_PAYOUT)
    return [(kind, Money(totals[kind], currency)) for kind in kinds if totals.get(kind)]


def _postings(affiliation: Affiliation) -> QuerySet[Posting]:
    """Return the postings of entries that may change what is owed."""
    return Posting.objects.filter(
        brand_id=affiliation.brand_id,
        account__party_id=affiliation.pk,
        entry__kind__in=KINDS,
    ).order_by()


def _bounds(affiliation: Affiliation, month: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(affiliation.brand.time_zone)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    start, end = (datetime(one.year, one.month, 1, tzinfo=zone) for one in (month, following))
    return start, end
