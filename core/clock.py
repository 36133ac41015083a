"""The clock at the edge. Under the edges, `now` is an argument."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from core.models import Brand


def utc_now() -> datetime:
    """Return this machine's time, for what concerns no brand."""
    return datetime.now(UTC)  # noqa: TID251


def database_now() -> datetime:
    """Return the database's time: the one clock all web and worker processes share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    moment: datetime = now.astimezone(UTC)
    return moment


def brand_now(brand: Brand, real_now: datetime | None = None) -> datetime:
    """Return the database's time plus the brand's offset (zero unless it is a sandbox).

    `real_now`: that time, where it was read before.
    """
    now = real_now or database_now()
    return now + timedelta(seconds=brand.clock_offset_s) if brand.clock_offset_s else now
