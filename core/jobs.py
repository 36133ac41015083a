"""Hand work to a worker after the commit. Redis may lose it: a sweeper finds the row."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Q

from core import logs
from core.models import JobRun
from core.pause import Pause

logger = logging.getLogger(__name__)

LONGEST_RUN = timedelta(minutes=10)  # far above CELERY_TASK_TIME_LIMIT

broker_pause = Pause(length_s=5)


@dataclass(frozen=True)
class _Message:
    """A task to send; two of the same name and arguments are equal, and one of them is enough."""

    name: str
    kwargs: dict[str, Any]

    def __call__(self) -> None:
        _send(self.name, self.kwargs)


def enqueue(name: str, **kwargs: Any) -> None:
    """Send the task `name` once the open transaction has committed; never raises for Redis.

    The same task and arguments leave once a transaction. What a savepoint took back with it no
    longer waits there, so a later call sends it.
    """
    message = _Message(name, kwargs)
    waiting = [run for _, run, *_ in transaction.get_connection().run_on_commit]
    if message not in waiting:
        transaction.on_commit(message)


def run_once(*, name: str, window: str, now: datetime, work: Callable[[], str]) -> bool:
    """Run `work` unless this job already ran for this window; keep its outcome.

    Returns False when another run holds the window. A failure is recorded and raised, and gives the
    window back: the next call tries again. So does a run that was killed, once no worker can be at
    it any more.
    """
    run, is_new = JobRun.objects.get_or_create(
        name=name, window=window, defaults={"started_at": now}
    )
    if not (is_new or _take_over(run, now)):
        return False
    try:
        detail = work()
    except Exception as error:
        _finish(run, is_ok=False, detail=f"{type(error).__name__}: {error}", now=now)
        raise
    _finish(run, is_ok=True, detail=detail, now=now)
    return True


def _take_over(run: JobRun, now: datetime) -> bool:
    """Begin a failed or killed run anew; of several that want to, one does."""
    is_dead = Q(finished_at__isnull=True, started_at__lte=now - LONGEST_RUN)
    taken = JobRun.objects.filter(Q(is_ok=False) | is_dead, pk=run.pk).update(
        started_at=now, finished_at=None, is_ok=None, detail=""
    )
    return taken == 1


def _send(name: str, kwargs: dict[str, Any]) -> None:
    if broker_pause.is_on:
        return
    try:
        current_app.send_task(
            name,
            kwargs=kwargs,
            headers={"request_id": logs.request_id.get()},
            ignore_result=True,
            retry=False,
        )
    except Exception as error:  # noqa: BLE001  # any broker fault: the sweeper is the promise
        broker_pause.begin()
        logger.warning("broker did not take %s (%s); the sweeper will", name, type(error).__name__)


def _finish(run: JobRun, *, is_ok: bool, detail: str, now: datetime) -> None:
    run.is_ok, run.detail, run.finished_at = is_ok, detail[:500], now
    run.save(update_fields=["is_ok", "detail", "finished_at"])
