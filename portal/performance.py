"""How a brand's program does over time and by what: one period beside another, one currency.

The home and the reports of a brand read the same figures here; portal.counted says which orders
they are made of. Commissions are all that were earned on these days, as the ledger holds them: of
any order or lead on the day it was placed, of visits, views, bonuses and fees on theirs. Products
are counted by order lines, without tax and shipping. Every query is bound to one brand, one
currency and one span of days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from django.db import connection

from core.models import Brand
from core.money import BPS, Money, divide_half_up
from core.periods import start_of_day
from portal.counted import AWARDED_AT, COUNTED
from portal.earned import make_earned_sql

Step: TypeAlias = Literal["day", "week", "month"]
STEPS: tuple[Step, ...] = ("day", "week", "month")
GROUPINGS = ("creator", "link", "code", "product", "sub", "group", "type", "country")
WITH_CLICKS = ("creator", "link", "group", "type")
ROWS = 200

_WINNER = """
  LEFT JOIN LATERAL (
       SELECT r -> 'candidate' AS won FROM jsonb_array_elements(a.candidates -> 'rows') r
        WHERE (r ->> 'is_winner')::boolean LIMIT 1) w ON true
"""
_CLICKED = """
  LEFT JOIN tracking_click k ON k.id = (w.won ->> 'click')::uuid
  LEFT JOIN affiliates_link l ON l.public_id = w.won ->> 'link' AND l.brand_id = a.brand_id
"""
_KEYS: Mapping[str, tuple[str, str]] = {
    "creator": ("f.public_id", ""),
    "link": ("coalesce(w.won ->> 'link', '')", _WINNER),
    "code": ("coalesce(w.won ->> 'code', '')", _WINNER),
    "sub": ("coalesce(nullif(k.sub_id, ''), l.sub_ids[1], '')", _WINNER + _CLICKED),
    "group": ("g.public_id", ""),
    "type": ("g.partner_type", ""),
    "country": ("o.country", ""),
}
_STEP_KEY = "date_trunc(%(step)s, {at} AT TIME ZONE %(zone)s)::date"
OF_ORDERS_ALONE = ("link", "code", "product", "sub", "country")
"""Groupings in which what no order earned has no key."""
_ORDERS = """
SELECT {key}, count(*), coalesce(sum(o.total_minor), 0),
       coalesce(sum(greatest(o.total_minor - o.refunded_minor, 0)), 0)
  FROM tracking_order o
  JOIN tracking_attribution a ON a.order_id = o.id
  JOIN affiliates_enrollment e ON e.id = a.enrollment_id
  JOIN affiliates_affiliation f ON f.id = e.affiliation_id
  JOIN brands_group g ON g.id = e.group_id
  {joins}
 WHERE {counted} AND o.brand_id = %(brand)s AND o.currency = %(currency)s
   AND (%(creator)s = '' OR f.public_id = %(creator)s)
 GROUP BY 1
"""
_PRODUCTS = """
SELECT line ->> 'product_ref', count(DISTINCT o.id),
       coalesce(sum((line ->> 'net_ex_tax')::bigint), 0),
       coalesce(sum(greatest((line ->> 'net_ex_tax')::bigint - coalesce(back.amount, 0), 0)), 0),
       coalesce(sum(priced.amount), 0), max(line ->> 'title')
  FROM tracking_order o
  JOIN tracking_attribution a ON a.order_id = o.id
  JOIN affiliates_enrollment e ON e.id = a.enrollment_id
  JOIN affiliates_affiliation f ON f.id = e.affiliation_id
  LEFT JOIN tracking_commission c ON c.order_id = o.id AND c.enrollment_id = a.enrollment_id
 CROSS JOIN LATERAL jsonb_array_elements(o.facts -> 'snapshot' -> 'lines') line
  LEFT JOIN LATERAL (
       SELECT sum((rl ->> 'net_ex_tax')::bigint) AS amount
         FROM jsonb_array_elements(o.facts -> 'refunds') r,
              jsonb_array_elements(r -> 'lines') rl
        WHERE r ->> 'status' = 'succeeded'
          AND rl ->> 'external_line_id' = line ->> 'external_line_id') back ON true
  LEFT JOIN LATERAL (
       SELECT sum((p ->> 'amount')::bigint) AS amount
         FROM jsonb_array_elements(coalesce(c.pricing -> 'lines', '[]')) p
        WHERE p ->> 'line_id' = line ->> 'external_line_id') priced ON true
 WHERE {counted} AND o.brand_id = %(brand)s AND o.currency = %(currency)s
   AND (%(creator)s = '' OR f.public_id = %(creator)s)
 GROUP BY 1
"""
_CLICKS_BY_STEP = """
SELECT date_trunc(%(step)s, day)::date, sum(uniques)::bigint FROM (
    SELECT (k.at AT TIME ZONE %(zone)s)::date AS day, count(DISTINCT k.visitor_key) AS uniques
      FROM tracking_click k
     WHERE k.brand_id = %(brand)s AND k.at >= %(start)s AND k.at < %(end)s AND k.verdict >= 16
       AND (%(creator)s = '' OR k.enrollment_id IN (
            SELECT e.id FROM affiliates_enrollment e
              JOIN affiliates_affiliation f ON f.id = e.affiliation_id
             WHERE f.brand_id = %(brand)s AND f.public_id = %(creator)s))
     GROUP BY 1) days
 GROUP BY 1
"""
_CLICK_KEYS: Mapping[str, str] = {
    "creator": "f.public_id",
    "link": "l.public_id",
    "group": "g.public_id",
    "type": "g.partner_type",
}
_CLICKS = """
SELECT key, sum(uniques)::bigint FROM (
    SELECT {key} AS key, (k.at AT TIME ZONE %(zone)s)::date AS day,
           count(DISTINCT k.visitor_key) AS uniques
      FROM tracking_click k
      JOIN affiliates_enrollment e ON e.id = k.enrollment_id
      JOIN affiliates_affiliation f ON f.id = e.affiliation_id
      JOIN brands_group g ON g.id = e.group_id
      JOIN affiliates_link l ON l.id = k.link_id
     WHERE k.brand_id = %(brand)s AND k.at >= %(start)s AND k.at < %(end)s AND k.verdict >= 16
       AND (%(creator)s = '' OR f.public_id = %(creator)s)
     GROUP BY 1, 2) days
 GROUP BY 1
"""


@dataclass(slots=True)
class Sums:
    """Minor units of one currency; `clicks` are the unique ones of each day, added up."""

    orders: int = 0
    gross: int = 0
    net: int = 0
    commission: int = 0
    clicks: int = 0

    def add(self, other: "Sums") -> None:
        self.orders += other.orders
        self.gross += other.gross
        self.net += other.net
        self.commission += other.commission
        self.clicks += other.clicks


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, both ends included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked. `currency` is one; `creator` narrows by public id.

    `has_key_clicks`: clicks are wanted for each row of the grouping too, which reads them again.
    """

    span: Span
    before: Span | None
    step: Step
    group: str
    currency: str
    is_gross: bool = False
    creator: str = ""
    has_key_clicks: bool = True


@dataclass(slots=True)
class Answer:
    """One span: by the first day of each step, and by the key of the grouping.

    The keys add up to the total; where they cannot, `rest` holds what is missing: what no order
    earned, and of products tax, shipping, refunds of no line, and commissions changed by hand.
    Clicks are counted apart.
    """

    span: Span
    by_step: dict[date, Sums] = field(default_factory=dict)
    by_key: dict[str, Sums] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    rest: Sums | None = None

    @property
    def total(self) -> Sums:
        total = Sums()
        for sums in self.by_step.values():
            total.add(sums)
        return total


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of some sums in one currency."""

    currency: str
    is_gross: bool
    sums: Sums

    @property
    def revenue(self) -> Money:
        return Money(self.sums.gross if self.is_gross else self.sums.net, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.sums.commission, self.currency)

    @property
    def average(self) -> Money | None:
        """Return the average order; None without one."""
        if not self.sums.orders:
            return None
        return Money(divide_half_up(self.revenue.amount_minor, self.sums.orders), self.currency)

    @property
    def conversion_bps(self) -> int | None:
        clicks = self.sums.clicks
        return divide_half_up(self.sums.orders * BPS, clicks) if clicks else None

    @property
    def per_click(self) -> Money | None:
        clicks = self.sums.clicks
        return (
            Money(divide_half_up(self.sums.commission, clicks), self.currency) if clicks else None
        )


def span_before(span: Span) -> Span:
    """Return the span before: as many whole months where it is whole months, else as many days."""
    after = span.until + timedelta(days=1)
    if span.since.day == after.day == 1:
        months = (after.year - span.since.year) * 12 + after.month - span.since.month
        return Span(_move_months(span.since, -months), span.since - timedelta(days=1))
    return Span(span.since - timedelta(days=span.days), span.since - timedelta(days=1))


def span_year_before(span: Span) -> Span:
    """Return the same days a year before; 29 February becomes the 28th."""
    until = _move_months(span.until + timedelta(days=1), -12) - timedelta(days=1)
    return Span(_move_months(span.since, -12), max(until, _move_months(span.since, -12)))


def list_steps(span: Span, step: Step) -> list[date]:
    """Return the first day of each step that the span touches; weeks begin on Monday."""
    day = _first_of(span.since, step)
    found = []
    while day <= span.until:
        found.append(day)
        day = _move_months(day, 1) if step == "month" else day + timedelta(days=_DAYS[step])
    return found


def answer(brand: Brand, asked: Question, span: Span) -> Answer:
    """Count one span: five queries, six where clicks are known by the grouping."""
    params = {
        "brand": brand.pk,
        "zone": brand.time_zone,
        "currency": asked.currency,
        "creator": asked.creator,
        "step": asked.step,
        "start": start_of_day(span.since, ZoneInfo(brand.time_zone)),
        "end": start_of_day(span.until + timedelta(days=1), ZoneInfo(brand.time_zone)),
    }
    found = Answer(span, {day: Sums() for day in list_steps(span, asked.step)})
    placed_on = _STEP_KEY.format(at="o.placed_at")
    for day, *sums in _rows(_ORDERS.format(key=placed_on, joins="", counted=COUNTED), params):
        found.by_step[day] = Sums(*map(int, sums))
    for day, earned in _sum_earned(placed_on, "", _STEP_KEY.format(at=AWARDED_AT), params):
        found.by_step[day].commission = earned
    for day, clicks in count_clicks(params):
        found.by_step[day].clicks = clicks
    _count_keys(found, asked, params)
    return found


def list_keys(asked: Question, now: Answer) -> list[str]:
    """Return the keys of the rows, most revenue first."""

    def standing(key: str) -> tuple[int, int, int, str]:
        sums = now.by_key[key]
        return (-(sums.gross if asked.is_gross else sums.net), -sums.orders, -sums.clicks, key)

    return sorted(now.by_key, key=standing)


def list_currencies(brand: Brand) -> list[str]:
    """Return the currencies of the brand's counted orders, the most used first, then programs'."""
    sql = """
    SELECT currency, sum(n) FROM (
        SELECT currency, 1 AS n FROM tracking_commission WHERE brand_id = %(brand)s
         UNION ALL SELECT currency, 0 FROM brands_program WHERE brand_id = %(brand)s
    ) AS used GROUP BY 1 ORDER BY 2 DESC, 1
    """
    return [currency for currency, _count in _rows(sql, {"brand": brand.pk})]


def count_clicks(params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return unique clicks by the first day of each step; who is the same is known a day long."""
    return _rows(_CLICKS_BY_STEP, params)


def change_bps(value: int, before: int) -> int | None:
    """Return a change in whole percents, as basis points; None without anything to compare."""
    if before <= 0:
        return None
    return divide_half_up((value - before) * 100, before) * (BPS // 100)


def compare(value: int, before: int | None) -> int | None:
    """Return the change in basis points; None where nothing stands beside it."""
    return None if before is None else change_bps(value, before)


def _count_keys(found: Answer, asked: Question, params: Mapping[str, Any]) -> None:
    if asked.group == "product":
        for key, orders, gross, net, commission, title in _rows(
            _PRODUCTS.format(counted=COUNTED), params
        ):
            found.by_key[key or ""] = Sums(orders, int(gross), int(net), int(commission))
            found.titles[key or ""] = title or ""
        found.rest = _what_is_left(found)
        return
    expression, joins = _KEYS[asked.group]
    of_awards = "" if asked.group in OF_ORDERS_ALONE else expression
    sql = _ORDERS.format(key=expression, joins=joins, counted=COUNTED)
    for key, *sums in _rows(sql, params):
        found.by_key[key or ""] = Sums(*map(int, sums))
    for key, earned in _sum_earned(expression, joins, of_awards, params):
        found.by_key.setdefault(key or "", Sums()).commission = earned
    if asked.group in OF_ORDERS_ALONE and (rest := _what_is_left(found)) != Sums():
        found.rest = rest
    if asked.has_key_clicks and asked.group in WITH_CLICKS:
        for key, clicks in _rows(_CLICKS.format(key=_CLICK_KEYS[asked.group]), params):
            found.by_key.setdefault(key, Sums()).clicks = clicks


def _sum_earned(
    of_orders: str, joins: str, of_awards: str, params: Mapping[str, Any]
) -> list[tuple[Any, int]]:
    rows = _rows(make_earned_sql(of_orders, joins, of_awards), params)
    return [(key, int(total)) for key, total in rows]


def _what_is_left(found: Answer) -> Sums:
    """Return what belongs to no key: the total less all of them; orders stand in several."""
    rest, keys = found.total, found.by_key.values()
    return Sums(
        gross=rest.gross - sum(sums.gross for sums in keys),
        net=rest.net - sum(sums.net for sums in keys),
        commission=rest.commission - sum(sums.commission for sums in keys),
    )


_DAYS = {"day": 1, "week": 7}


def _first_of(day: date, step: Step) -> date:
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def _move_months(day: date, months: int) -> date:
    """Return the same day of another month, or its last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _rows(sql: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params))
        return list(cursor.fetchall())
