"""What a brand's home counts: thirty days beside the thirty before, by the brand's own calendar.

Amounts are net of refunds and stand by currency; no two currencies are ever added. An order counts
on the day it was placed, once its payment is known, and only where a creator has the credit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from core.models import Brand
from core.money import BPS, Money, divide_half_up

PERIOD_DAYS = 30
TOP_CREATORS = 5

IS_COUNTED = """a.is_current
   AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL AND NOT o.is_test"""
"""Which orders o, credited by a, count."""
COUNTED = f"""a.brand_id = %(brand)s AND {IS_COUNTED}
   AND o.placed_at >= %(start)s AND o.placed_at < %(end)s"""
"""Which of them count in a span of time."""

_CLICKS = """
SELECT (at AT TIME ZONE %(zone)s)::date AS day, count(*), count(DISTINCT visitor_key)
  FROM tracking_click
 WHERE brand_id = %(brand)s AND at >= %(start)s AND at < %(end)s AND verdict >= 16
 GROUP BY 1
"""

_ORDERS = f"""
SELECT (o.placed_at AT TIME ZONE %(zone)s)::date AS day, o.currency, e.affiliation_id, count(*),
       sum(greatest(o.total_minor - o.refunded_minor, 0)), sum(coalesce(c.amount_minor, 0))
  FROM tracking_attribution a
  JOIN tracking_order o ON o.id = a.order_id
  JOIN affiliates_enrollment e ON e.id = a.enrollment_id
  LEFT JOIN tracking_commission c ON c.order_id = o.id AND c.enrollment_id = a.enrollment_id
 WHERE {COUNTED} AND o.brand_id = %(brand)s
 GROUP BY 1, 2, 3
"""  # noqa: S608  # of our own words alone


@dataclass(slots=True)
class Sums:
    """What orders of one currency come to, in minor units."""

    orders: int = 0
    revenue: int = 0
    commission: int = 0

    def add(self, orders: int, revenue: int, commission: int) -> None:
        self.orders += orders
        self.revenue += revenue
        self.commission += commission


@dataclass(slots=True)
class Day:
    """One day of the brand's calendar; `by_currency` holds only what there was."""

    day: date
    clicks: int = 0
    unique: int = 0
    by_currency: dict[str, Sums] = field(default_factory=dict)

    @property
    def orders(self) -> int:
        return sum(sums.orders for sums in self.by_currency.values())

    def of(self, currency: str) -> Sums:
        return self.by_currency.get(currency, Sums())


@dataclass(slots=True)
class Period:
    """A run of days with its totals. `by_creator`: (affiliation, currency) to sums."""

    days: list[Day]
    by_creator: dict[tuple[Any, str], Sums] = field(default_factory=dict)

    @property
    def clicks(self) -> int:
        return sum(day.clicks for day in self.days)

    @property
    def unique(self) -> int:
        """Return the days' unique clicks added: who is the same is known within one day only."""
        return sum(day.unique for day in self.days)

    @property
    def orders(self) -> int:
        return sum(day.orders for day in self.days)

    @property
    def conversion_bps(self) -> int | None:
        """Return orders credited for each unique click counted; None without clicks."""
        return divide_half_up(self.orders * BPS, self.unique) if self.unique else None

    def total(self, currency: str) -> Sums:
        sums = Sums()
        for day in self.days:
            of_day = day.of(currency)
            sums.add(of_day.orders, of_day.revenue, of_day.commission)
        return sums

    def per_click(self, currency: str) -> Money | None:
        """Return the commission for each unique click counted; None without clicks."""
        if not self.unique:
            return None
        return Money(divide_half_up(self.total(currency).commission, self.unique), currency)

    @property
    def currencies(self) -> list[str]:
        """Return the currencies of its orders, the one with the most orders first."""
        found = {currency for day in self.days for currency in day.by_currency}
        return sorted(found, key=lambda currency: (-self.total(currency).orders, currency))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last days and as many before them. Today is in the last, and not over yet."""

    now: Period
    before: Period


@dataclass(frozen=True, slots=True)
class TopCreator:
    """A creator's part in one currency, and the change of revenue against the period before."""

    affiliation_id: Any
    orders: int
    revenue: Money
    commission: Money
    change_bps: int | None


def compare_periods(*, brand: Brand, now: datetime, days: int = PERIOD_DAYS) -> Comparison:
    """Count the last days up to today and the same number before them: two queries."""
    zone = ZoneInfo(brand.time_zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=2 * days - 1)
    span = [Day(first + timedelta(days=index)) for index in range(2 * days)]
    before, current = Period(span[:days]), Period(span[days:])
    params = {
        "brand": brand.pk,
        "zone": brand.time_zone,
        "start": datetime.combine(first, time.min, tzinfo=zone),
        "end": datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone),
    }
    by_day = {row.day: (row, before if index < days else current) for index, row in enumerate(span)}
    _count_clicks(by_day, params)
    _count_orders(by_day, params)
    return Comparison(current, before)


def list_top_creators(compared: Comparison, *, currency: str) -> list[TopCreator]:
    """Return who brought most revenue in a currency."""
    rows = [
        TopCreator(
            affiliation_id=party,
            orders=sums.orders,
            revenue=Money(sums.revenue, currency),
            commission=Money(sums.commission, currency),
            change_bps=change_bps(
                sums.revenue,
                compared.before.by_creator.get((party, currency), Sums()).revenue,
            ),
        )
        for (party, of_currency), sums in compared.now.by_creator.items()
        if of_currency == currency
    ]
    rows.sort(key=lambda row: (-row.revenue.amount_minor, -row.orders, str(row.affiliation_id)))
    return rows[:TOP_CREATORS]


def change_bps(value: int, before: int) -> int | None:
    """Return a change in whole percents, as basis points; None without anything to compare."""
    if before <= 0:
        return None
    return divide_half_up((value - before) * 100, before) * (BPS // 100)


def _count_clicks(by_day: Mapping[date, tuple[Day, Period]], params: Mapping[str, Any]) -> None:
    for day, clicks, unique in _rows(_CLICKS, params):
        row, _period = by_day[day]
        row.clicks, row.unique = clicks, unique


def _count_orders(by_day: Mapping[date, tuple[Day, Period]], params: Mapping[str, Any]) -> None:
    for day, currency, party, orders, revenue, commission in _rows(_ORDERS, params):
        row, period = by_day[day]
        row.by_currency.setdefault(currency, Sums()).add(orders, int(revenue), int(commission))
        part = period.by_creator.setdefault((party, currency), Sums())
        part.add(orders, int(revenue), int(commission))


def _rows(sql: str, params: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params))
        yield from cursor.fetchall()
