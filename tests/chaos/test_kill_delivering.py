"""A worker dies by SIGKILL after an endpoint took an event and before that is written down.

Promise I-44: the event is brought again, under the same id, and nothing is lost.
"""

import pytest

from brands.models import DeliveryStatus, DeliveryTry, EventDelivery
from brands.services.courier import deliver_due
from brands.services.delivering import LEASE
from brands.services.endpoints import add_endpoint
from brands.services.fanout import fan_out
from brands.services.posting import make_post
from core import outbox
from core.clock import database_now
from tests.brands.receiver import receive
from tests.makers import get_owner, make_brand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_an_event_whose_worker_died_is_brought_again_under_its_id(die):
    brand, now = make_brand(), database_now()
    payload = {"program": "prg_2", "version": 1}
    with receive() as receiver:
        add_endpoint(
            brand_id=brand.pk,
            url=f"{receiver.url}/",
            description="",
            topics=[],
            actor_id=get_owner(brand).pk,
            now=now,
        )
        event = outbox.emit(brand_id=brand.pk, topic="terms.updated", payload=payload, now=now)
        outbox.take_waiting(now=now, limit=10, hand_on=fan_out)

        die("webhook.after_call", "deliver")

        assert [one.id for one in receiver.requests] == [event.public_id]
        assert EventDelivery.objects.get().status == DeliveryStatus.WAITING
        assert not DeliveryTry.objects.exists()
        later = database_now() + LEASE
        post = make_post(allows_loopback=True, networks=[])
        assert deliver_due(post=post, clock=lambda: later, budget_s=60) == 1

    first, second = receiver.requests
    assert (first.id, first.body) == (second.id, second.body)
    assert EventDelivery.objects.get().status == DeliveryStatus.DELIVERED
