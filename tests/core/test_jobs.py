"""Work is handed on after the commit, once, and never at the cost of the request."""

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from core import jobs

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
