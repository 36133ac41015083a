"""Shopify with keys: what its webhooks failed to bring is fetched, and an edit at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from brands.models import StoreConnection
from brands.services.connections import NoKeysHere, set_api_keys
from tests.brands.pages import make_world, sign_in_as, text_of
from tests.makers import NOW, get_owner, make_connection
from tests.tracking.payloads import own
from tests.tracking.shopifyshop import CLIENT, TOKEN, ShopifyShop
from tests.tracking.wooshop import soon
from tracking.integrations import get_adapter, open_poller
from tracking.models import Order, OrderPull, StoreEvent, UnreadOrder
from tracking.services import fetching, processing, pulling
from tracking.services.intake import store_delivery
from tracking.services.sources import Poller, PullFailed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    with ShopifyShop().open() as shop:
        yield shop


def connect(shop: ShopifyShop, keys: Sequence[str] = (TOKEN,)) -> StoreConnection:
    store = make_connection(platform="shopify", secret="hush", now=soon(-60))
    StoreConnection.objects.filter(pk=store.pk).update(shop_url=shop.url)
    if not keys:
        return StoreConnection.objects.get(pk=store.pk)
    return set_api_keys(
        connection_id=store.pk,
        traits=get_adapter("shopify").traits,
        keys=keys,
        actor_id=get_owner(store.brand).pk,
        now=NOW,
    )


def source_of(store: StoreConnection) -> Poller:
    return open_poller(store, allows_loopback=True)


def run(store: StoreConnection, at: datetime | None = None) -> OrderPull:
    """Let one turn pass, as the worker does."""
    real_now = at or soon(0)
    due = pulling.list_due(platforms=["shopify"], real_now=real_now)
    [one] = [row for row in due if row.connection_id == store.pk]
    pull = pulling.claim(pull_id=one.pk, real_now=real_now)
    assert pull is not None
    adapter = get_adapter("shopify")
    stored = pulling.pull_orders(
        pull=pull, source=source_of(store), adapter=adapter, now=real_now, real_now=real_now
    )
    for event_id in stored:
        processing.process_store_event(event_id=event_id, adapter=adapter, now=real_now)
    return OrderPull.objects.get(pk=pull.pk)


def deliver(store: StoreConnection, name: str, topic: str) -> StoreEvent:
    event, _ = store_delivery(
        connection=store,
        topic=topic,
        event_id="e1",
        body=own("shopify", name),
        key_index=0,
        now=soon(0),
    )
    adapter = get_adapter("shopify")
    processing.process_store_event(event_id=event.pk, adapter=adapter, now=soon(0))
    return StoreEvent.objects.get(pk=event.pk)


def list_orders(store: StoreConnection) -> list[str]:
    found = Order.objects.filter(connection=store).values_list("external_order_id", flat=True)
    return sorted(found, key=int)


def test_what_failed_to_arrive_is_brought_once_with_its_refunds(shop):
    store = connect(shop)
    shop.place(1, soon(-5))
    refunded = shop.place(2, soon(-4))

    first = run(store)
    refunds = [own_refund(refunded)]
    shop.orders[2] |= {
        "updated_at": soon(1).isoformat(),
        "refunds": refunds,
        "financial_status": "partially_refunded",
    }
    run(store, soon(6))
    last = run(store, soon(12))

    assert list_orders(store) == ["1", "2"]
    assert (first.brought, last.brought, last.code) == (2, 3, "")
    assert Order.objects.get(external_order_id="2").refunded_minor == 1000
    assert {asked.headers["x-shopify-access-token"] for asked in shop.asked} == {TOKEN}


def own_refund(order):
    return {
        "id": 9,
        "order_id": order["id"],
        "created_at": soon(1).isoformat(),
        "refund_line_items": [],
        "transactions": [
            {"kind": "refund", "status": "success", "amount": "10.00", "currency": "EUR"}
        ],
    }


def test_more_orders_of_one_second_than_a_page_holds_are_all_read(shop):
    store, at = connect(shop), soon(-5)
    for order_id in range(1, 121):
        shop.place(order_id, at)
    shop.place(121, at + timedelta(seconds=1))
    source = source_of(store)

    pages = [source.list_orders(after=at, page=page, without=["7"]) for page in (1, 2, 3, 4)]

    found = [one.order_id for page in pages for one in page.orders]
    assert found == [str(number) for number in range(1, 122) if number != 7]
    assert [page.is_last for page in pages] == [False, False, True, True]
    thin = source.list_ids(after=at, page=3, without=())
    assert [(one.order_id, one.body) for one in thin.orders][-1] == ("121", b"")


def test_a_list_in_another_order_is_read_to_its_end(shop):
    store, shop.is_sorting = connect(shop), False
    for order_id in range(1, 121):
        shop.place(order_id, soon(order_id / 60 - 30))

    page = source_of(store).list_orders(after=soon(-40), page=1, without=())

    assert [one.order_id for one in page.orders] == [str(number) for number in range(1, 121)]
    assert page.is_last


def test_id_and_secret_of_an_app_are_exchanged_once_for_a_token(shop):
    store = connect(shop, CLIENT)
    shop.place(1, soon(-5))
    source = source_of(store)

    assert source.get_order("1") is not None
    assert source.get_order("2") is None

    assert shop.exchanged == 1
    assert [asked.headers["x-shopify-access-token"] for asked in shop.asked] == ["day1", "day1"]
    with pytest.raises(PullFailed, match="keys_refused"):
        source_of(connect(shop, (CLIENT[0], "wrong"))).get_order("1")


@pytest.mark.parametrize(
    ("status", "code"), [(401, "keys_refused"), (403, "keys_refused"), (429, "too_often")]
)
def test_a_shop_that_refuses_says_why(shop, status, code):
    store, shop.failures = connect(shop), [status]
    assert run(store).code == f"pull.{code}"


def test_an_edit_is_fetched_with_keys(shop):
    store = connect(shop)
    shop.place(5500000000006, soon(-5))

    told = deliver(store, "orders_edited", "orders/edited")
    assert told.code == "fetching"
    assert fetching.list_due(platforms=["shopify"], real_now=soon(1)) == [store.pk]
    fetching.fetch_told(connection=store, source=source_of(store), now=soon(1), real_now=soon(1))

    assert not UnreadOrder.objects.exists()
    assert StoreEvent.objects.filter(topic="orders/pulled", connection=store).count() == 1


def test_an_edit_is_noted_without_keys_as_it_ever_was(shop):
    store = connect(shop, ())

    told = deliver(store, "orders_edited", "orders/edited")

    assert (told.status, told.code) == ("ignored", "needs_fetch")
    assert not UnreadOrder.objects.exists()
    assert pulling.list_due(platforms=["shopify"], real_now=soon(0)) == []


def test_a_token_stands_alone_and_an_id_needs_an_address(shop):
    connect(shop)
    assert StoreConnection.objects.get().api_secret is None
    traits = get_adapter("shopify").traits
    for keys in (("", "shpss_1"), ("shpat_1", "", "")):
        with pytest.raises(NoKeysHere):
            set_api_keys(
                connection_id=StoreConnection.objects.get().pk,
                traits=traits,
                keys=keys,
                actor_id=get_owner(StoreConnection.objects.get().brand).pk,
                now=NOW,
            )


def test_the_page_takes_the_address_then_the_keys_and_refuses_any_other_host():
    world = make_world()
    client = sign_in_as(world.brand)
    url = world.url("program/stores/new/")
    form = {"platform": "shopify", "name": "Main", "secret": "hush"}
    elsewhere = client.post(url, form | {"shop_url": "https://shop.example"})
    assert elsewhere.status_code == 422
    assert "ends in .myshopify.com" in text_of(elsewhere)
    client.post(url, form)
    store = StoreConnection.objects.get(brand=world.brand)
    settings = world.url(f"program/stores/{store.public_id}/settings/")
    keys = {"action": "keys", "key_1": "shpat_1"}

    early = client.post(settings, keys)
    address = {"action": "rename", "name": "Main", "shop_url": "lena.myshopify.com"}
    client.post(settings, address)
    half = client.post(settings, {"action": "keys", "key_2": "shpss_1"})
    client.post(settings, keys)

    store.refresh_from_db()
    assert (early.status_code, half.status_code) == (422, 422)
    assert "Save the address of the shop first." in text_of(early)
    assert (store.shop_url, store.api_key) == ("https://lena.myshopify.com", "shpat_1")
    StoreConnection.objects.filter(pk=store.pk).update(shop_url="https://shop.example")
    assert client.post(settings, keys).status_code == 422
    client.post(settings, address | {"shop_url": "https://other.myshopify.com"})
    store.refresh_from_db()
    assert store.api_key is None
