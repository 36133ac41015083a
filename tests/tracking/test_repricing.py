"""What is worked out again from the facts of an order, against what is stored of it."""

import pytest

from tests.makers import make_code, make_connection, make_enrollment
from tests.orders import get_commission, make_snapshot, place_order, send_events
from tracking.models import Order
from tracking.services.repricing import Odd, reprice_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    place = make_enrollment()
    make_connection(place.brand)
    return place_order(make_code(place))


def find_odd(order: Order) -> tuple[list[Odd], list[Odd]]:
    found = reprice_orders(brand_id=order.brand_id)
    return found.columns, found.commissions


def test_orders_that_are_their_facts_are_none_of_them_odd(order):
    nobodys = send_events(order.brand, make_snapshot("nobodys"), order_id="nobodys")

    assert not nobodys.commissions.exists()
    assert reprice_orders(brand_id=order.brand_id).orders == 2
    assert find_odd(order) == ([], [])


@pytest.mark.parametrize(
    ("column", "wrong", "diff"),
    [("total_minor", 9_300, 700), ("refunded_minor", 50, 50), ("status", "pending", 1)],
)
def test_a_column_that_is_not_its_facts_is_named_with_what_it_is_off_by(order, column, wrong, diff):
    Order.objects.filter(pk=order.pk).update(**{column: wrong})

    assert find_odd(order) == ([Odd(order.public_id, diff)], [])


def test_a_commission_that_its_facts_do_not_make_is_named_with_what_it_is_off_by(order):
    decision = order.decisions.get(is_current=True)
    decision.base["cap_order"] = {"EUR": 300}
    decision.save()

    assert get_commission(order).amount_minor == 1_000
    assert find_odd(order) == ([], [Odd(order.public_id, 700)])


def test_a_commission_whose_decision_is_gone_is_owed_nothing_by_what_is_left(order):
    order.decisions.update(is_current=False)

    assert find_odd(order) == ([], [Odd(order.public_id, 1_000)])
