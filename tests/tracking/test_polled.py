"""Shops that post, and are asked too: what they failed to post is brought, once and in whole."""

from datetime import datetime, timedelta

import pytest

from brands.models import StoreConnection
from tests.makers import make_connection
from tests.tracking.polledshops import SHOPS, Town
from tests.tracking.wooshop import soon
from tracking.integrations import get_adapter
from tracking.models import Order, OrderPull, StoreEvent, UnreadOrder
from tracking.services import processing, pulling
from tracking.services.sources import Poller, PullFailed

pytestmark = pytest.mark.django_db

PLATFORMS = tuple(SHOPS)


def connect(platform: str) -> StoreConnection:
    store = make_connection(platform=platform, secret="hush", now=soon(-60 * 24))
    StoreConnection.objects.filter(pk=store.pk).update(api_key="key", api_secret="token")
    return StoreConnection.objects.get(pk=store.pk)


def run(store: StoreConnection, source: Poller, at: datetime) -> OrderPull:
    """Let one turn pass, as the worker does."""
    due = pulling.list_due(platforms=[store.platform], real_now=at)
    [one] = [row for row in due if row.connection_id == store.pk]
    pull = pulling.claim(pull_id=one.pk, real_now=at)
    assert pull is not None
    adapter = get_adapter(store.platform)
    stored = pulling.pull_orders(pull=pull, source=source, adapter=adapter, now=at, real_now=at)
    for event_id in stored:
        processing.process_store_event(event_id=event_id, adapter=adapter, now=at)
    return OrderPull.objects.get(pk=pull.pk)


def run_to_end(store: StoreConnection, source: Poller, at: datetime) -> OrderPull:
    for _ in range(10):
        pull = run(store, source, at)
        at += timedelta(seconds=1)
        if not pull.is_behind:
            return pull
    raise AssertionError("it does not come to an end")


def count_whole(asked: list[str]) -> int:
    """Return how many single orders were asked for."""
    begins = ("v2/orders/", "orders/", "checkout/sessions/", "transactions/", "sales/")
    ends = ("/products", "/coupons", "/refunds")
    paths = [path.partition("?")[0] for path in asked]
    return sum(path.startswith(begins) and not path.endswith(ends) for path in paths)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_was_not_posted_is_brought_in_whole_and_once(platform: str):
    town, store = Town(), connect(platform)
    source, shop = SHOPS[platform](town)
    for number in (2, 3, 4):
        town.place(number, soon(-30 + number))

    first = run_to_end(store, source, soon(0))
    whole = count_whole(shop.asked)
    second = run_to_end(store, source, soon(6))

    orders = Order.objects.filter(connection=store)
    assert (orders.count(), first.code, first.brought, second.brought) == (3, "", 3, 3)
    assert all(order.total_minor > 0 and order.status == "paid" for order in orders)
    assert not StoreEvent.objects.exclude(status="processed").exists()
    assert count_whole(shop.asked) == whole  # what is known is not asked for again


@pytest.mark.parametrize("platform", PLATFORMS)
def test_more_than_a_page_of_one_second_is_all_read(platform: str):
    town, at = Town(), soon(-20)
    source, _ = SHOPS[platform](town)
    for number in range(2, 125):
        town.place(number, at)
    town.place(125, at + timedelta(seconds=1))

    pages = [source.list_orders(after=at, page=1, without=())]
    while not pages[-1].is_last:
        pages.append(source.list_orders(after=at, page=len(pages) + 1, without=()))

    found = [one for page in pages for one in page.orders]
    assert len({one.order_id for one in found}) == len(found) == 124
    assert found[-1].changed_at == town.changed[125]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_left_out_is_not_listed_and_ids_alone_can_be_had(platform: str):
    town = Town()
    source, _ = SHOPS[platform](town)
    for number in (2, 4, 6):
        town.place(number, soon(-30 + number))

    ids = [one.order_id for one in source.list_ids(after=soon(-60), page=1, without=()).orders]
    page = source.list_orders(after=soon(-60), page=1, without=[ids[1]])
    thin = source.list_ids(after=soon(-60), page=1, without=())

    assert len(ids) == 3
    assert [one.order_id for one in page.orders] == [ids[0], ids[2]]
    assert page.is_last
    assert (thin.orders[0].body, thin.orders[0].changed_at) == (b"", town.changed[2])
    assert source.get_order(ids[1].replace("4", "9")) is None


CHANGES = {
    "bigcommerce": ({"status_id": 5}, "cancelled"),
    "gumroad": ({"refunded": True}, "refunded"),
    "lemonsqueezy": ({"status": "refunded", "refunded": True}, "refunded"),
    "paddle": ({"status": "canceled"}, "cancelled"),
    "square": ({"state": "CANCELED"}, "cancelled"),
    "stripe": ({"payment_status": "paid"}, "paid"),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_change_that_was_not_posted_is_brought_too(platform: str):
    town, store = Town(), connect(platform)
    source, _ = SHOPS[platform](town)
    first = {"payment_status": "unpaid"} if platform == "stripe" else {}
    town.place(2, soon(-30), **first)
    run_to_end(store, source, soon(0))
    change, status = CHANGES[platform]
    town.touch(2, soon(3), **change)

    run_to_end(store, source, soon(6))
    run_to_end(store, source, soon(12))

    assert Order.objects.get(connection=store).status == status
    assert StoreEvent.objects.filter(connection=store).count() == 2


WHOLE = {
    "bigcommerce": "v2/orders/4",
    "lemonsqueezy": "orders/4",
    "square": "orders/4",
    "stripe": "checkout/sessions/cs_4",
}


@pytest.mark.parametrize("platform", WHOLE)
def test_one_order_that_cannot_be_had_holds_up_none_of_the_others(platform: str):
    town, store = Town(), connect(platform)
    source, _ = SHOPS[platform](town)
    for number in (2, 4, 6):
        town.place(number, soon(-30 + number))
    town.refuses = {WHOLE[platform]: 500}

    failed = run(store, source, soon(0))
    passed = run(store, source, failed.next_at)
    row = UnreadOrder.objects.get(connection=store)
    town.refuses = {}
    run(store, source, max(row.next_at, passed.next_at) + timedelta(minutes=11))

    assert (failed.code, passed.code) == ("pull.shop_failed", "")
    assert row.code == "pull.shop_failed"
    assert Order.objects.filter(connection=store).count() == 3
    assert not UnreadOrder.objects.exists()


LISTS = {
    "bigcommerce": "v2/orders",
    "gumroad": "sales",
    "lemonsqueezy": "subscription-invoices",
    "paddle": "transactions",
    "square": "locations",
    "stripe": "events",
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("status", "code"), [(401, "keys_refused"), (403, "keys_refused"), (404, "no_interface")]
)
def test_a_shop_that_gives_no_list_says_why(platform: str, status: int, code: str):
    town = Town(refuses={LISTS[platform]: status})
    source, _ = SHOPS[platform](town)

    with pytest.raises(PullFailed) as caught:
        source.list_orders(after=soon(-60), page=1, without=())

    assert caught.value.code == code


def test_what_was_left_at_the_checkout_of_bigcommerce_is_no_order():
    town = Town()
    source, _ = SHOPS["bigcommerce"](town)
    town.place(2, soon(-5), status_id=0)
    assert source.list_orders(after=soon(-60), page=1, without=()).orders == ()


def test_an_adjustment_comes_with_its_transaction_at_paddle():
    town, store = Town(), connect("paddle")
    source, _ = SHOPS["paddle"](town)
    town.place(2, soon(-30))
    run_to_end(store, source, soon(0))
    totals = {"subtotal": "500", "tax": "95", "total": "595", "currency_code": "EUR"}
    adjustment = {
        "id": "adj_1",
        "transaction_id": "txn_2",
        "action": "refund",
        "status": "approved",
        "updated_at": soon(3).isoformat(),
        "totals": totals,
        "items": [],
    }
    town.touch(2, soon(3), adjustments=[adjustment])

    run_to_end(store, source, soon(6))

    assert Order.objects.get(connection=store).refunded_minor == 595


def test_a_first_invoice_of_lemon_squeezy_is_its_orders_twin_and_a_renewal_is_one_by_itself():
    town, store = Town(), connect("lemonsqueezy")
    source, _ = SHOPS["lemonsqueezy"](town)
    town.place(1, soon(-30), billing_reason="initial")
    town.place(3, soon(-29))
    town.place(5, soon(-60 * 24 * 9))  # older than a turn reaches back to

    run_to_end(store, source, soon(0))

    assert [order.external_order_id for order in Order.objects.all()] == ["invoice-3"]
    assert source.get_order("invoice-7") is None


def test_the_days_of_gumroad_are_gone_through_from_a_long_time_ago():
    town, store = Town(), connect("gumroad")
    StoreConnection.objects.filter(pk=store.pk).update(created_at=soon(-60 * 24 * 100))
    source, shop = SHOPS["gumroad"](town)
    for number in (2, 3):
        town.place(number, soon(-60 * 24 * 30 * (4 - number)))

    pull = run_to_end(store, source, soon(0))

    assert (pull.brought, pull.cursor_at) == (2, town.made[3] - timedelta(seconds=1))
    assert len([path for path in shop.asked if path.startswith("products")]) == 1
