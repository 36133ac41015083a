"""The sweeper finds what a worker left, by the clock of the brand it belongs to."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from brands.services.brands import move_clock
from core.models import InboundStatus
from tests.makers import get_owner, make_brand, make_connection, make_sandbox
from tests.shop import Shop
from tracking.models import StoreEvent
from tracking.tasks import sweep_store_events

pytestmark = pytest.mark.django_db


def test_a_sandbox_whose_clock_was_moved_waits_no_longer_than_another_brand(monkeypatch):
    sandbox = make_sandbox(make_brand())
    shop = Shop(make_connection(sandbox))
    owner = get_owner(sandbox).pk
    move_clock(brand_id=sandbox.pk, seconds=31 * 86_400, actor_id=owner, now=shop.now)
    with monkeypatch.context() as patch:
        patch.setattr("tracking.services.processing.merge_events", _fail)
        shop.send("order.paid", shop.order("1"))
    event = StoreEvent.objects.get()
    assert event.next_attempt_at - shop.now <= timedelta(seconds=30)

    sweep_store_events()
    assert StoreEvent.objects.get().attempts == 1
    StoreEvent.objects.update(next_attempt_at=shop.now - timedelta(seconds=1))
    sweep_store_events()

    assert StoreEvent.objects.get().status == InboundStatus.PROCESSED


def _fail(**_: object) -> None:
    raise OperationalError("the database is away")
