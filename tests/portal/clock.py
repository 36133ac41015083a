"""Times near the database's own: pages read the real clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

NOW = datetime.now(UTC).replace(microsecond=0)


def today(zone: str) -> date:
    """Return the day it is where a brand is: around midnight it is another one than in UTC."""
    return NOW.astimezone(ZoneInfo(zone)).date()


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
