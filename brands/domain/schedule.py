"""On which days a brand pays: once or twice a month, or every week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
LAST = 31
"""As a second day: the last one of the month."""
DAYS = range(1, 29)  # every month has them
APART = range(7, 24)  # a week at least between two runs of a month, and to the next month's


class Rhythm(StrEnum):
    """How often a brand pays."""

    MONTHLY = "monthly"
    TWICE = "twice"
    WEEKLY = "weekly"


AHEAD = {
    Rhythm.MONTHLY: timedelta(days=7),
    Rhythm.TWICE: timedelta(days=3),
    Rhythm.WEEKLY: timedelta(days=2),
}
"""A run that is made so much ahead of a run day, or after it, is the run of that day."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The run days of a brand, by its own calendar.

    `day`: of the month; `second_day`: the other one where it is twice, and in a shorter month its
    last day. `weekday`: where it is every week; Monday is 0.
    """

    rhythm: Rhythm = Rhythm.MONTHLY
    day: int = 5
    second_day: int = 20
    weekday: int = 4

    @property
    def is_sane(self) -> bool:
        """Say whether there are such days, and time between them."""
        is_apart = self.rhythm is not Rhythm.TWICE or self.second_day - self.day in APART
        is_there = self.day in DAYS and 1 <= self.second_day <= LAST
        return is_there and is_apart and 0 <= self.weekday < 7


def next_run_day(schedule: Schedule, start: date) -> date:
    """Return the first run day on or after a day."""
    if schedule.rhythm is Rhythm.WEEKLY:
        return start + timedelta(days=(schedule.weekday - start.weekday()) % 7)
    return next(day for day in _run_days(schedule, start) if day >= start)


def run_day_of(schedule: Schedule, day: date) -> date:
    """Return the run day that a run made on a day counts for."""
    until = day + AHEAD[schedule.rhythm]
    if schedule.rhythm is Rhythm.WEEKLY:
        return until - timedelta(days=(until.weekday() - schedule.weekday) % 7)
    return max(day for day in _run_days(schedule, until) if day <= until)


def start_period(schedule: Schedule, day: date) -> date:
    """Return the first day on which a run counts for the same run day as one made on this day."""
    return run_day_of(schedule, day) - AHEAD[schedule.rhythm]


def _run_days(schedule: Schedule, day: date) -> Iterator[date]:
    """Yield the run days of the month a day falls in, of the one before and the one after."""
    first = day.replace(day=1)
    for start in ((first - DAY).replace(day=1), first, _end_of_month(first) + DAY):
        yield start.replace(day=schedule.day)
        if schedule.rhythm is Rhythm.TWICE:
            yield start.replace(day=min(schedule.second_day, _end_of_month(start).day))


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY
