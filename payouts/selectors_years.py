"""What was paid in a calendar year of a brand, by creator, country and currency.

Counted by the books: a payout in the year it was paid in, and what came back in the year it came.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min, QuerySet

from affiliates.models import Affiliation
from core.models import Brand
from core.money import Money
from core.periods import start_of_day
from ledger.models import Entry, EntryKind
from payouts.models import TaxThreshold

_SUMS = """
    SELECT p.affiliation_id, coalesce(p.tax ->> 'country', t.country, ''), p.currency,
           sum(sign.one * p.amount_minor)::bigint, sum(sign.one * p.vat_minor)::bigint,
           sum(sign.one * p.withheld_minor)::bigint, sum(greatest(sign.one, 0))::int
      FROM ledger_entry e
      JOIN payouts_payout p ON p.brand_id = e.brand_id AND p.public_id = e.cause_id
      LEFT JOIN ledger_entry undone ON undone.id = e.corrects_id
      LEFT JOIN payouts_taxprofile t ON t.affiliation_id = p.affiliation_id
      CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'pay' THEN 1 ELSE -1 END AS one) sign
     WHERE e.brand_id = %(brand)s AND e.cause_type = 'payout'
       AND (e.kind = 'pay' OR (e.kind = 'payout_returned' AND undone.kind = 'pay'))
       AND e.at >= %(start)s AND e.at < %(end)s
       AND (%(party)s::uuid IS NULL OR p.affiliation_id = %(party)s::uuid)
     GROUP BY 1, 2, 3
"""


Sums = tuple[UUID, str, str, int, int, int, int]
"""Affiliation, country, currency; commission, VAT, withheld; how many payouts."""


@dataclass(frozen=True, slots=True)
class YearTotal:
    """One creator, country and currency in a year; `reached`: the largest threshold he is over."""

    affiliation: Affiliation
    country: str
    commission: Money
    vat: Money
    withheld: Money
    payouts: int
    reached: TaxThreshold | None

    @property
    def sent(self) -> Money:
        return self.commission + self.vat - self.withheld


def list_year_totals(
    *, brand: Brand, year: int, party: UUID | None = None, search: str = "", what: str = ""
) -> list[YearTotal]:
    """Return the totals of a year, the largest first; `what` may be `reached`: over a threshold."""
    rows = _read_sums(brand, year, party)
    creators = Affiliation.objects.filter(pk__in={row[0] for row in rows})
    if search:
        creators = creators.filter(affiliate__display_name__icontains=search)
    by_id = {one.pk: one for one in creators.select_related("affiliate", "brand")}
    thresholds = list(list_thresholds(brand))
    found = [
        YearTotal(
            affiliation=by_id[place],
            country=country,
            commission=Money(commission, currency),
            vat=Money(vat, currency),
            withheld=Money(withheld, currency),
            payouts=payouts,
            reached=_find_reached(thresholds, country, Money(commission, currency)),
        )
        for place, country, currency, commission, vat, withheld, payouts in rows
        if place in by_id
    ]
    if what == "reached":
        found = [one for one in found if one.reached]
    return sorted(
        found,
        key=lambda one: (
            one.commission.currency,
            -one.commission.amount_minor,
            one.affiliation.pk,
        ),
    )


@dataclass(frozen=True, slots=True)
class CountryTotal:
    """All creators of one country in one currency in a year; two currencies are never added."""

    country: str
    creators: int
    payouts: int
    commission: Money
    vat: Money
    withheld: Money

    @property
    def sent(self) -> Money:
        return self.commission + self.vat - self.withheld


def sum_countries(totals: Collection[YearTotal]) -> list[CountryTotal]:
    """Add the totals of a year up by country and currency, in the order of their names."""
    parts: dict[tuple[str, str], list[YearTotal]] = {}
    for one in totals:
        parts.setdefault((one.country, one.commission.currency), []).append(one)
    return [
        CountryTotal(
            country=country,
            creators=len({one.affiliation.pk for one in rows}),
            payouts=sum(one.payouts for one in rows),
            commission=_add([one.commission for one in rows], currency),
            vat=_add([one.vat for one in rows], currency),
            withheld=_add([one.withheld for one in rows], currency),
        )
        for (country, currency), rows in sorted(parts.items())
    ]


def pick_year(*, brand: Brand, text: str, now: datetime) -> int:
    """Return the year asked for, or the one of now where that is none with payouts."""
    years = list_years(brand=brand, now=now)
    return next((year for year in years if str(year) == text), years[0])


def list_years(*, brand: Brand, now: datetime) -> list[int]:
    """Return the years a payout was paid in, up to the one of now, the newest first."""
    zone = ZoneInfo(brand.time_zone)
    first = Entry.objects.filter(brand=brand, kind=EntryKind.PAY).aggregate(at=Min("at"))["at"]
    this = now.astimezone(zone).year
    since = first.astimezone(zone).year if first else this
    return list(range(this, since - 1, -1))


def list_thresholds(brand: Brand) -> QuerySet[TaxThreshold]:
    """Return from which sums on something is due, by country and currency, the largest first."""
    rows = TaxThreshold.objects.filter(brand=brand)
    return rows.order_by("country", "currency", "-amount_minor")


def _read_sums(brand: Brand, year: int, party: UUID | None) -> list[Sums]:
    zone = ZoneInfo(brand.time_zone)
    about = {
        "brand": brand.pk,
        "party": party,
        "start": start_of_day(date(year, 1, 1), zone),
        "end": start_of_day(date(year + 1, 1, 1), zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, about)
        return list(cursor.fetchall())


def _add(amounts: Collection[Money], currency: str) -> Money:
    return Money(sum(one.amount_minor for one in amounts), currency)


def _find_reached(
    thresholds: Collection[TaxThreshold], country: str, commission: Money
) -> TaxThreshold | None:
    """Return the largest threshold the commission is at or over, of its country or of all."""
    met = [
        one
        for one in thresholds
        if one.country in {country, ""}
        and one.currency == commission.currency
        and one.amount_minor <= commission.amount_minor
    ]
    return max(met, key=lambda one: one.amount_minor, default=None)
