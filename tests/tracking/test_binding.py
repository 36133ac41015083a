"""A customer stays with the creator who brought him: for all orders or so many, at which rates."""

from datetime import timedelta

import pytest

from affiliates.services.membership import move_to_group
from brands.services.programs import set_program_status, update_program
from portal.books import prove_books
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_connection,
    make_draft_program,
    make_enrollment,
    make_group,
    make_rules,
    make_user,
    percent_rule,
)
from tests.orders import get_commission, place_order
from tracking.domain.events import Customer
from tracking.models import Attribution, CustomerBinding

pytestmark = pytest.mark.django_db

SHOPPER = Customer(email_hash="a" * 32)


def make_places(**settings):
    """Two creators with a code each, in a program that binds customers as told."""
    program = make_draft_program()
    by_owner = {"actor_id": get_owner(program.brand).pk, "now": NOW - timedelta(days=9)}
    update_program(program_id=program.pk, is_binding_customers=True, **settings, **by_owner)
    make_rules(program, [percent_rule(1000)], now=NOW - timedelta(days=9))
    set_program_status(program_id=program.pk, status="live", **by_owner)
    program.refresh_from_db()
    places = [make_enrollment(program, user=make_user(name=name)) for name in ("Anna", "Ben")]
    make_connection(program.brand)
    return places, [make_code(place, place.affiliation.affiliate.display_name) for place in places]


def buy(code, day):
    return place_order(code, now=NOW + timedelta(days=day), customer=SHOPPER)


def credit(order):
    return Attribution.objects.get(order=order, is_current=True)


def test_a_customer_stays_for_so_many_orders_and_is_free_then():
    (anna, ben), (of_anna, of_ben) = make_places(binding_orders=3)

    orders = [buy(code, day) for day, code in enumerate([of_anna, of_ben, of_ben, of_ben], 1)]

    winners = [credit(order).enrollment for order in orders]
    assert winners == [anna, anna, anna, ben]
    assert [credit(order).code for order in orders[1:3]] == ["attr.won_bound"] * 2
    lost = [row["code"] for row in credit(orders[3]).candidates["rows"] if not row["is_winner"]]
    assert lost == ["attr.lost_window"]
    assert prove_books(brand_id=anna.brand_id).is_balanced


def test_a_limit_that_is_set_later_leaves_customers_who_are_bound():
    (anna, _ben), (of_anna, of_ben) = make_places()
    buy(of_anna, 1)
    type(anna.program).objects.filter(pk=anna.program_id).update(binding_orders=2)

    orders = [buy(of_ben, day) for day in (2, 3, 4)]

    assert {credit(order).enrollment for order in orders} == {anna}
    assert CustomerBinding.objects.get().orders is None


@pytest.mark.parametrize(("is_kept", "amount"), [(True, 1000), (False, 500)])
def test_later_rules_leave_the_rates_of_a_customer_where_the_program_keeps_them(is_kept, amount):
    (anna, _ben), (of_anna, of_ben) = make_places(is_keeping_rate=is_kept)
    buy(of_anna, 1)
    make_rules(
        anna.program,
        [percent_rule(500)],
        now=NOW + timedelta(days=2),
        effective_from=NOW + timedelta(days=30),
    )

    assert get_commission(buy(of_ben, 40)).amount_minor == amount


def test_a_move_to_another_group_leaves_them_too():
    (anna, _ben), (of_anna, of_ben) = make_places(is_keeping_rate=True)
    order = buy(of_anna, 1)
    move_to_group(
        enrollment_id=anna.pk,
        group_id=make_group(anna.program, "Gold").pk,
        actor_id=get_owner(anna.brand).pk,
        now=NOW + timedelta(days=2),
    )

    later = buy(of_ben, 5)

    groups = {one.decisions.get(is_current=True).context["group_id"] for one in (order, later)}
    assert groups == {anna.group_id}
