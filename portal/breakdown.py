"""What a creator earned, taken apart by link, code, sub-id or product.

An order counts on the day it was placed. The rows of a table add up to everything earned in the
period: what does not belong to any of them stands in a row of its own. By sub-id an order stands
once for each sub-id it came with. What the ledger still holds of an order that is credited to
somebody else, or is a test, is earned too: its creator is suspended, and nothing is posted for him.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from affiliates.models import Enrollment, Link
from affiliates.selectors import with_current_slug
from core.money import Money
from portal.counted import AWARDED_AT

DIMENSIONS = ("link", "code", "sub", "product")

_ORDERS = """
SELECT w ->> 'kind', w ->> 'link', w ->> 'code', coalesce(k.sub_id, ''), c.currency,
       count(a.id) FILTER (WHERE c.kind = 'sale' AND NOT o.is_test), sum(c.amount_minor)
  FROM tracking_commission c
  LEFT JOIN tracking_order o ON o.id = c.order_id
  LEFT JOIN tracking_award d ON d.id = c.award_id
  LEFT JOIN tracking_attribution a
    ON a.order_id = o.id AND a.is_current AND a.enrollment_id = c.enrollment_id
  LEFT JOIN LATERAL (
       SELECT r -> 'candidate' AS w
         FROM jsonb_array_elements(a.candidates -> 'rows') r
        WHERE (r ->> 'is_winner')::boolean LIMIT 1) win ON true
  LEFT JOIN tracking_click k ON k.id = (w ->> 'click')::uuid
 WHERE c.enrollment_id = ANY(%(places)s)
   AND coalesce(o.placed_at, {awarded_at}) >= %(start)s
 GROUP BY 1, 2, 3, 4, 5
"""

_PRODUCTS = """
SELECT l ->> 'title', c.currency, count(DISTINCT a.order_id), sum((l ->> 'amount')::bigint)
  FROM tracking_commission c
  JOIN tracking_order o ON o.id = c.order_id
  LEFT JOIN tracking_attribution a
    ON a.order_id = o.id AND a.is_current AND a.enrollment_id = c.enrollment_id AND NOT o.is_test
 CROSS JOIN jsonb_array_elements(c.pricing -> 'lines') l
 WHERE c.enrollment_id = ANY(%(places)s) AND o.placed_at >= %(start)s
   AND c.kind = 'sale' AND (a.id IS NOT NULL OR c.amount_minor > 0)
   AND (l ->> 'amount')::bigint <> 0
 GROUP BY 1, 2
"""

_TOTALS = """
SELECT c.currency, count(a.id) FILTER (WHERE c.kind = 'sale' AND NOT o.is_test),
       sum(c.amount_minor)
  FROM tracking_commission c
  LEFT JOIN tracking_order o ON o.id = c.order_id
  LEFT JOIN tracking_award d ON d.id = c.award_id
  LEFT JOIN tracking_attribution a
    ON a.order_id = o.id AND a.is_current AND a.enrollment_id = c.enrollment_id
 WHERE c.enrollment_id = ANY(%(places)s)
   AND coalesce(o.placed_at, {awarded_at}) >= %(start)s
 GROUP BY 1
"""

_CLICKS = """
SELECT link_id, sub_id, count(*), count(*) FILTER (WHERE verdict <> 17)
  FROM tracking_click
 WHERE link_id = ANY(%(links)s) AND at >= %(start)s AND verdict >= 16
 GROUP BY 1, 2
"""


@dataclass(slots=True)
class Row:
    """One link, code, sub-id or product. `is_rest`: what belongs to none of them."""

    label: str
    url: str = ""
    clicks: int = 0
    unique: int = 0
    orders: int = 0
    minor: dict[str, int] = field(default_factory=dict)
    is_rest: bool = False

    @property
    def amounts(self) -> list[Money]:
        found = sorted(self.minor.items())
        return [Money(minor, currency) for currency, minor in found if minor or not self.is_rest]

    def add(self, orders: int, currency: str, minor: int) -> None:
        self.orders += orders
        self.minor[currency] = self.minor.get(currency, 0) + int(minor)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rows, those that earned most first, and what they come to in all."""

    rows: Sequence[Row]
    total: Row


def break_down(places: Sequence[Enrollment], *, by: str, since: datetime) -> Breakdown:
    """Take apart what these places earned since a moment; `by` is one of DIMENSIONS."""
    params = {"places": [place.pk for place in places], "start": since}
    total = Row(_("All"))
    for currency, orders, minor in _read(_TOTALS.format(awarded_at=AWARDED_AT), params):
        total.add(orders, currency, minor)
    if by == "product":
        return _finish(_by_product(params, total), total)
    own = with_current_slug(Link.objects.filter(enrollment__in=places))
    links = {link.public_id: link for link in own}
    orders_read = list(_read(_ORDERS.format(awarded_at=AWARDED_AT), params))
    if by == "code":
        return _finish(_by_code(orders_read), total)
    pks = {link.pk: link for link in links.values()}
    clicks = list(_read(_CLICKS, {"links": list(pks), "start": since}))
    make = _by_link if by == "link" else _by_sub_id
    return _finish(make(links, orders_read, [(pks[pk], *rest) for pk, *rest in clicks]), total)


def _by_link(
    links: Mapping[str, Link], orders: list[tuple[Any, ...]], clicks: list[tuple[Any, ...]]
) -> list[Row]:
    rows: dict[str, Row] = {}
    rest = Row(_("Not by a link"), is_rest=True)
    for link, _sub, counted, unique in clicks:
        row = rows.setdefault(link.public_id, _link_row(link))
        row.clicks += counted
        row.unique += unique
    for _kind, link_id, _code, _sub, currency, count, minor in orders:
        link = links.get(link_id or "")
        row = rows.setdefault(link.public_id, _link_row(link)) if link else rest
        row.add(count, currency, minor)
    return [*rows.values(), rest]


def _by_code(orders: list[tuple[Any, ...]]) -> list[Row]:
    rows: dict[str, Row] = {}
    rest = Row(_("Not by a code"), is_rest=True)
    for _kind, _link, code, _sub, currency, count, minor in orders:
        row = rows.setdefault(code, Row(code)) if code else rest
        row.add(count, currency, minor)
    return [*rows.values(), rest]


def _by_sub_id(
    links: Mapping[str, Link], orders: list[tuple[Any, ...]], clicks: list[tuple[Any, ...]]
) -> list[Row]:
    rows: dict[str, Row] = {}
    rest = Row(_("Without a sub-id"), is_rest=True)
    for link, sub, counted, unique in clicks:
        for name in _sub_ids(link, sub):
            row = rows.setdefault(name, Row(name))
            row.clicks += counted
            row.unique += unique
    for _kind, link_id, _code, sub, currency, count, minor in orders:
        names = _sub_ids(links.get(link_id or ""), sub)
        for row in [rows.setdefault(name, Row(name)) for name in names] or [rest]:
            row.add(count, currency, minor)
    return [*rows.values(), rest]


def _by_product(params: Mapping[str, Any], total: Row) -> list[Row]:
    rows: dict[str, Row] = {}
    rest = Row(
        _("Not for a product, rejected or adjusted by hand"), minor=dict(total.minor), is_rest=True
    )
    for title, currency, count, minor in _read(_PRODUCTS, params):
        name = title or _("Without a name")
        rows.setdefault(name, Row(name)).add(count, currency, minor)
        rest.add(0, currency, -minor)
    return [*rows.values(), rest]


def _sub_ids(link: Link | None, sub: str) -> list[str]:
    """Return what the store was told: a click's own sub-id takes the place of its link's first."""
    fixed = link.sub_ids if link else []
    told = enumerate([sub, *fixed[1:]] if sub else fixed, start=1)
    return [f"sub{i}={value}" for i, value in told if value]


def _link_row(link: Link) -> Row:
    label = link.name or str(getattr(link, "current_slug", ""))
    return Row(label, reverse("affiliates:link-detail", args=[link.public_id]))


def _finish(rows: list[Row], total: Row) -> Breakdown:
    named = sorted(
        (row for row in rows if not row.is_rest),
        key=lambda row: (-max(row.minor.values(), default=0), -row.clicks, row.label),
    )
    rest = [row for row in rows if row.is_rest and (row.orders or any(row.minor.values()))]
    total.clicks = sum(row.clicks for row in named)
    total.unique = sum(row.unique for row in named)
    return Breakdown([*named, *rest], total)


def _read(sql: str, params: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(params))
        yield from cursor.fetchall()
