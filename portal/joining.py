"""What became of the applications sent in one span, by the month they were sent.

Only what is stored is counted: a visit to the page of a program is not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from core.models import Brand
from core.money import BPS, divide_half_up
from core.periods import start_of_day
from portal.performance import Span

# An applicant's place in the program counts where his application was approved.
_SENT = """
WITH sent AS (
  SELECT date_trunc('month', p.submitted_at AT TIME ZONE %(zone)s)::date AS month, p.status,
         CASE WHEN p.decided_by_id IS NOT NULL THEN p.decided_at - p.submitted_at END AS took,
         EXISTS (SELECT 1 FROM tracking_click k
                  WHERE k.brand_id = p.brand_id AND k.enrollment_id = e.id
                    AND k.verdict >= 16) AS has_click,
         EXISTS (SELECT 1 FROM tracking_attribution a
                   JOIN tracking_order o ON o.id = a.order_id
                  WHERE a.brand_id = p.brand_id AND a.enrollment_id = e.id AND a.is_current
                    AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
                    AND NOT o.is_test AND o.kind = 'order') AS has_order
    FROM affiliates_application p
    LEFT JOIN affiliates_affiliation f
      ON f.brand_id = p.brand_id AND f.affiliate_id = p.affiliate_id
    LEFT JOIN affiliates_enrollment e
      ON e.affiliation_id = f.id AND e.program_id = p.program_id AND p.status = 'approved'
   WHERE p.brand_id = %(brand)s AND p.submitted_at >= %(start)s AND p.submitted_at < %(end)s
)
SELECT month, count(*), count(*) FILTER (WHERE status = 'submitted'),
       count(*) FILTER (WHERE status = 'rejected'), count(*) FILTER (WHERE status = 'approved'),
       count(*) FILTER (WHERE has_click), count(*) FILTER (WHERE has_order),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY took)
  FROM sent GROUP BY GROUPING SETS ((month), ()) ORDER BY month NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Applications of one month, or all where `month` is None; `took`: the median of decisions."""

    month: date | None
    sent: int
    waiting: int
    rejected: int
    approved: int
    clicked: int
    ordered: int
    took: timedelta | None

    @property
    def approved_bps(self) -> int | None:
        """Return how many of those decided were approved."""
        return _share(self.approved, self.approved + self.rejected)

    @property
    def clicked_bps(self) -> int | None:
        return _share(self.clicked, self.approved)

    @property
    def ordered_bps(self) -> int | None:
        return _share(self.ordered, self.approved)


def list_joining(brand: Brand, span: Span) -> list[Cohort]:
    """Return the sum and then each month, the oldest first; none where nobody applied."""
    zone = ZoneInfo(brand.time_zone)
    params: dict[str, Any] = {
        "brand": brand.pk,
        "zone": brand.time_zone,
        "start": start_of_day(span.since, zone),
        "end": start_of_day(span.until + timedelta(days=1), zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SENT, params)
        rows = [Cohort(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.sent]


def _share(part: int, whole: int) -> int | None:
    return divide_half_up(part * BPS, whole) if whole else None
