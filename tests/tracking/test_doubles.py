"""A sale that two stores of a brand report: the same order of the two counts, however they come."""

from datetime import timedelta
from itertools import permutations

import pytest

from affiliates.domain.codes import normalise_code
from brands.services.programs import update_program
from core.models import OutboxEvent
from portal.books import prove_books
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
    make_user,
)
from tests.orders import get_commission, make_snapshot, release_due, send_events
from tracking.domain.events import Customer, Discount
from tracking.models import Attribution, Commission, Order, ReviewHold
from tracking.services.holds import clear_commission
from tracking.services.review import credit_order
from tracking.services.testmarks import mark_test, unmark_test

pytestmark = pytest.mark.django_db

SHOPPER = Customer(email_hash="a" * 32)
FIRST, SECOND = "W1", "S1"


class World:
    """A creator with a code, in a program of a brand with two stores."""

    def __init__(self, mode: str = "flag") -> None:
        self.program = make_program()
        self.brand = self.program.brand
        self.owner_id = get_owner(self.brand).pk
        update_program(
            program_id=self.program.pk, duplicate_order=mode, actor_id=self.owner_id, now=NOW
        )
        self.place = make_enrollment(self.program)
        self.code = make_code(self.place, "ANNA10")
        self.stores = {
            FIRST: make_connection(self.brand),
            SECOND: make_connection(self.brand, platform="stripe"),
        }

    def send(self, order_id: str, *, version: int = 1, code: str = "ANNA10", **changes):
        """Let a store tell a version of its order of the sale; the second is 40 s later."""
        now = NOW + timedelta(seconds=40 if order_id == SECOND else 0)
        facts = {
            "customer": SHOPPER,
            "version": version,
            "discounts": (
                Discount(kind="code", amount=0, code=normalise_code(code), raw_code=code),
            ),
        }
        snapshot = make_snapshot(order_id, now=now, **(facts | changes))
        store = self.stores[order_id]
        return send_events(self.brand, snapshot, order_id=order_id, now=now, store=store)

    def end(self):
        """Return what stands of each order: who has it and why, what it earns, marks, reviews."""
        found = {}
        for order in Order.objects.filter(brand=self.brand):
            credit = Attribution.objects.get(order=order, is_current=True)
            commission = Commission.objects.filter(order=order).first()
            holds = ReviewHold.objects.filter(commission=commission, closed_at=None)
            found[order.external_order_id] = (
                credit.enrollment_id,
                credit.code,
                commission.amount_minor if commission else 0,
                [flag["name"] for flag in credit.candidates["flags"]],
                [hold.kind for hold in holds],
            )
        assert prove_books(brand_id=self.brand.pk).is_balanced
        return found


def current(order):
    return Attribution.objects.get(order=order, is_current=True)


@pytest.mark.parametrize("mode", ["observe", "flag", "hold", "reject"])
@pytest.mark.parametrize("arrivals", [(FIRST, SECOND), (SECOND, FIRST), (SECOND, FIRST, SECOND)])
def test_the_later_order_bears_the_mark_whichever_arrives_first(mode, arrivals):
    world = World(mode)

    for order_id in arrivals:
        world.send(order_id)

    place, won = world.place.pk, "attr.won_code"
    holds = ["duplicate_order"] if mode == "hold" else []
    assert world.end() == {
        FIRST: (place, won, 1000, [], []),
        SECOND: (None, "attr.lost_double", 0, [], [])
        if mode == "reject"
        else (place, won, 1000, ["duplicate_order"], holds),
    }


STEPS = (
    lambda world: world.send(FIRST, status="pending", paid_at=None),
    lambda world: world.send(FIRST, version=2),
    lambda world: world.send(SECOND),
)


@pytest.mark.parametrize("mode", ["hold", "reject"])
def test_versions_of_both_orders_end_the_same_in_every_order_of_arrival(mode):
    ends = []
    for steps in permutations(STEPS):
        world = World(mode)
        for step in steps:
            step(world)
        ends.append({name: end[1:] for name, end in world.end().items()})

    held = (["duplicate_order"], ["duplicate_order"])
    assert ends == [
        {
            FIRST: ("attr.won_code", 1000, [], []),
            SECOND: ("attr.lost_double", 0, [], [])
            if mode == "reject"
            else ("attr.won_code", 1000, *held),
        }
    ] * len(ends)


def test_an_order_that_is_never_paid_takes_no_credit_from_the_one_that_is():
    world = World("reject")

    world.send(FIRST, status="pending", paid_at=None)
    world.send(SECOND)

    assert world.end()[SECOND][:3] == (world.place.pk, "attr.won_code", 1000)
    world.send(FIRST, version=2)
    assert [world.end()[name][2] for name in (FIRST, SECOND)] == [1000, 0]


def test_another_total_makes_them_two_sales_and_ends_the_review():
    world = World("hold")
    world.send(FIRST)
    world.send(SECOND)

    world.send(FIRST, version=2, total=9_000)

    assert world.end()[SECOND] == (world.place.pk, "attr.won_code", 1000, [], [])
    world.send(FIRST, version=3)
    assert world.end()[SECOND][3:] == (["duplicate_order"], ["duplicate_order"])


def test_two_sales_of_two_creators_bear_no_mark():
    world = World("reject")
    make_code(make_enrollment(world.program, user=make_user(name="Ben")), "BEN10")

    world.send(FIRST)
    world.send(SECOND, code="BEN10")

    assert [world.end()[name][2:4] for name in (FIRST, SECOND)] == [(1000, [])] * 2


def test_released_money_counts_whatever_is_told_later():
    world = World("reject")
    world.send(SECOND)
    release_due(world.brand, now=NOW + timedelta(days=40))

    world.send(FIRST)

    assert world.end()[FIRST][:3] == (None, "attr.lost_double", 0)
    assert get_commission(Order.objects.get(external_order_id=SECOND)).released_at is not None


def test_the_evidence_is_kept_with_the_order_and_told_once():
    world = World("hold")
    first, second = world.send(FIRST), world.send(SECOND)
    world.send(SECOND, version=2)

    flag = current(second).candidates["flags"][0]
    assert flag["params"] == {"order": first.number, "store": first.connection.name, "seconds": 40}
    told = OutboxEvent.objects.filter(topic="fraud.flagged")
    assert [(one.payload["check"], one.payload["mode"], one.payload["order"]) for one in told] == [
        ("duplicate_order", "hold", second.public_id)
    ]


def test_a_review_a_person_ended_stays_ended():
    world = World("hold")
    world.send(FIRST)
    commission = get_commission(world.send(SECOND))
    clear_commission(
        commission_id=commission.pk, reason="Two baskets", actor_id=world.owner_id, now=NOW
    )

    world.send(SECOND, version=2)
    world.send(FIRST, version=2)

    assert world.end()[SECOND][4] == []
    resolved = OutboxEvent.objects.get(topic="fraud.resolved").payload
    assert (resolved["check"], resolved["outcome"]) == ("duplicate_order", "cleared")


def test_a_later_mode_is_for_orders_decided_from_then_on():
    world = World("reject")
    world.send(FIRST)
    world.send(SECOND)

    update_program(
        program_id=world.program.pk, duplicate_order="flag", actor_id=world.owner_id, now=NOW
    )
    world.send(SECOND, version=2)

    assert world.end()[SECOND][:3] == (None, "attr.lost_double", 0)


def test_a_persons_word_about_the_first_order_reaches_the_second():
    world = World("reject")
    first = world.send(FIRST)
    world.send(SECOND)
    by_owner = {"reason": "So it is", "actor_id": world.owner_id, "now": NOW}

    mark_test(order_id=first.pk, **by_owner)
    assert world.end()[SECOND][2] == 1000
    unmark_test(order_id=first.pk, **by_owner)
    assert world.end()[SECOND][2] == 0
    ben = make_enrollment(world.program, user=make_user(name="Ben"))
    credit_order(order_id=first.pk, enrollment_id=ben.pk, **by_owner)
    assert world.end()[SECOND][2] == 1000


def test_two_orders_of_one_store_are_two_sales():
    world = World("reject")
    world.stores[SECOND] = world.stores[FIRST]

    world.send(FIRST)
    world.send(SECOND)

    assert [one[2] for one in world.end().values()] == [1000, 1000]
