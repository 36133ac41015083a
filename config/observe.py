"""What worker and scheduler leave behind: a row for each scheduled task, an id in each line."""

import logging
from typing import Any

from celery.signals import (
    after_task_publish,
    beat_init,
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
)
from django.db import Error, close_old_connections

from core import logs, taskruns
from core.clock import utc_now

logger = logging.getLogger(__name__)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Leave the log as the settings set it up; without a receiver Celery would set its own."""


@beat_init.connect
def watch_scheduler(**_: Any) -> None:
    """Note what this process hands on; the same signal in a web server is of no interest."""
    before_task_publish.connect(_drop_dead_connections)
    after_task_publish.connect(note_handed_on)


def note_handed_on(sender: str, **_: Any) -> None:
    """Note that the broker took a task."""
    try:
        taskruns.note_handed_on(name=sender, now=utc_now())
    except Error as error:  # the scheduler goes on without a trace of it
        logger.warning("no trace of %s: %s", sender, type(error).__name__)


@task_prerun.connect
def begin_task(task: Any, task_id: str, **_: Any) -> None:
    """Let lines carry the id of the request that asked for the work, else the task's own."""
    logs.request_id.set(getattr(task.request, "request_id", None) or task_id)
    task.request.began_at = utc_now()
    taskruns.note_started(name=task.name, now=task.request.began_at)


@task_postrun.connect
def end_task(task: Any, retval: Any, state: str, **_: Any) -> None:
    """Note how the run ended."""
    error = "" if state == "SUCCESS" else type(retval).__name__
    taskruns.note_finished(
        name=task.name, started_at=task.request.began_at, now=utc_now(), error=error
    )
    logs.request_id.set("-")


def _drop_dead_connections(**_: Any) -> None:
    close_old_connections()
