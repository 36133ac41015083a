"""A scheduler that remembers in the database: there is no file to lose or to find half written."""

import logging
from typing import Any

from celery.beat import Scheduler
from django.db import Error

from core.models import TaskRun

logger = logging.getLogger(__name__)


class TableScheduler(Scheduler):
    """Celery's, which after a start goes on from when each task was last handed on."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        try:
            last = dict(TaskRun.objects.values_list("name", "handed_on_at"))
        except Error as error:  # it begins anew; each task is safe to run twice
            logger.warning("the scheduler remembers nothing: %s", type(error).__name__)
            return
        entries: dict[str, Any] = self.schedule
        for entry in entries.values():
            entry.last_run_at = last.get(entry.task) or entry.last_run_at
