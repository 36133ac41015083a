"""The trace a scheduled task leaves: when it was handed on, when it ran, how it ended."""

from datetime import datetime, timedelta
from typing import Any

from celery.schedules import crontab
from django.conf import settings
from django.db import models

from core.models import TaskRun


def get_schedules() -> dict[str, crontab | float]:
    """Return when each scheduled task is due, by the task's name."""
    entries: Any = settings.CELERY_BEAT_SCHEDULE.values()
    return {entry["task"]: entry["schedule"] for entry in entries}


def note_handed_on(*, name: str, now: datetime) -> None:
    """Note that the scheduler gave a task to the broker."""
    _change(name, handed_on_at=now)


def note_started(*, name: str, now: datetime) -> None:
    """Note that a worker took up a task."""
    _change(name, started_at=now)


def note_finished(*, name: str, started_at: datetime, now: datetime, error: str = "") -> None:
    """Note how a run ended; `error` names the class of what was raised, and nothing it said."""
    _change(
        name,
        finished_at=now,
        duration_ms=(now - started_at) // timedelta(milliseconds=1),
        is_ok=not error,
        error=error[:100],
        failures=models.F("failures") + 1 if error else 0,
    )


def _change(name: str, **values: object) -> None:
    if name not in get_schedules():
        return
    if not TaskRun.objects.filter(name=name).exists():
        TaskRun.objects.bulk_create([TaskRun(name=name)], ignore_conflicts=True)
    TaskRun.objects.filter(name=name).update(**values)
