"""What a click says of a visit is forgotten after a while; when it was and by which link stays.

Of the views of a picture a count of each day, link and picture stays. Counts on pages stay what
they were: a visitor's key holds for a day and was never linkable beyond.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from core.clock import brand_now
from core.models import Brand
from tracking.models import Click, Impression
from tracking.services.counting import MAX_CATCH_UP, SETTLES_AFTER

STEPS = 4
STEP = timedelta(days=1) // STEPS
# No day is counted any more whose views are so old; a day more, for it begins where its brand is.
COUNTED_AFTER = SETTLES_AFTER + timedelta(days=MAX_CATCH_UP + 1)
# One statement, so that a view is in one place or the other whatever breaks off.
_SUM_UP = """
  WITH gone AS (DELETE FROM tracking_impression
                 WHERE brand_id = %(brand)s AND at >= %(start)s AND at < %(end)s
             RETURNING program_id, enrollment_id, link_id, asset_id,
                       (at AT TIME ZONE %(zone)s)::date AS day)
INSERT INTO tracking_viewcount
       (brand_id, program_id, enrollment_id, link_id, asset_id, day, views)
SELECT %(brand)s, program_id, enrollment_id, link_id, asset_id, day, count(*)
  FROM gone GROUP BY program_id, enrollment_id, link_id, asset_id, day
    ON CONFLICT (brand_id, day, link_id, asset_id)
    DO UPDATE SET views = tracking_viewcount.views + excluded.views
"""
BLANK = {
    "net_key": 0,
    "agent_id": None,
    "referrer_id": None,
    "device": 0,
    "country": "",
    "has_paid_marker": False,
}


def forget_visits(*, now: datetime) -> int:
    """Take network, browser, site of origin and country off old clicks; returns of how many.

    Hours at a time: each statement is short, and what is done stays done.
    """
    until = now - timedelta(days=settings.CLICK_DETAIL_DAYS)
    rows = Click.objects.filter(at__lt=until).exclude(net_key=0)
    days = rows.datetimes("at", "day", tzinfo=UTC)
    return sum(
        rows.filter(at__gte=day + n * STEP, at__lt=day + (n + 1) * STEP).update(**BLANK)
        for day in days
        for n in range(STEPS)
    )


def forget_views(*, now: datetime) -> int:
    """Keep of old views a count of each day, link and picture; returns how many views went.

    What an award of views counted is proven by these counts from then on.
    """
    kept = max(timedelta(days=settings.CLICK_DETAIL_DAYS), COUNTED_AFTER)
    return sum(_sum_up(brand, brand_now(brand, now) - kept) for brand in Brand.objects.all())


def _sum_up(brand: Brand, until: datetime) -> int:
    rows = Impression.objects.filter(brand_id=brand.pk, at__lt=until)
    gone = 0
    for day in rows.datetimes("at", "day", tzinfo=UTC):
        for n in range(STEPS):
            start, end = day + n * STEP, min(day + (n + 1) * STEP, until)
            gone += rows.filter(at__gte=start, at__lt=end).count()
            _run(brand, start, end)
    return gone


def _run(brand: Brand, start: datetime, end: datetime) -> None:
    params: dict[str, Any] = {
        "brand": brand.pk,
        "zone": brand.time_zone,
        "start": start,
        "end": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUM_UP, params)
