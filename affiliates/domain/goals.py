"""How far a goal is: plain arithmetic over whole days, today among those that are gone."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from core.money import BPS, divide_half_up

Standing: TypeAlias = Literal["upcoming", "on_course", "behind", "reached", "missed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What was reached of a target in a run of days, both ends included, as seen on one day."""

    value: int
    target: int
    since: date
    until: date
    today: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def days_gone(self) -> int:
        return min(max((self.today - self.since).days + 1, 0), self.days)

    @property
    def days_left(self) -> int:
        return self.days - self.days_gone

    @property
    def missing(self) -> int:
        return max(self.target - self.value, 0)

    @property
    def reached_bps(self) -> int:
        """Return the share reached, rounded down: 100 % is said of nothing less."""
        return max(self.value, 0) * BPS // self.target

    @property
    def gone_bps(self) -> int:
        return divide_half_up(self.days_gone * BPS, self.days)

    @property
    def forecast(self) -> int | None:
        """Return value ÷ days gone × days; None before the first day and after the last."""
        if not 0 < self.days_gone < self.days:
            return None
        return divide_half_up(self.value * self.days, self.days_gone)

    @property
    def standing(self) -> Standing:
        if self.value >= self.target:
            return "reached"
        if self.today < self.since:
            return "upcoming"
        if self.today > self.until:
            return "missed"
        is_on_course = self.value * self.days >= self.target * self.days_gone
        return "on_course" if is_on_course else "behind"


def is_whole_month(since: date, until: date) -> bool:
    """Say whether a run of days is one month of the calendar."""
    return month_of(since) == (since, until)


def month_of(day: date) -> tuple[date, date]:
    """Return the first and last day of the month a day lies in."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and last day of the quarter a day lies in."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return first, (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)
