"""A code that is good for one order: the first placed has it, in whatever way orders arrive."""

from datetime import timedelta
from itertools import permutations

import pytest

from portal.books import prove_books
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_code_batch,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.orders import get_commission, make_snapshot, place_order, release_due, send_events
from tracking.domain.events import Discount
from tracking.models import Attribution, CodeUse, Commission
from tracking.services.testmarks import mark_test, unmark_test


def make_single():
    place = make_enrollment(make_program())
    make_connection(place.brand)
    return make_code_batch(place, 2).codes.order_by("pk")[0]


def credit(order):
    return Attribution.objects.get(order=order, is_current=True)


def events_of(code, name, hour, **facts):
    used = Discount(kind="code", amount=0, code=code.normalised, raw_code=code.text)
    placed = NOW + timedelta(hours=hour)
    return make_snapshot(name, now=placed, discounts=(used,), **facts)


def paid():
    rows = Commission.objects.filter(amount_minor__gt=0).select_related("order")
    return sorted(row.order.external_order_id for row in rows)


@pytest.mark.django_db
def test_a_second_order_is_not_paid_and_says_why():
    code = make_single()
    first, second = place_order(code), place_order(code, now=NOW + timedelta(hours=1))

    assert get_commission(first).amount_minor == 1000
    assert credit(second).enrollment is None
    assert credit(second).code == "attr.lost_code_used"
    assert credit(second).params["order"] == first.number
    assert not Commission.objects.filter(order=second).exists()


@pytest.mark.django_db
def test_another_code_is_good_for_any_number_of_orders():
    place = make_enrollment(make_program())
    code = make_code(place)

    assert [get_commission(place_order(code)).amount_minor for _ in range(2)] == [1000, 1000]
    assert not CodeUse.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("arrival", list(permutations("abca"))[::3])
def test_whatever_arrives_first_and_twice_the_first_placed_has_it(arrival):
    code = make_single()
    events = {"a": events_of(code, "a", 1), "b": events_of(code, "b", 2)}
    events["c"] = events_of(code, "c", 2)

    for name in arrival:
        send_events(code.brand, events[name], order_id=name, now=NOW + timedelta(hours=3))

    assert paid() == ["a"]
    assert CodeUse.objects.get(is_keeper=True).order.external_order_id == "a"
    assert CodeUse.objects.count() == 3
    assert prove_books(brand_id=code.brand_id).is_balanced


@pytest.mark.django_db
@pytest.mark.parametrize("arrival", list(permutations(["a", "b", "end"])))
def test_an_order_cancelled_before_it_was_paid_gives_the_code_back(arrival):
    code = make_single()
    unpaid = {"status": "pending", "paid_at": None}
    events = {
        "a": events_of(code, "a", 1, **unpaid),
        "b": events_of(code, "b", 2),
        "end": events_of(
            code,
            "a",
            1,
            **unpaid | {"status": "cancelled", "version": 2},
            cancelled_at=NOW + timedelta(hours=3),
        ),
    }

    for name in arrival:
        order_id = events[name].external_order_id
        send_events(code.brand, events[name], order_id=order_id, now=NOW + timedelta(hours=4))

    assert paid() == ["b"]


@pytest.mark.django_db
def test_an_order_cancelled_after_it_was_paid_has_used_the_code():
    code = make_single()
    first, second = place_order(code, order_id="a"), place_order(code, now=NOW + timedelta(hours=1))
    ended = {"version": 2, "status": "cancelled", "cancelled_at": NOW + timedelta(hours=2)}
    send_events(code.brand, events_of(code, "a", 0, **ended), order_id="a", now=NOW)

    first.refresh_from_db()
    assert first.cancelled_at is not None
    assert credit(second).code == "attr.lost_code_used"


@pytest.mark.django_db
def test_a_code_taken_off_an_order_is_free_again():
    code = make_single()
    place_order(code, order_id="a")
    second = place_order(code, now=NOW + timedelta(hours=1))

    send_events(code.brand, make_snapshot("a", version=2), order_id="a", now=NOW)

    assert credit(second).code == "attr.won_code"


@pytest.mark.django_db
def test_a_test_gives_the_code_back_until_it_is_none():
    code = make_single()
    first, second = place_order(code), place_order(code, now=NOW + timedelta(hours=1))
    said = {"order_id": first.pk, "reason": "mine", "actor_id": get_owner(code.brand).pk}

    mark_test(now=NOW + timedelta(hours=2), **said)
    assert credit(second).code == "attr.won_code"

    unmark_test(now=NOW + timedelta(hours=3), **said)
    assert credit(second).code == "attr.lost_code_used"
    assert get_commission(second).amount_minor == 0
    assert prove_books(brand_id=code.brand_id).is_balanced


@pytest.mark.django_db
def test_released_money_stays_when_an_earlier_order_is_told_of_later():
    code = make_single()
    order = place_order(code, now=NOW + timedelta(hours=2))
    commission = get_commission(order)
    release_due(code.brand, now=commission.release_at)

    late = send_events(code.brand, events_of(code, "z", 1), order_id="z", now=commission.release_at)

    assert credit(order).code == "attr.won_code"
    assert credit(late).code == "attr.lost_code_used"
