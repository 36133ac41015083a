"""Creators by the month they joined: how many of them brought an order in each month since."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from core.models import Brand
from core.periods import start_of_day

SHOWN_MONTHS = 6
COHORTS = 12
MONTHS_NEEDED = 2

_JOINED = """
SELECT date_trunc('month', joined AT TIME ZONE %(zone)s)::date, count(*) FROM (
    SELECT affiliation_id, min(joined_at) AS joined
      FROM affiliates_enrollment WHERE brand_id = %(brand)s GROUP BY 1) first
 GROUP BY 1 ORDER BY 1 DESC LIMIT %(limit)s
"""
_ACTIVE = """
WITH first AS (
    SELECT affiliation_id, date_trunc('month', min(joined_at) AT TIME ZONE %(zone)s)::date AS month
      FROM affiliates_enrollment WHERE brand_id = %(brand)s GROUP BY 1)
SELECT first.month, date_trunc('month', o.placed_at AT TIME ZONE %(zone)s)::date,
       count(DISTINCT first.affiliation_id)
  FROM tracking_order o
  JOIN tracking_attribution a ON a.order_id = o.id AND a.is_current
  JOIN affiliates_enrollment e ON e.id = a.enrollment_id
  JOIN first ON first.affiliation_id = e.affiliation_id
 WHERE o.brand_id = %(brand)s AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
   AND NOT o.is_test AND o.kind = 'order'
   AND o.placed_at >= %(since_at)s AND first.month >= %(since)s
 GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """`active`: who brought an order in the month of joining and each after it; None is to come."""

    month: date
    joined: int
    active: list[int | None]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """`first_shown`: the day from which there is enough to see, None where there is."""

    rows: list[Cohort]
    first_shown: date | None


def list_cohorts(brand: Brand, *, today: date) -> Cohorts:
    """Return the last months' creators, the newest month first: two queries."""
    zone = ZoneInfo(brand.time_zone)
    params: dict[str, Any] = {"brand": brand.pk, "zone": brand.time_zone, "limit": COHORTS}
    with connection.cursor() as cursor:
        cursor.execute(_JOINED, params)
        joined = dict(cursor.fetchall())
        if not joined:
            return Cohorts([], _add_months(today, MONTHS_NEEDED))
        cursor.execute(
            _ACTIVE, {**params, "since": min(joined), "since_at": start_of_day(min(joined), zone)}
        )
        active = {(cohort, month): count for cohort, month, count in cursor.fetchall()}
    first_order = min((month for _cohort, month in active), default=_add_months(today, 1))
    first_shown = _add_months(first_order, MONTHS_NEEDED - 1)
    rows = [
        Cohort(
            month,
            count,
            [
                active.get((month, shown), 0) if shown <= today else None
                for shown in (_add_months(month, later) for later in range(SHOWN_MONTHS))
            ],
        )
        for month, count in joined.items()
    ]
    return Cohorts(rows, first_shown if first_shown > today else None)


def _add_months(day: date, months: int) -> date:
    """Return the first day of a month so many months on."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)
