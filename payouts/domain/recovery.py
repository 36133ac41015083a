"""How long a refund after release is taken from later commissions: whole days of the brand's."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def find_last_day(*, taken_at: datetime, days: int, zone: ZoneInfo) -> date:
    """Return the last day on which it is still recovered; after it, it is written off."""
    return taken_at.astimezone(zone).date() + timedelta(days=days)


def is_over(*, last_day: date, zone: ZoneInfo, now: datetime) -> bool:
    """Say whether the window has ended: from the first moment after its last day on."""
    return now.astimezone(zone).date() > last_day
