"""Queues narrowed: orders by store, state and signal, commissions by word and program."""

import pytest

from core.states import get_state
from tests.makers import (
    NOW,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
    make_user,
)
from tests.orders import place_order, refund_order
from tracking.filters import ORDER_SIGNALS, ORDER_STATES, pick_commissions, pick_orders
from tracking.models import Order
from tracking.selectors_brand import order_badge

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_enrollment(make_program(), user=make_user(name="Mina"))


def numbers(place, **asked: str) -> set[str]:
    return {order.external_order_id for order in pick_orders(place.brand, asked)}


def test_a_state_shows_the_orders_whose_badge_it_is_and_every_order_has_one(place):
    code = make_code(place, "TEA")
    place_order(code, order_id="paid")
    place_order(code, order_id="unpaid", paid_at=None, status="pending")
    refund_order(place_order(code, order_id="part"), net=4_000, now=NOW)
    refund_order(place_order(code, order_id="whole"), net=10_000, now=NOW)
    place_order(code, order_id="cancelled", status="cancelled", version=2)
    place_order(code, order_id="test", is_test=True)

    for state in ORDER_STATES:
        found = list(pick_orders(place.brand, {"state": state}))
        assert {order_badge(order)[0] for order in found} <= {state}, state
        assert get_state(state, kind="order").label
    in_some = [len(numbers(place, state=state)) for state in ORDER_STATES]
    assert sum(in_some) == Order.objects.count() == 6
    assert min(in_some) == 1


def test_a_signal_shows_what_came_with_the_order(place):
    link, code = make_link(place), make_code(place, "TEA")
    place_order(link, order_id="click")
    place_order(code, order_id="code")
    place_order(link, code, order_id="both")

    assert {signal: numbers(place, signal=signal) for signal in ORDER_SIGNALS} == {
        "click": {"click"},
        "code": {"code"},
        "both": {"both"},
        "none": set(),
    }


def test_a_store_shows_its_own_orders(place):
    place_order(make_code(place, "TEA"), order_id="1")
    used = place.brand.connections.get()
    other = make_connection(place.brand)

    assert numbers(place, store=used.public_id) == {"1"}
    assert numbers(place, store=other.public_id) == set()
    assert numbers(place, store="nonsense", state="nonsense", signal="nonsense") == set()


def test_commissions_are_found_by_order_creator_and_program(place):
    place_order(make_code(place, "TEA"), order_id="77")
    other = make_program(place.brand)

    def found(**asked: str) -> int:
        return pick_commissions(place.brand, asked).count()

    assert found(q="#77") == found(q="mina") == found(program=place.program.public_id) == 1
    assert found(q="zebra") == found(program=other.public_id) == 0
