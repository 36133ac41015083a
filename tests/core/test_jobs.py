"""Work is handed on after the commit, once, and never at the cost of the request."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from core import jobs
from core.models import JobRun

pytestmark = pytest.mark.django_db(transaction=True)


class Broker:
    """Stands for the broker: keeps what it was given, or fails."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict]] = []
        self.tries = 0
        self.is_away = False

    def send_task(self, name: str, *, kwargs: dict, **_: object) -> None:
        self.tries += 1
        if self.is_away:
            raise OperationalError("connection refused")
        self.sent.append((name, kwargs))


@pytest.fixture
def broker(monkeypatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(current_app, "send_task", broker.send_task)
    jobs.broker_pause.end()
    return broker


def test_the_same_work_leaves_once_a_transaction_and_after_it(broker):
    with transaction.atomic():
        for method_id in (1, 2, 1):
            jobs.enqueue("core.sweep")
            jobs.enqueue("payouts.refresh_method", method_id=method_id)
        assert broker.sent == []

    assert broker.sent == [
        ("core.sweep", {}),
        ("payouts.refresh_method", {"method_id": 1}),
        ("payouts.refresh_method", {"method_id": 2}),
    ]


def test_each_transaction_sends_its_own(broker):
    for _ in range(2):
        with transaction.atomic():
            jobs.enqueue("core.sweep")

    assert broker.sent == [("core.sweep", {})] * 2


def test_what_a_rolled_back_part_wanted_does_not_stand_for_what_comes_later(broker):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            jobs.enqueue("core.sweep")
            raise ZeroDivisionError
        jobs.enqueue("core.sweep")

    assert broker.sent == [("core.sweep", {})]


def test_a_broker_that_is_away_fails_nobody_and_is_left_alone_for_a_moment(broker):
    broker.is_away = True
    for _ in range(3):
        jobs.enqueue("core.sweep")
    assert broker.tries == 1

    broker.is_away = False
    jobs.broker_pause.end()
    jobs.enqueue("core.sweep")

    assert broker.sent == [("core.sweep", {})]


DAY = {"name": "books", "window": "2026-08-12"}
AT = datetime(2026, 8, 12, 4, 10, tzinfo=UTC)


def fail() -> str:
    raise ZeroDivisionError


def test_a_job_runs_once_a_window():
    assert jobs.run_once(**DAY, now=AT, work=lambda: "done")
    assert not jobs.run_once(**DAY, now=AT + timedelta(hours=3), work=fail)

    assert JobRun.objects.get().detail == "done"


def test_a_failed_run_is_kept_and_the_next_call_of_its_window_tries_again():
    with pytest.raises(ZeroDivisionError):
        jobs.run_once(**DAY, now=AT, work=fail)
    assert JobRun.objects.get().is_ok is False

    assert jobs.run_once(**DAY, now=AT + timedelta(hours=1), work=lambda: "done")

    run = JobRun.objects.get()
    assert (run.is_ok, run.detail, run.started_at) == (True, "done", AT + timedelta(hours=1))


def test_a_run_holds_its_window_while_a_worker_can_be_at_it_and_not_after_it_was_killed():
    JobRun.objects.create(**DAY, started_at=AT)

    assert not jobs.run_once(**DAY, now=AT + timedelta(minutes=9), work=fail)
    assert jobs.run_once(**DAY, now=AT + timedelta(minutes=10), work=lambda: "done")
    assert not jobs.run_once(**DAY, now=AT + timedelta(minutes=30), work=fail)
