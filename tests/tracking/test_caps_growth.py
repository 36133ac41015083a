"""What a commission may take of a cap when it grows after it was decided."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from affiliates.services.membership import reinstate_affiliation, suspend_affiliation
from brands.domain.awards import sum_line
from brands.models import Program
from portal.books import prove_books
from portal.selectors import load_story
from portal.story import build_story, make_reader
from tests.awards import make_award
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.shop import Shop, code, line, stamp
from tracking.models import Commission, CommissionChange
from tracking.services.awards import change_award
from tracking.services.posting import Cause
from tracking.services.repricing import reprice_orders
from tracking.services.review import (
    adjust_commission,
    credit_order,
    reject_commission,
    reopen_commission,
)
from tracking.tasks import sweep_store_events

pytestmark = pytest.mark.django_db

CAPS = {
    "creator_period": {"cap_creator_month": {"EUR": 2_500}},
    "budget": {"budget_minor": 2_500},
}
every_cap = pytest.mark.parametrize("cap", CAPS)


class Town:
    """A shop whose orders earn Anna 10 %, under a cap; `tick` makes each version a newer one."""

    def __init__(self, **caps):
        self.program = make_program(make_brand())
        self.owner = get_owner(self.program.brand).pk
        self.set_caps(**caps)
        self.place = make_enrollment(self.program)
        make_code(self.place, "ANNA")
        self.shop = Shop(make_connection(self.program.brand))
        self.started, self.tick = self.shop.now, 0

    def set_caps(self, **caps):
        """Set them as they are once their notice is over."""
        Program.objects.filter(pk=self.program.pk).update(**caps)
        self.program.refresh_from_db()

    def tell(self, number, worth, **changes):
        """Tell a version of an order that is worth so many EUR; returns what it earns then."""
        self.tick += 1
        order = self.shop.order(number, lines=[line("1", f"{worth}.00")], total=f"{worth}.00")
        order |= {
            "placed_at": stamp(self.started - timedelta(minutes=2)),
            "updated_at": stamp(self.started + timedelta(seconds=self.tick)),
            "discounts": code("ANNA"),
        } | changes
        assert self.shop.send("order.updated", order) == 200
        return self.earned(number)

    def refund(self, number, amount, refund_id="r1", **changes):
        self.shop.refund(number, refund_id, f"{amount}.00", **changes)
        return self.earned(number)

    def earned(self, number):
        return self.shop.commission(number).amount_minor

    def check(self):
        assert prove_books(brand_id=self.program.brand_id).is_balanced
        assert reprice_orders(brand_id=self.program.brand_id).commissions == []


@every_cap
def test_a_rejected_order_asks_when_it_is_reopened_whatever_was_told_of_it_meanwhile(cap):
    town = Town(**CAPS[cap])
    town.tell("1", 250)
    by_owner = {"actor_id": town.owner, "now": town.shop.now, "reason": "A look"}
    reject_commission(commission_id=town.shop.commission("1").pk, **by_owner)
    assert town.tell("2", 250) == 2_500
    town.tell("1", 250, customer={"email": "other@mail.example"})

    assert town.refund("2", 250) == 0
    reopen_commission(commission_id=town.shop.commission("1").pk, **by_owner)

    assert town.earned("1") == 2_500
    town.check()


@every_cap
def test_an_order_edited_up_gets_what_the_others_leave_and_its_story_names_the_cap(cap):
    town = Town(**CAPS[cap])
    assert (town.tell("1", 100), town.tell("2", 100)) == (1_000, 1_000)

    assert town.tell("1", 300) == 1_500

    (step,) = town.shop.commission("1").pricing["steps"]
    assert (step["params"]["by"], step["params"]["cap"], step["change"]) == (cap, 1_500, -1_500)
    assert town.tell("1", 400) == 1_500  # it says again what limits it, and posts nothing
    rows = load_story(commission=town.shop.commission("1"), now=town.shop.now)
    story = build_story(rows=rows, reader=make_reader(audience="creator", rows=rows))
    limited = [row.reason for row in story.lines if "Limited to" in row.reason]
    assert len(limited) == 2
    assert all("15.00" in said for said in limited)
    town.check()


@every_cap
def test_an_order_paid_later_gets_what_the_others_leave(cap):
    town = Town(**CAPS[cap])
    assert town.tell("1", 200, status="pending", paid_at=None) == 0
    assert town.tell("2", 150) == 1_500

    assert town.tell("1", 200) == 1_000
    town.check()


@every_cap
def test_what_is_given_back_is_there_for_who_asks_next_and_raises_nobody_by_itself(cap):
    town = Town(**CAPS[cap])
    assert (town.tell("1", 200), town.tell("2", 200)) == (2_000, 500)

    assert town.refund("1", 200) == 0

    assert town.earned("2") == 500
    assert town.tell("2", 200, customer={"email": "other@mail.example"}) == 500
    assert town.tell("3", 100) == 1_000
    assert town.tell("2", 201) == 1_500
    town.check()


@every_cap
def test_a_refund_that_failed_brings_back_what_is_still_left(cap):
    town = Town(**CAPS[cap])
    assert town.tell("1", 200) == 2_000
    assert town.refund("1", 150) == 500
    assert town.tell("2", 150) == 1_500

    assert town.refund("1", 150, status="failed") == 1_000
    town.check()


@pytest.mark.parametrize(
    ("period", "cap", "days_and_earned"),
    [
        # Berlin, the days of October 2026: the 5th is a Monday, the 1st begins a quarter.
        ("week", "creator_week", [("05T00:10", 1_500), ("11T23:50", 1_000), ("12T00:10", 2_000)]),
        ("month", "creator_period", [("01T00:10", 1_500), ("31T22:50", 1_000)]),
        ("quarter", "creator_quarter", [("01T00:10", 1_500), ("31T12:00", 1_000)]),
        ("lifetime", "creator_lifetime", [("01T00:10", 1_500), ("31T12:00", 1_000)]),
    ],
)
def test_a_cap_of_a_creator_is_of_a_run_of_days_in_the_brands_time_zone(
    period, cap, days_and_earned
):
    town = Town(**{f"cap_creator_{period}": {"EUR": 2_500}})
    zone = ZoneInfo(town.program.brand.time_zone)
    before = datetime(2026, 9, 30, 23, 50, tzinfo=zone) if period != "week" else None
    days = [
        datetime.fromisoformat(f"2026-10-{day}").replace(tzinfo=zone) for day, _ in days_and_earned
    ]
    worth = [150, 150, 200]
    if before and period != "lifetime":
        assert town.tell("0", 200, placed_at=stamp(before)) == 2_000

    earned = [
        town.tell(str(number), worth[number - 1], placed_at=stamp(day))
        for number, day in enumerate(days, 1)
    ]

    assert earned == [amount for _, amount in days_and_earned]
    assert town.shop.commission("2").pricing["steps"][0]["params"]["by"] == cap
    town.check()


def test_a_lower_or_new_cap_does_not_reach_what_was_decided_and_a_higher_one_does():
    town = Town(cap_creator_month={"EUR": 2_500})
    assert (town.tell("1", 200), town.tell("2", 200)) == (2_000, 500)

    town.set_caps(cap_creator_month={"EUR": 100}, budget_minor=100)
    assert (town.refund("1", 100), town.refund("1", 100, status="failed")) == (1_000, 2_000)
    assert town.tell("3", 100) == 0

    town.set_caps(cap_creator_month={"EUR": 3_000})
    assert town.tell("2", 300) == 1_000
    town.check()


def test_a_time_told_later_does_not_move_an_order_into_a_month_that_is_full():
    town = Town(cap_creator_month={"EUR": 2_500})
    earlier = stamp(town.started - timedelta(days=40))
    assert town.tell("1", 200, placed_at=earlier) == 2_000
    assert (town.tell("2", 200), town.tell("3", 20)) == (2_000, 200)

    assert town.tell("2", 200, placed_at=earlier) == 2_000

    assert town.tell("1", 300, placed_at=earlier) == 2_500
    assert town.tell("3", 200) == 500
    town.check()


def test_an_order_credited_to_another_creator_takes_its_part_of_the_budget_along():
    town = Town(budget_minor=2_500)
    other = make_enrollment(town.program)
    assert (town.tell("1", 200), town.tell("2", 200)) == (2_000, 500)
    order = town.shop.get("1")

    for place in (other, town.place):
        credit_order(
            order_id=order.pk,
            enrollment_id=place.pk,
            reason="Hers",
            actor_id=town.owner,
            now=town.shop.now,
        )

        shown = order.commissions.order_by("enrollment").values_list("enrollment", "amount_minor")
        assert dict(shown)[place.pk] == 2_000
        assert sum(dict(shown).values()) == 2_000
    town.check()


def test_what_was_not_posted_while_its_creator_was_suspended_asks_again_afterwards():
    town = Town(budget_minor=2_500)
    make_code(make_enrollment(town.program), "BERT")
    who = {"affiliation_id": town.place.affiliation_id, "actor_id": town.owner}
    assert town.tell("1", 100) == 1_000
    suspend_affiliation(**who, reason="A question", now=town.shop.now)
    assert town.tell("1", 200) == 1_000
    assert town.tell("2", 100, discounts=code("BERT")) == 1_000

    reinstate_affiliation(**who, reason="An answer", now=town.shop.now)
    sweep_store_events()

    assert town.earned("1") == 1_500
    town.check()


def test_a_change_by_hand_counts_for_the_others_and_is_never_taken_back_by_the_cap():
    town = Town(cap_creator_month={"EUR": 2_500})
    assert town.tell("1", 200) == 2_000
    by_hand = {"commission_id": town.shop.commission("1").pk, "actor_id": town.owner}
    adjust_commission(**by_hand, delta_minor=-500, reason="Less", now=town.shop.now)
    assert town.tell("2", 200) == 1_000

    adjust_commission(**by_hand, delta_minor=200, reason="More", now=town.shop.now)

    assert town.earned("1") == 1_700
    assert town.tell("3", 100) == 0
    town.check()


def test_an_award_counted_anew_gets_what_the_others_leave():
    town = Town(cap_creator_month={"EUR": 2_500})
    first = make_award(town.place, 1_000, at=town.started)
    assert town.tell("1", 100) == 1_000

    more = sum_line(line_id="1", title="Visits", amount=3_000, code="price.rule", params={})
    again = change_award(
        award_id=first.award_id, line=more, facts={}, cause=Cause(), now=town.shop.now
    )

    assert again.amount_minor == 1_500
    town.check()


@pytest.mark.parametrize("number", range(3))
def test_whatever_happens_in_whatever_order_no_cap_is_passed(number):
    chance = Random(number)
    town = Town(cap_creator_month={"EUR": 2_000}, budget_minor=3_000)
    make_code(make_enrollment(town.program), "BERT")
    refunds: dict[str, str] = {}
    for _step in range(16):
        order = chance.choice("1234")
        codes = code("ANNA" if order in "123" else "BERT")
        act = chance.choice(["edit", "edit", "edit", "unpaid", "refund", "undo"])
        if act == "edit":
            town.tell(order, chance.randrange(50, 400, 50), discounts=codes)
        elif act == "unpaid":
            town.tell(order, 100, discounts=codes, status="pending", paid_at=None)
        elif act == "refund" and Commission.objects.filter(order__external_order_id=order):
            refunds[order] = f"r{town.tick}"
            town.refund(order, 50, refunds[order])
        elif act == "undo" and order in refunds:
            town.refund(order, 50, refunds.pop(order), status="failed")

        sums = [0, 0]
        for commission in Commission.objects.filter(program=town.program):
            sums[commission.enrollment_id == town.place.pk] += commission.amount_minor
        assert sums[1] <= 2_000
        assert sum(sums) <= 3_000
    posted = CommissionChange.objects.count()
    for event in list(town.program.brand.storeevent_set.order_by("?")):
        assert town.shop.post(event.body.encode(), event_id=f"again-{event.pk}") == 200
    assert CommissionChange.objects.count() == posted
    town.check()
