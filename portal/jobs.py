"""Every scheduled task: when it ran, how it ended, when it is due again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from celery.schedules import crontab

from core.models import TaskRun
from core.taskruns import get_schedules

GRACE = timedelta(minutes=3)
GRACE_OF_A_DAY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A task of the schedule and its latest run; `due_at` is None before the first."""

    name: str
    every: timedelta | None  # None for one that runs at a time of day
    run: TaskRun
    due_at: datetime | None
    state: str

    @property
    def seconds(self) -> Decimal:
        """Return how long the latest run took."""
        return Decimal(self.run.duration_ms) / 1000


def list_jobs(*, now: datetime) -> list[Job]:
    """Return every scheduled task, the ones in trouble first."""
    runs = {run.name: run for run in TaskRun.objects.all()}
    jobs = [
        _describe(schedule, runs.get(name) or TaskRun(name=name), now)
        for name, schedule in get_schedules().items()
    ]
    return sorted(jobs, key=lambda job: (job.state not in {"failed", "late"}, job.name))


def _describe(schedule: crontab | float, run: TaskRun, now: datetime) -> Job:
    last = run.started_at
    if isinstance(schedule, crontab):
        every, grace = None, GRACE_OF_A_DAY
        due = _next_by_clock(schedule, last) if last else None
    else:
        every = timedelta(seconds=schedule)
        grace = GRACE + every
        due = last + every if last else None
    return Job(run.name, every, run, due, _state(run, due, now, grace))


def _next_by_clock(schedule: crontab, last: datetime) -> datetime:
    start, delta, _ = schedule.remaining_delta(last)
    due: datetime = start + delta
    return due.astimezone(UTC)


def _state(run: TaskRun, due: datetime | None, now: datetime, grace: timedelta) -> str:
    if run.is_ok is False:
        return "failed"
    if due is None:
        return "waits"
    return "late" if now > due + grace else "ok"
