"""A delivery that only tells of a change: a worker fetches the order, once or until it has it."""

import json
from datetime import timedelta

import pytest

from brands.models import StoreConnection
from brands.services.connections import set_api_keys
from core.models import InboundStatus
from tests.brands.pages import make_world, sign_in_as, text_of
from tests.makers import NOW, get_owner, make_connection
from tests.tracking.payloads import own
from tracking.integrations import get_adapter
from tracking.models import Order, StoreEvent, UnreadOrder
from tracking.services import fetching
from tracking.services.intake import store_delivery
from tracking.services.orders import load_state
from tracking.services.processing import process_store_event
from tracking.services.sources import Found, PullFailed

pytestmark = pytest.mark.django_db

FETCHED = own("stripe", "fetched_session")
PLATFORMS = ["stripe"]


class Shop:
    """A shop's interface: what it answers, and what it was asked."""

    topic = "order.fetched"

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def get_order(self, order_id):
        self.asked.append(order_id)
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return Found(answer, order_id, None) if answer is not None else None

    def complete(self, found, refunds):
        return found.body


def connect(brand=None, *, has_keys=True) -> StoreConnection:
    store = make_connection(brand, platform="stripe", secret="whsec_a")
    if not has_keys:
        return store
    return set_api_keys(
        connection_id=store.pk,
        traits=get_adapter("stripe").traits,
        keys=["rk_1"],
        actor_id=get_owner(store.brand).pk,
        now=NOW,
    )


def deliver(store, name="session_paid", event_id="evt_1"):
    body = own("stripe", name)
    event, _ = store_delivery(
        connection=store,
        topic=json.loads(body)["type"],
        event_id=event_id,
        body=body,
        key_index=0,
        now=NOW,
    )
    process_store_event(event_id=event.pk, adapter=get_adapter("stripe"), now=NOW)
    return StoreEvent.objects.get(pk=event.pk)


def work(store, shop, at=NOW):
    """Let one turn pass, as the worker does."""
    if store.pk not in fetching.list_due(platforms=PLATFORMS, real_now=at):
        return []
    stored = fetching.fetch_told(connection=store, source=shop, now=at, real_now=at)
    for event_id in stored:
        process_store_event(event_id=event_id, adapter=get_adapter("stripe"), now=at)
    return stored


def test_what_was_told_is_fetched_stored_and_read_once():
    store, shop = connect(), Shop(FETCHED, FETCHED)

    told = deliver(store)
    assert (told.status, told.code) == (InboundStatus.IGNORED, "fetching")
    assert not Order.objects.filter(connection=store).exists()
    [fetched_id] = work(store, shop)

    fetched, order = StoreEvent.objects.get(pk=fetched_id), Order.objects.get(connection=store)
    assert (fetched.topic, fetched.status) == ("order.fetched", InboundStatus.PROCESSED)
    assert (order.external_order_id, order.total_minor) == ("pi_1", 5465)
    assert len(load_state(order).snapshot.lines) == 2
    assert not UnreadOrder.objects.exists()

    deliver(store, event_id="evt_again")
    assert work(store, shop) == []  # the same body again is the same delivery
    assert shop.asked == ["cs_live_1", "cs_live_1"]
    assert not UnreadOrder.objects.exists()


def test_without_keys_what_the_body_says_counts():
    store = connect(has_keys=False)

    told = deliver(store)

    assert told.status == InboundStatus.PROCESSED
    assert len(load_state(Order.objects.get(connection=store)).snapshot.lines) == 1
    assert not UnreadOrder.objects.exists()


def test_an_order_that_a_body_only_names_is_remembered_without_keys_too():
    store = make_connection(None, platform="square", secret="whsec_a")
    body = own("square", "order_updated")
    event, _ = store_delivery(
        connection=store, topic="order.updated", event_id="evt_1", body=body, key_index=0, now=NOW
    )

    process_store_event(event_id=event.pk, adapter=get_adapter("square"), now=NOW)

    assert [row.code for row in UnreadOrder.objects.filter(connection=store)] == ["pull.no_keys"]


def test_a_failure_waits_longer_each_time_and_is_shown_with_its_reason():
    world = make_world()
    store = connect(world.brand)
    deliver(store)

    again = UnreadOrder.objects.get(connection=store)
    for failures, wait_s in ((1, 30), (2, 60), (3, 120)):
        row = UnreadOrder.objects.get(connection=store)
        work(store, Shop(PullFailed("keys_refused")), at=row.next_at)
        again = UnreadOrder.objects.get(connection=store)
        assert (again.failures, again.code) == (failures, "pull.keys_refused")
        assert again.next_at - row.next_at == timedelta(seconds=wait_s)

    url = world.url(f"program/stores/{store.public_id}/")
    page = sign_in_as(world.brand).get(url, {"tab": "open"})
    assert "cs_live_1" in text_of(page) and "The shop refused the keys." in text_of(page)
    assert work(store, Shop(FETCHED), at=again.next_at - timedelta(seconds=1)) == []
    assert len(work(store, Shop(FETCHED), at=again.next_at)) == 1


def test_a_shop_that_asks_for_peace_gets_it_and_is_asked_for_nothing_else_that_turn():
    store = connect()
    deliver(store)
    deliver(store, "session_unpaid", "evt_2")
    shop = Shop(PullFailed("too_often", timedelta(hours=2)))

    work(store, shop)

    assert shop.asked == ["cs_live_1"]
    row = UnreadOrder.objects.get(external_order_id="cs_live_1")
    assert row.next_at == NOW + timedelta(hours=2)


def test_one_order_the_shop_does_not_know_holds_up_none_of_the_others():
    store = connect()
    deliver(store)
    deliver(store, "session_unpaid", "evt_2")

    stored = work(store, Shop(None, FETCHED))

    assert len(stored) == 1
    assert UnreadOrder.objects.get(connection=store).code == "pull.gone"


def test_what_is_told_again_while_it_is_fetched_is_fetched_once_more():
    store = connect()
    deliver(store)

    def told_again():
        deliver(store, event_id="evt_2")
        return FETCHED

    shop = Shop(told_again, FETCHED)
    work(store, shop)
    assert UnreadOrder.objects.filter(connection=store).count() == 1
    work(store, shop)

    assert shop.asked == ["cs_live_1", "cs_live_1"]
    assert not UnreadOrder.objects.exists()


def test_an_order_waits_for_the_keys_and_says_so():
    store = connect(has_keys=False)

    fetching.tell(connection=store, order_ids=["pi_1", "pi_1"], real_now=NOW)

    assert [row.code for row in UnreadOrder.objects.all()] == ["pull.no_keys"]
    assert fetching.list_due(platforms=PLATFORMS, real_now=NOW) == []
    set_api_keys(
        connection_id=store.pk,
        traits=get_adapter("stripe").traits,
        keys=["rk_1"],
        actor_id=get_owner(store.brand).pk,
        now=NOW,
    )
    assert fetching.list_due(platforms=PLATFORMS, real_now=NOW) == [store.pk]
    assert fetching.list_due(platforms=["paddle"], real_now=NOW) == []
