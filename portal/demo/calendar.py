"""The demo's calendar: everything lies so many days before the day of loading."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from brands.domain.schedule import Schedule, next_run_day

LEAD_DAYS = 5
LAST_RUN_DAY = 28


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a brand, counted back from `now`."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def at(self, days_ago: int, clock: str) -> datetime:
        """Return the time that a clock in the brand's zone showed, such as 14:05 or 14:05:30."""
        return self.on(self.today - timedelta(days=days_ago), clock)

    def on(self, day: date, clock: str) -> datetime:
        """Return the time of a day, in UTC."""
        return datetime.combine(day, time.fromisoformat(clock), self.zone).astimezone(UTC)

    def ago(self, minutes: int) -> datetime:
        return self.now - timedelta(minutes=minutes)

    @property
    def run_day(self) -> int:
        """Return the day of the month of payouts: the next run is always two to five days ahead."""
        return min((self.today + timedelta(days=LEAD_DAYS)).day, LAST_RUN_DAY)

    def list_months(self, days_ago: int) -> list[date]:
        """Return the first days of the months that began since then, until yesterday."""
        days = (self.today - timedelta(days=ago) for ago in range(days_ago, 0, -1))
        return [day for day in days if day.day == 1]

    @property
    def past_runs(self) -> tuple[date, date, date]:
        """Return the days of the last three payout runs, the earliest one first."""
        following = next_run_day(Schedule(day=self.run_day), self.today)
        last = _month_before(following)
        middle = _month_before(last)
        return _month_before(middle), middle, last


def _month_before(day: date) -> date:
    end_of_month = day.replace(day=1) - timedelta(days=1)
    return end_of_month.replace(day=day.day)
