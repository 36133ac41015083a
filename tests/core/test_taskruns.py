"""Every scheduled task leaves one row, whoever hands it on and however often it runs."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from config import observe
from config.beat import TableScheduler
from config.celery import app
from core import logs
from core.models import TaskRun
from core.taskruns import note_finished, note_handed_on
from tests.makers import NOW

pytestmark = pytest.mark.django_db


def run(state: str, retval: object = None) -> None:
    """Have a worker take up the sweep and end it, as Celery tells our receivers."""
    task = type("Task", (), {"name": "core.sweep", "request": type("Request", (), {})()})()
    observe.begin_task(task=task, task_id="task-1")
    assert logs.request_id.get() == "task-1"
    observe.end_task(task=task, retval=retval, state=state)


def test_a_task_keeps_one_row_with_its_last_outcome():
    observe.note_handed_on(sender="core.sweep")
    for _ in range(3):
        run("FAILURE", ValueError("of a person"))
    failed = TaskRun.objects.get()
    run("SUCCESS")
    mended = TaskRun.objects.get()

    assert (failed.is_ok, failed.error, failed.failures) == (False, "ValueError", 3)
    assert (mended.is_ok, mended.error, mended.failures) == (True, "", 0)
    assert mended.handed_on_at < mended.started_at <= mended.finished_at
    assert logs.request_id.get() == "-"


def test_work_that_nothing_schedules_leaves_no_row():
    note_finished(name="payouts.refresh_method", started_at=NOW, now=NOW)

    assert not TaskRun.objects.exists()


def test_the_scheduler_goes_on_from_when_each_task_was_last_handed_on():
    before = NOW - timedelta(days=1)
    note_handed_on(name="portal.check_books", now=before)

    entries = TableScheduler(app=app).schedule

    assert entries["books"].last_run_at == before
    assert entries["books"].is_due().is_due
    assert not entries["retention"].is_due().is_due


def test_a_scheduler_whose_database_is_away_begins_anew():
    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        assert "books" in TableScheduler(app=app).schedule
