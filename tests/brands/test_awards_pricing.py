"""Visits and views by a rule: units times an amount, rounded once, cut by named caps."""

import pytest

from brands.domain.awards import count_line, find_rule, price_award, sum_line
from brands.domain.examples import price_counts
from brands.domain.guarantees import pays_at_least
from brands.domain.pricing import Pricing
from brands.domain.reach import list_unreached
from brands.domain.rules import Conditions, Rule, fit_conditions


def rule(kind="click", amount=5, position=1, currency="EUR", **facts):
    return Rule(
        rule_id=position,
        position=position,
        name=f"Rule {position}",
        kind=kind,
        amounts={currency: amount},
        **facts,
    )


@pytest.mark.parametrize(
    ("kind", "units", "amount", "earned"),
    [
        ("click", 148, 5, 740),
        ("click", 0, 5, 0),
        ("lead", 3, 700, 2100),
        ("impression", 1000, 250, 250),
        ("impression", 1, 499, 0),
        ("impression", 1, 500, 1),
        ("impression", 3, 500, 2),
    ],
)
def test_units_times_the_amount_rounded_half_up_once(kind, units, amount, earned):
    line = count_line(rule=rule(kind, amount), units=units, currency="EUR")

    assert (line.earned, line.quantity, line.units, line.flat) == (earned, units, units, amount)
    assert (line.base, line.refunded, line.counted, line.rate_bps) == (0, 0, 0, 0)
    assert line.code == ("price.rule" if units else "price.nothing_counted")


def test_caps_apply_in_order_and_each_is_named():
    limited = rule(cap_order={"EUR": 500})
    line = count_line(rule=limited, units=200, currency="EUR")

    pricing = price_award(
        line=line,
        currency="EUR",
        caps_left={"budget": 100, "creator_period": 300},
        rule=limited,
    )

    assert pricing.total == 100
    assert [step.params["by"] for step in pricing.steps] == ["rule", "creator_period", "budget"]
    assert pricing.total == line.earned + sum(step.change for step in pricing.steps)
    assert Pricing.from_json(pricing.to_json()) == pricing


def test_a_cap_of_a_rule_in_another_currency_does_not_cut():
    elsewhere = rule(cap_order={"USD": 1})
    line = count_line(rule=elsewhere, units=200, currency="EUR")

    assert price_award(line=line, currency="EUR", caps_left={}, rule=elsewhere).total == 1000


def test_an_agreed_amount_is_cut_by_caps_too():
    line = sum_line(line_id="1", title="Video", amount=900, code="price.rule", params={})

    assert (line.quantity, line.units, line.amount) == (1, 1, 900)
    assert price_award(line=line, currency="EUR", caps_left={"budget": 0}).total == 0


def test_the_first_rule_for_whom_it_is_pays():
    of_group = rule(amount=9, position=1, conditions=Conditions(groups=(7,)))
    rules = [rule(position=2), of_group, rule("impression", 1, 3)]
    asked = {"rules": rules, "kind": "click", "enrollment_id": 1}

    assert find_rule(**asked, currency="EUR", group_id=7) == of_group
    assert find_rule(**asked, currency="EUR", group_id=8).position == 2
    assert find_rule(**asked, currency="JPY", group_id=7) is None
    own = rule(position=0, conditions=Conditions(enrollments=(1,)))
    others = rule(position=0, conditions=Conditions(enrollments=(2,)))
    assert find_rule(**asked | {"rules": [*rules, own]}, currency="EUR", group_id=7) == own
    assert find_rule(**asked | {"rules": [*rules, others]}, currency="EUR", group_id=7) == of_group


@pytest.mark.parametrize("kind", ["click", "impression", "lead"])
def test_lowering_or_dropping_what_counts_is_worse_and_no_other_kind_makes_up_for_it(kind):
    before = [rule(kind, 10)]

    assert pays_at_least(before=before, after=[rule(kind, 10)])
    assert pays_at_least(before=before, after=[rule(kind, 11)])
    assert not pays_at_least(before=before, after=[rule(kind, 9)])
    assert not pays_at_least(before=before, after=[])
    assert not pays_at_least(before=before, after=[rule("flat_order", 99)])
    assert not pays_at_least(before=before, after=[rule(kind, 10, cap_order={"EUR": 50})])
    assert pays_at_least(before=[rule("flat_order", 5)], after=[rule("flat_order", 5), *before])


def test_a_rule_for_visits_hides_no_rule_for_orders():
    rules = [rule("click", position=1), rule("flat_order", position=2), rule(position=3)]

    assert list_unreached(rules) == {3: 1}


def test_conditions_on_products_fall_away_where_nothing_is_bought():
    asked = Conditions(products=("p",), groups=(1,), countries=("DE",))

    assert fit_conditions("click", asked) == Conditions(groups=(1,))
    assert fit_conditions("lead", asked) == Conditions(groups=(1,), countries=("DE",))
    assert fit_conditions("percent", asked) == asked


def test_the_example_says_what_a_lead_and_100_visits_pay():
    rules = [rule("lead", 700, 1), rule("click", 5, 2)]

    assert price_counts(rules=rules, currency="EUR", group_id=None) == {"lead": 700, "click": 500}
