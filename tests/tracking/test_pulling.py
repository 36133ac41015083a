"""Orders that a shop failed to post are fetched: none is lost, none counts twice."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from brands.models import StoreConnection
from brands.services.connections import set_api_keys
from core import faults
from core.signing import sign_woocommerce
from tests.brands.pages import sign_in_as, text_of
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.tracking.wooshop import KEYS, WooShop, soon
from tracking.integrations import get_adapter
from tracking.integrations.woocommerce import open_source
from tracking.models import Commission, Order, OrderPull, StoreEvent
from tracking.services import processing, pulling

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[WooShop]:
    shop = WooShop()
    yield shop
    shop.close()


@pytest.fixture
def store(shop: WooShop) -> StoreConnection:
    program = make_program(make_brand())
    make_code(make_enrollment(program), "LENA10")
    store = make_connection(program.brand, platform="woocommerce", now=soon(-60))
    StoreConnection.objects.filter(pk=store.pk).update(shop_url=shop.url)
    return set_api_keys(
        connection_id=store.pk,
        traits=get_adapter("woocommerce").traits,
        keys=KEYS,
        actor_id=get_owner(store.brand).pk,
        now=soon(-60),
    )


def run(store: StoreConnection, at: datetime | None = None) -> OrderPull:
    """Let one turn pass, as the worker does."""
    real_now = at or soon(0)
    [due] = [
        one
        for one in pulling.list_due(platforms=["woocommerce"], real_now=real_now)
        if one.connection_id == store.pk
    ]
    pull = pulling.claim(pull_id=due.pk, real_now=real_now)
    assert pull is not None
    adapter = get_adapter("woocommerce")
    stored = pulling.pull_orders(
        pull=pull,
        source=open_source(pull.connection, allows_loopback=True),
        adapter=adapter,
        now=real_now,
        real_now=real_now,
    )
    for event_id in stored:
        processing.process_store_event(event_id=event_id, adapter=adapter, now=real_now)
    return OrderPull.objects.get(pk=pull.pk)


def numbers() -> list[str]:
    return sorted(Order.objects.values_list("external_order_id", flat=True), key=int)


def test_an_order_whose_webhook_was_lost_is_brought_and_earns(shop, store):
    shop.place(1, soon(-5))

    pull = run(store)

    assert numbers() == ["1"]
    assert Commission.objects.get().amount_minor > 0
    assert (pull.brought, pull.code, pull.succeeded_at is not None) == (1, "", True)


def test_what_is_known_in_that_version_is_not_stored_again(shop, store, client):
    body = json.dumps(shop.place(1, soon(-5))).encode()
    headers = sign_woocommerce(secret=store.secret, body=body)
    headers |= {"X-WC-Webhook-Topic": "order.created"}
    url = f"/hooks/{store.public_id}"
    assert client.post(url, body, "application/json", headers=headers).status_code == 200

    run(store)
    run(store, soon(6))

    assert StoreEvent.objects.count() == 1


def test_a_refund_comes_with_its_lines_and_is_asked_for_once(shop, store):
    shop.place(1, soon(-5))
    run(store)
    shop.refund_lamp(1, soon(-1))

    run(store, soon(6))
    run(store, soon(12))

    assert Order.objects.get().refunded_minor == 5355 + 490
    assert [path for path in shop.asked if "refunds" in path] == ["/wp-json/wc/v3/orders/1/refunds"]
    assert StoreEvent.objects.count() == 2


@pytest.fixture
def small_pages(monkeypatch) -> None:
    """Let a few orders fill a page, which is asked for and told from the last one by its size."""
    monkeypatch.setattr("tracking.integrations.woocommerce.pull.PER_PAGE", 5)


@pytest.mark.usefixtures("small_pages")
def test_many_orders_of_one_second_fill_pages_and_none_is_lost(shop, store):
    at = soon(-5)
    for order_id in range(101, 113):
        shop.place(order_id, at)
    shop.place(113, at + timedelta(seconds=1))

    ran = run(store)

    assert numbers() == [str(number) for number in range(101, 114)]
    assert shop.asked.count("/wp-json/wc/v3/orders") >= 3
    assert not ran.is_behind


@pytest.mark.usefixtures("small_pages")
def test_a_run_that_ends_early_goes_on_where_it_was(shop, store, monkeypatch):
    monkeypatch.setattr(pulling, "MAX_PAGES", 1)
    for order_id in range(1, 13):
        shop.place(order_id, soon(-5))

    runs = 0
    while run(store, soon(runs)).is_behind:
        runs += 1

    assert len(numbers()) == 12
    assert 1 < runs < 6


def test_a_worker_killed_before_the_cursor_moved_does_it_again(shop, store, monkeypatch):
    shop.place(1, soon(-5))
    monkeypatch.setenv("FAULTS", "1")

    def die(name: str) -> None:
        if name == "order_pull.before_cursor":
            raise faults.Crash

    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            run(store)
    finally:
        faults.install(None)
    assert not StoreEvent.objects.exists()

    pull = run(store, soon(6))

    assert (numbers(), pull.brought) == (["1"], 1)


def test_a_second_worker_finds_the_turn_taken(store):
    real_now = soon(0)
    [due] = pulling.list_due(platforms=["woocommerce"], real_now=real_now)

    assert pulling.claim(pull_id=due.pk, real_now=real_now)
    assert pulling.claim(pull_id=due.pk, real_now=real_now) is None


def test_revoked_keys_are_told_on_the_page_with_the_last_success(shop, store):
    run(store)
    shop.keys = ("ck_other", "cs_other")

    pull = run(store, soon(6))
    page = text_of(
        sign_in_as(store.brand).get(f"/b/{store.brand.slug}/program/stores/{store.public_id}/")
    )

    assert pull.code == "pull.keys_refused"
    assert "The shop refused the keys." in page
    assert pull.succeeded_at is not None and "Last success" in page


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "too_often"), (500, "shop_failed"), (404, "no_interface"), (302, "moved")],
)
def test_a_failure_waits_longer_each_time_and_loses_nothing(shop, store, status, code):
    shop.place(1, soon(-5))
    shop.failures = [status] * (3 if status == 500 else 2)  # at the second turn also for ids

    first = run(store)
    second = run(store, first.next_at)
    third = run(store, second.next_at)

    assert (first.code, second.failures) == (f"pull.{code}", 2)
    waits = (first.next_at - soon(0), second.next_at - first.next_at)
    asked_for = timedelta(hours=2) if status == 429 else timedelta(minutes=5)
    assert waits[0] >= asked_for - timedelta(seconds=5) and waits[1] >= asked_for
    assert (third.failures, third.code, numbers()) == (0, "", ["1"])


def test_a_failure_in_the_middle_keeps_what_came_before(shop, store):
    for order_id in range(1, 61):
        shop.place(order_id, soon(-5 + order_id / 60))
    shop.failures = [200]  # an answer that is no list

    assert run(store).code == "pull.no_orders"
    assert run(store, soon(11)).code == ""
    assert len(numbers()) == 60


def test_an_order_that_cannot_be_read_is_kept_once_and_shown(shop, store):
    shop.place(1, soon(-5), total="1.234")
    shop.place(2, soon(-4))

    run(store)
    run(store, soon(6))

    assert numbers() == ["2"]
    assert sorted(StoreEvent.objects.values_list("status", flat=True)) == ["processed", "refused"]


def test_a_private_address_is_never_asked(shop, store):
    [due] = pulling.list_due(platforms=["woocommerce"], real_now=soon(0))

    pulling.pull_orders(
        pull=due,
        source=open_source(store, allows_loopback=False),
        adapter=get_adapter("woocommerce"),
        now=soon(0),
        real_now=soon(0),
    )

    assert (OrderPull.objects.get().code, shop.asked) == ("pull.bad_address", [])


@pytest.mark.parametrize("change", [{"is_active": False}, {"api_key": None, "api_secret": None}])
def test_a_store_switched_off_or_without_keys_is_left_alone(store, change):
    StoreConnection.objects.filter(pk=store.pk).update(**change)

    assert pulling.list_due(platforms=["woocommerce"], real_now=soon(0)) == []
