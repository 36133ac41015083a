"""From a click to a payout: how many went each step, for the orders of one span."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from core.models import Brand
from core.money import BPS, Money, divide_half_up
from core.periods import start_of_day
from portal.counted import COUNTED
from portal.performance import Question, count_clicks

_STEPS = """
SELECT count(*), coalesce(sum(c.amount_minor), 0),
       count(*) FILTER (WHERE c.released_at IS NOT NULL),
       coalesce(sum(c.amount_minor) FILTER (WHERE c.released_at IS NOT NULL), 0),
       count(*) FILTER (WHERE c.paid_at IS NOT NULL),
       coalesce(sum(c.amount_minor) FILTER (WHERE c.paid_at IS NOT NULL), 0)
  FROM tracking_order o
  JOIN tracking_attribution a ON a.order_id = o.id
  JOIN affiliates_enrollment e ON e.id = a.enrollment_id
  JOIN affiliates_affiliation f ON f.id = e.affiliation_id
  LEFT JOIN tracking_commission c ON c.order_id = o.id AND c.enrollment_id = a.enrollment_id
 WHERE {counted} AND o.brand_id = %(brand)s AND o.currency = %(currency)s
   AND (%(creator)s = '' OR f.public_id = %(creator)s)
"""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """`of_before_bps`: out of the step before; None where that one is empty."""

    code: str
    count: int
    amount: Money | None
    of_before_bps: int | None


def count_funnel(brand: Brand, asked: Question) -> list[FunnelStep]:
    """Return unique clicks, credited orders, and those of them released and paid: two queries."""
    zone = ZoneInfo(brand.time_zone)
    params: dict[str, Any] = {
        "brand": brand.pk,
        "zone": brand.time_zone,
        "currency": asked.currency,
        "creator": asked.creator,
        "step": "month",
        "start": start_of_day(asked.span.since, zone),
        "end": start_of_day(asked.span.until + timedelta(days=1), zone),
    }
    clicks = sum(count for _month, count in count_clicks(params))
    orders, earned, released, released_minor, paid, paid_minor = _count(params)
    rows = (
        ("clicks", clicks, None, 0),
        ("orders", orders, int(earned), clicks),
        ("released", released, int(released_minor), orders),
        ("paid", paid, int(paid_minor), released),
    )
    return [
        FunnelStep(
            code,
            count,
            Money(minor, asked.currency) if minor is not None and asked.currency else None,
            divide_half_up(count * BPS, before) if before else None,
        )
        for code, count, minor, before in rows
    ]


def _count(params: Mapping[str, Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_STEPS.format(counted=COUNTED), dict(params))
        return tuple(cursor.fetchone())
