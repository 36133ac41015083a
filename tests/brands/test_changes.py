"""What changes between two versions of terms, which of it is worse, and when notice is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from brands.domain.bases import BasePolicy
from brands.domain.changes import Side, end_notice, is_worse, list_changes
from brands.domain.rules import Conditions
from brands.domain.schedule import Rhythm, Schedule
from brands.domain.terms import GroupFacts, generate_terms
from tests.brands.test_terms import ALL, FACTS

BASE = FACTS.base
GOLD, SLOW = (GroupFacts(1, "Gold", 20),), (GroupFacts(1, "Gold", 45),)
# Each pair goes one way for the better and the other way for the worse.
ONE_WAY = {
    "window": ({"window_days": 30}, {"window_days": 31}),
    "hold": ({"hold_days": 31}, {"hold_days": 30}),
    "minimum": ({"minimums": {"EUR": 5001}}, {"minimums": {"EUR": 5000}}),
    "a currency that is paid": ({"minimums": {}}, {"minimums": {"EUR": 5000}}),
    "recovery": ({"recovery_days": 91}, {"recovery_days": 90}),
    "cap": ({"base": BasePolicy(cap_order={"EUR": 9}, currency="EUR")}, {"base": BASE}),
    "higher cap": (
        {"caps_creator": {"week": {"EUR": 9}}},
        {"caps_creator": {"week": {"EUR": 10}}},
    ),
    "budget": ({"budget_minor": 5}, {"budget_minor": None}),
    "discounts": ({"base": BASE}, {"base": replace(BASE, before_discount=True)}),
    "gift cards": ({"base": BASE}, {"base": replace(BASE, exclude_gift_cards=False)}),
    "advertising": ({"is_yielding_to_ads": True}, {"is_yielding_to_ads": False}),
    "own orders held": ({"self_referral": "reject"}, {"self_referral": "hold"}),
    "own orders free": ({"self_referral": "hold"}, {"self_referral": "flag"}),
    "second accounts held": ({"second_account": "reject"}, {"second_account": "hold"}),
    "second accounts free": ({"second_account": "hold"}, {"second_account": "flag"}),
    "doubles held": ({"duplicate_order": "reject"}, {"duplicate_order": "hold"}),
    "doubles free": ({"duplicate_order": "hold"}, {"duplicate_order": "flag"}),
    "a group's hold": ({"groups": SLOW}, {"groups": ()}),
    "a group's shorter hold": ({"groups": ()}, {"groups": GOLD}),
    "notice": ({"notice_days": 13}, {"notice_days": 14}),
    "paid twice a month": (
        {"payouts": Schedule()},
        {"payouts": Schedule(Rhythm.TWICE, 15, 31)},
    ),
    "paid every week": (
        {"payouts": Schedule(Rhythm.TWICE)},
        {"payouts": Schedule(Rhythm.WEEKLY)},
    ),
}
# Neither can be shown to be as good as the other.
EITHER_WAY = {
    "click": ({"click_policy": "last"}, {"click_policy": "first"}),
    "precedence": ({"precedence": "code"}, {"precedence": "click"}),
    "code": ({"code_policy": "always"}, {"code_policy": "with_click"}),
    "bound": ({"is_binding_customers": False}, {"is_binding_customers": True}),
    "bound for so many orders": (
        {"is_binding_customers": True, "binding_orders": 3},
        {"is_binding_customers": True},
    ),
    "rates of bound customers": (
        {"is_binding_customers": True},
        {"is_binding_customers": True, "is_keeping_rate": True},
    ),
    "renewals": ({"is_crediting_renewals": False}, {"is_crediting_renewals": True}),
    "anchor": ({"hold_anchor": "paid"}, {"hold_anchor": "delivered"}),
    "payout day": ({"payouts": Schedule(day=5)}, {"payouts": Schedule(day=6)}),
    "weekday": (
        {"payouts": Schedule(Rhythm.WEEKLY, weekday=0)},
        {"payouts": Schedule(Rhythm.WEEKLY, weekday=4)},
    ),
}


def side(changes=(), rules=(ALL,), own_text=""):
    facts = replace(FACTS, **dict(changes))
    return Side(generate_terms(facts, rules), tuple(rules), own_text)


@pytest.mark.parametrize(("poor", "rich"), ONE_WAY.values(), ids=ONE_WAY)
def test_a_setting_is_better_one_way_and_worse_the_other(poor, rich):
    assert not is_worse(before=side(poor), after=side(rich))
    assert is_worse(before=side(rich), after=side(poor))


@pytest.mark.parametrize(("one", "other"), EITHER_WAY.values(), ids=EITHER_WAY)
def test_what_helps_one_creator_and_harms_another_is_worse_both_ways(one, other):
    assert is_worse(before=side(one), after=side(other))
    assert is_worse(before=side(other), after=side(one))


def test_better_in_one_line_and_worse_in_another_is_worse():
    changes = {"window_days": 90, "hold_days": 45}
    assert is_worse(before=side(), after=side(changes))


def test_own_text_is_worse_unless_only_its_spaces_differ():
    assert is_worse(before=side(own_text="Be kind."), after=side(own_text="Be kind, always."))
    assert not is_worse(before=side(own_text="Be kind."), after=side(own_text="Be  kind.\n"))


def test_the_rate_of_a_single_creator_counts_though_the_terms_do_not_tell_it():
    own = replace(ALL, position=1, rate_bps=2000, conditions=Conditions(enrollments=(5,)))
    assert is_worse(before=side(rules=(own, ALL)), after=side(rules=(ALL,)))


def test_a_change_shows_what_was_and_what_is():
    before, after = side().clauses, side({"hold_days": 60}).clauses
    (change,) = list_changes(before, after)
    assert (change.before.params, change.after.params) == ({"days": 30}, {"days": 60})
    assert change.is_worse


def test_a_rule_is_paired_with_what_it_was_and_a_moved_one_is_no_change():
    beans = replace(ALL, position=1, rate_bps=1500, conditions=Conditions(products=("beans",)))
    before = side(rules=(replace(ALL, position=1),)).clauses
    (added,) = list_changes(before, side(rules=(beans, ALL)).clauses)
    assert added.before is None and added.after.params["rule"]["rate_bps"] == 1500
    (raised,) = list_changes(before, side(rules=(replace(ALL, rate_bps=1200),)).clauses)
    assert raised.before.params["rule"]["rate_bps"] == 1000
    assert raised.after.params["rule"]["rate_bps"] == 1200


@pytest.mark.parametrize("now", [datetime(2026, 3, 20, 11, 0, tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Asia/Tehran", "UTC"])
def test_notice_ends_at_a_midnight_after_whole_days_also_over_a_change_of_clocks(now, zone):
    for day in range(0, 370, 5):
        start = now + timedelta(days=day)
        end = end_notice(now=start, days=14, zone=zone)
        assert timedelta(days=14) <= end.astimezone(UTC) - start < timedelta(days=15, hours=2)
        assert end.astimezone(ZoneInfo(zone)).date() == end.date()
