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
    """A task of the schedule, its latest run, and when it is due next."""

    name: str
    run: TaskRun
    due_at: datetime
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
    # One that never ran is due from now on: the scheduler counts from its start.
    last = run.started_at or now
    if isinstance(schedule, crontab):
        grace, due = GRACE_OF_A_DAY, _next_by_clock(schedule, last)
    else:
        every = timedelta(seconds=schedule)
        grace, due = GRACE + every, last + every
    return Job(run.name, run, due, _state(run, due, now, grace))


def _next_by_clock(schedule: crontab, last: datetime) -> datetime:
    start, delta, _ = schedule.remaining_delta(last)
    due: datetime = start + delta
    return due.astimezone(UTC)


def _state(run: TaskRun, due: datetime, now: datetime, grace: timedelta) -> str:
    if run.is_ok is False:
        return "failed"
    if run.started_at is None:
        return "waits"
    return "late" if now > due + grace else "ok"
