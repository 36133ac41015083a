"""Which runs of days a bonus counts in, and how many steps of it a figure earns."""

from dataclasses import dataclass
from datetime import date

from brands.domain.spans import DAY, period_of

WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Run:
    """Days that are counted together, both ends included; `until` None: no end is set."""

    since: date
    until: date | None

    @property
    def key(self) -> str:
        return self.since.isoformat()


def run_at(*, period: str, since: date, until: date | None, day: date) -> Run:
    """Return the run of a bonus that a day lies in, cut to its own first and last day."""
    if period == WHOLE:
        return Run(since, until)
    first, last = period_of(period, day)
    return Run(max(first, since), last if until is None else min(last, until))


def list_runs(
    *, period: str, since: date, until: date | None, first: date, today: date
) -> list[Run]:
    """Return the runs that have begun and have a day from `first` on, the earliest first."""
    day, last = max(since, first), today if until is None else min(until, today)
    runs = []
    while day <= last:
        run = run_at(period=period, since=since, until=until, day=day)
        runs.append(run)
        if run.until is None:
            break
        day = run.until + DAY
    return runs


def count_steps(*, kind: str, value: int, target: int) -> int:
    """Return how many times a figure earns the bonus: once reached, or by every Nth."""
    steps = max(value, 0) // target
    return steps if kind == "nth" else min(steps, 1)


def count_missing(*, kind: str, value: int, target: int) -> int:
    """Return what is missing to the next time; 0 where there is no next one in the run."""
    if kind == "nth":
        return target - max(value, 0) % target
    return max(target - value, 0)
