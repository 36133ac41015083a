"""Payments of a subscription: counted the same in whatever way they arrive, credited, limited."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from brands.services.programs import set_program_status, update_program
from portal.books import prove_books
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_connection,
    make_draft_program,
    make_enrollment,
    make_program,
    make_rules,
    percent_rule,
)
from tests.orders import (
    get_commission,
    make_snapshot,
    refund_order,
    release_due,
    send_events,
)
from tracking.domain.events import Discount, Subscription
from tracking.domain.subscription import Member, Payment, count_months, find_payment
from tracking.models import Attribution, Commission, Decision, Order
from tracking.services.subscriptions import lock_later

FIRST = NOW + timedelta(days=1)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestCounting:
    def test_the_first_order_is_one_and_a_payment_counts_those_before_it(self):
        members = [
            Member("c", "renewal", day("2026-03-01")),
            Member("a", "initial", day("2026-01-01")),
            Member("b2", "renewal", day("2026-02-01")),
            Member("b1", "renewal", day("2026-02-01")),
        ]

        found = {one.order: find_payment(members, one.order) for one in members}

        assert found == {
            "a": Payment(1, 0),
            "b1": Payment(2, 1),
            "b2": Payment(3, 1),
            "c": Payment(4, 2),
        }

    def test_without_the_first_order_and_for_a_switch_nothing_is_known(self):
        late = [Member(n, "renewal", day("2026-02-01")) for n in "ab"]
        first = Member("f", "initial", day("2026-01-01"))
        switch = Member("s", "switch", day("2026-02-02"))

        assert find_payment(late, "a") is None
        assert find_payment([first, switch, *late], "s") is None
        assert find_payment([first, switch, *late], "b") == Payment(3, 1)
        assert find_payment([first], "unpaid") is None

    @pytest.mark.parametrize(
        ("since", "until", "months"),
        [
            ("2026-01-15T22:00", "2026-02-14T23:59", 0),
            ("2026-01-15T22:00", "2026-02-15T00:00", 1),
            ("2026-01-31", "2026-02-28", 1),
            ("2026-01-31", "2026-03-30", 1),
            ("2024-02-29", "2025-02-28", 12),
            ("2026-03-01", "2026-01-01", 0),
        ],
    )
    def test_a_month_ends_on_its_day_or_the_last_of_a_shorter_one(self, since, until, months):
        assert count_months(day(since), day(until)) == months


def make_place(*, is_crediting_renewals: bool = True, **limits):
    """A creator with a code, in a program that pays 10 % of so many payments or months."""
    program = make_draft_program()
    owner = get_owner(program.brand).pk
    credit = {"is_crediting_renewals": is_crediting_renewals}
    update_program(program_id=program.pk, actor_id=owner, now=NOW, **credit)
    make_rules(program, [replace(percent_rule(1000), **limits)])
    set_program_status(program_id=program.pk, status="live", actor_id=owner, now=NOW)
    program.refresh_from_db()
    place = make_enrollment(program)
    make_code(place, "ANNA")
    make_connection(place.brand)
    return place


def pay(place, number: int, *, sub: str = "sub-1", **facts) -> Order:
    """Tell the payment of that number: the first with the code, the others with nothing."""
    order_id, at = f"{sub}-{number}", FIRST + timedelta(days=31 * (number - 1))
    code = Discount(kind="code", amount=0, code="anna", raw_code="ANNA")
    usual = {
        "discounts": (code,) if number == 1 else (),
        "subscription": Subscription("initial" if number == 1 else "renewal", sub),
    }
    snapshot = make_snapshot(order_id, now=at, **(usual | facts))
    return send_events(place.brand, snapshot, order_id=order_id, now=at)


def outcome() -> list[tuple[str, str, int]]:
    return [
        (one.external_order_id, row.code, commission.amount_minor if commission else 0)
        for one in Order.objects.order_by("external_order_id")
        for row in [Attribution.objects.get(order=one, is_current=True)]
        for commission in [Commission.objects.filter(order=one).first()]
    ]


def numbers() -> dict[str, int | None]:
    rows = Decision.objects.filter(is_current=True).select_related("order")
    return {row.order.external_order_id: row.context["payment_number"] for row in rows}


@pytest.mark.django_db
def test_renewals_are_credited_to_who_brought_the_first_order_until_the_limit():
    place = make_place(max_payments=3)
    *_earlier, order = [pay(place, number) for number in (1, 2, 3, 4)]

    assert outcome() == [
        ("sub-1-1", "attr.won_code", 1000),
        ("sub-1-2", "attr.won_subscription", 1000),
        ("sub-1-3", "attr.won_subscription", 1000),
        ("sub-1-4", "attr.won_subscription", 0),
    ]
    assert get_commission(order).reason_code == "price.renewals_over"
    third = get_commission(Order.objects.get(external_order_id="sub-1-3"))
    assert third.pricing["steps"][0]["params"] == {"payment": 3, "limit": 3}


@pytest.mark.django_db
def test_any_order_of_arrival_and_repeats_end_the_same():
    place = make_place(max_payments=2)
    expected = None
    for turn, way in enumerate(permutations((1, 2, 3))):
        for number in (*way, way[0]):
            pay(place, number, sub=f"s{turn}")
        found = [
            (code, amount) for order, code, amount in outcome() if order.startswith(f"s{turn}-")
        ]
        expected = expected or found
        assert found == expected, way
    assert [amount for _code, amount in expected] == [1000, 1000, 0]
    assert prove_books(brand_id=place.brand_id).is_balanced


@pytest.mark.django_db
def test_months_count_from_the_day_of_the_first_order():
    place = make_place(max_months=2)
    *_earlier, order = [pay(place, number) for number in (1, 2, 3)]

    assert [amount for _order, _code, amount in outcome()] == [1000, 1000, 0]
    assert get_commission(order).reason_code == "price.renewal_months_over"


@pytest.mark.django_db
def test_a_subscription_from_before_is_not_known_and_no_limit_applies():
    place = make_place(is_crediting_renewals=False, max_payments=1)
    code = Discount(kind="code", amount=0, code="anna", raw_code="ANNA")

    order = pay(place, 7, discounts=(code,))

    assert numbers() == {"sub-1-7": None}
    assert get_commission(order).amount_minor == 1000


@pytest.mark.django_db
def test_what_is_not_paid_a_test_and_another_store_are_no_payments():
    place = make_place()
    other = make_enrollment(make_program())
    make_connection(other.brand)
    pay(place, 1)
    pay(other, 2)
    pay(place, 2, status="pending", paid_at=None)
    pay(place, 3, is_test=True)
    pay(place, 4)

    assert numbers()["sub-1-4"] == 2
    pay(place, 2, version=2)
    assert numbers()["sub-1-4"] == 3


@pytest.mark.django_db
def test_a_later_order_or_a_refund_moves_no_number_and_released_money_keeps_its():
    place = make_place(max_payments=2)
    first, third = pay(place, 1), pay(place, 3)
    refund_order(first, net=10_000, now=FIRST)
    release_due(place.brand, now=FIRST + timedelta(days=95))

    pay(place, 2)

    assert numbers() == {"sub-1-1": 1, "sub-1-2": 2, "sub-1-3": 2}
    assert get_commission(third).amount_minor == 1000


@pytest.mark.django_db
def test_renewals_go_by_their_own_signals_where_the_program_does_not_credit_them():
    place = make_place(is_crediting_renewals=False)
    pay(place, 1)
    pay(place, 2)

    assert [code for _order, code, _amount in outcome()] == [
        "attr.won_code",
        "attr.none_no_signal",
    ]


@pytest.mark.django_db
def test_the_creator_of_the_first_order_beats_the_code_of_another():
    place = make_place()
    rival = make_enrollment(place.program)
    make_code(rival, "BEN10")
    pay(place, 1)
    code = Discount(kind="code", amount=0, code="ben10", raw_code="BEN10")

    order = pay(place, 2, discounts=(code,))

    assert get_commission(order).enrollment_id == place.pk
    rows = Attribution.objects.get(order=order, is_current=True).candidates["rows"]
    assert {row["code"] for row in rows} == {"attr.won_subscription", "attr.lost_subscription"}


@pytest.mark.django_db
def test_an_order_of_no_subscription_has_none_that_come_after_it():
    place = make_place()
    plain = {"subscription": Subscription()}

    first, _second = [pay(place, number, **plain) for number in (1, 2)]

    assert lock_later(first) == []
