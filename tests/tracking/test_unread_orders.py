"""One order a shop cannot give holds up none of the others, and is not lost itself."""

from datetime import timedelta

import pytest

from core import faults
from core.models import AuditEvent
from tests.brands.pages import sign_in_as, text_of
from tests.tracking.test_pulling import numbers, run, shop, small_pages, store
from tests.tracking.wooshop import soon
from tracking.models import Order, OrderPull, StoreEvent, UnreadOrder

__all__ = ["shop", "small_pages", "store"]  # fixtures

pytestmark = pytest.mark.django_db

NOT_JSON = "<b>Warning</b>: Undefined array key in plugin.php"


def place_three(shop) -> None:
    for order_id in (1, 2, 3):
        shop.place(order_id, soon(-10 + order_id))


def run_twice(store) -> OrderPull:
    """Let the turn that fails pass, and the one that finds it lasts."""
    first = run(store)
    assert (first.failures, numbers()) == (1, [])
    return run(store, first.next_at)


@pytest.mark.parametrize("answer", [500, 503, NOT_JSON])
def test_an_order_that_breaks_the_list_is_set_aside_and_the_others_come(shop, store, answer):
    place_three(shop)
    shop.broken = {2: answer}

    pull = run_twice(store)

    assert numbers() == ["1", "3"]
    assert (pull.failures, pull.code, pull.is_behind) == (0, "", False)
    assert UnreadOrder.objects.get().external_order_id == "2"


def test_the_poll_goes_on_without_it_and_asks_for_it_less_and_less_often(shop, store):
    place_three(shop)
    shop.broken = {2: 500}
    pull = run_twice(store)
    shop.place(4, soon(6))

    waits = []
    for _ in range(12):
        before = UnreadOrder.objects.get()
        pull = run(store, max(pull.next_at, before.next_at))
        assert pull.failures == 0
        waits.append(UnreadOrder.objects.get().next_at - before.next_at)

    assert numbers() == ["1", "3", "4"]
    assert waits[0] < waits[2] < waits[-1] <= timedelta(days=1, minutes=10)
    tries = shop.asked.count("/wp-json/wc/v3/orders/2")
    assert tries == 13


def test_a_worker_killed_before_it_is_settled_leaves_it_for_the_next(shop, store, monkeypatch):
    place_three(shop)
    shop.broken = {2: 500}
    run_twice(store)
    shop.broken = {}
    monkeypatch.setenv("FAULTS", "1")

    def die(name: str) -> None:
        if name == "unread_order.before_settled":
            raise faults.Crash

    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            run(store, soon(30))
    finally:
        faults.install(None)
    assert (numbers(), UnreadOrder.objects.count()) == (["1", "3"], 1)

    run(store, soon(60))

    assert (numbers(), UnreadOrder.objects.count()) == (["1", "2", "3"], 0)


@pytest.mark.parametrize("answer", [500, NOT_JSON])
def test_it_is_read_once_the_shop_is_mended_and_its_row_goes(shop, store, answer):
    place_three(shop)
    shop.broken = {2: answer}
    run_twice(store)
    shop.broken = {}

    run(store, soon(30))

    assert numbers() == ["1", "2", "3"]
    assert not UnreadOrder.objects.exists()
    assert StoreEvent.objects.count() == 3


@pytest.mark.usefixtures("small_pages")
def test_many_of_one_second_are_set_aside_page_by_page_and_none_is_lost(shop, store):
    for order_id in range(1, 13):
        shop.place(order_id, soon(-5))
    shop.broken = dict.fromkeys((2, 7, 12), 500)  # one on each page
    pull = run_twice(store)

    for _ in range(8):
        pull = run(store, pull.next_at)

    assert len(numbers()) == 9
    left = set(UnreadOrder.objects.values_list("external_order_id", flat=True))
    assert left == {"2", "7", "12"}


def test_an_order_whose_refunds_break_counts_with_their_totals_until_they_come(shop, store):
    place_three(shop)
    run(store)
    shop.refund_lamp(2, soon(-1))
    shop.place(4, soon(0))
    shop.broken_refunds = {2: 500}

    pull = run(store, soon(6))
    assert pull.failures == 1
    run(store, pull.next_at)

    assert numbers() == ["1", "2", "3", "4"]
    assert Order.objects.get(external_order_id="2").refunded_minor > 0
    assert UnreadOrder.objects.get().external_order_id == "2"

    shop.broken_refunds = {}
    run(store, soon(60))
    refunded = Order.objects.get(external_order_id="2")
    assert refunded.refunded_minor == 5355 + 490
    assert not UnreadOrder.objects.exists()


def test_a_shop_that_is_down_sets_nothing_aside(shop, store):
    place_three(shop)
    shop.failures = [500] * 4

    first = run(store)
    second = run(store, first.next_at)

    assert (second.failures, UnreadOrder.objects.exists()) == (2, False)


def test_a_shop_that_wants_peace_gets_it_for_what_is_set_aside_too(shop, store):
    place_three(shop)
    shop.broken = {2: 500}
    pull = run_twice(store)
    before = UnreadOrder.objects.get()
    shop.failures = [429]

    pull = run(store, pull.next_at)

    assert pull.code == "pull.too_often"
    assert UnreadOrder.objects.get().failures == before.failures


def test_an_order_deleted_in_the_shop_is_asked_for_no_more(shop, store):
    place_three(shop)
    shop.broken = {2: 500}
    run_twice(store)
    del shop.orders[2]

    run(store, soon(30))

    assert numbers() == ["1", "3"]
    assert not UnreadOrder.objects.exists()


def test_one_the_shop_has_no_more_can_be_given_up(shop, store):
    place_three(shop)
    shop.broken = {2: 500}
    run_twice(store)
    client = sign_in_as(store.brand)
    url = f"/b/{store.brand.slug}/program/stores/{store.public_id}/"
    row = UnreadOrder.objects.get()
    assert "Give up" not in text_of(client.get(f"{url}?tab=open"))
    UnreadOrder.objects.update(code="pull.gone")
    assert "Give up" in text_of(client.get(f"{url}?tab=open"))

    answer = client.post(f"{url}unread/{row.public_id}/give-up/", follow=True)

    assert "Order 2 is asked for no more" in text_of(answer)
    assert not UnreadOrder.objects.exists()
    assert client.post(f"{url}unread/{row.public_id}/give-up/").status_code == 404
    assert AuditEvent.objects.get(action="connection.order_given_up").after == {
        "order": "2",
        "why": "pull.gone",
    }


def test_it_stands_in_the_inbox_and_a_manager_asks_for_it_at_once(shop, store):
    place_three(shop)
    shop.broken = {2: 500}
    run_twice(store)
    client = sign_in_as(store.brand)
    url = f"/b/{store.brand.slug}/program/stores/{store.public_id}/"
    row = UnreadOrder.objects.get()
    OrderPull.objects.update(next_at=soon(-1))

    page = text_of(client.get(f"{url}?tab=open"))
    answer = client.post(f"{url}unread/{row.public_id}/", follow=True)

    assert "Orders the shop could not give." in page
    assert "The shop answered with an error of its own." in page
    assert "It is asked for within a minute" in text_of(answer)
    assert AuditEvent.objects.get(action="connection.order_asked_again").after == {"order": "2"}
    shop.broken = {}
    run(store, soon(1))
    assert numbers() == ["1", "2", "3"]
