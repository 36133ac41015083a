"""What a click says of a visit is forgotten after a while; when it was and by which link stays.

Counts on pages stay what they were: a visitor's key holds for a day and was never linkable beyond.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from tracking.models import Click

STEPS = 4
STEP = timedelta(days=1) // STEPS
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
