import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation

from brands.domain.bases import BasePolicy
from brands.domain.destinations import Refused
from brands.domain.rules import Conditions, Rule
from brands.domain.terms import generate_terms
from brands.selectors import find_latest_terms
from brands.wording import (
    list_conditions,
    render_clause,
    render_example,
    render_refusal,
    render_rule,
    render_terms,
)
from tests.brands.test_terms import ALL, FACTS
from tests.makers import gift_card_rule, make_program, make_rules, percent_rule

PERCENT = Rule(rule_id=1, position=1, name="All", kind="percent", rate_bps=1250)


def plain(text):
    """Drop the invisible marks and make no-break spaces plain."""
    return re.sub("[\u2066-\u2069]", "", text).replace("\u00a0", " ")


def test_a_rule_says_what_it_pays():
    beans = Conditions(products=("beans", "tea"))
    flat = replace(PERCENT, kind="flat_order", amounts={"EUR": 500, "JPY": 800})
    said = {
        render_rule(PERCENT): "All products pay 12.5 %",
        render_rule(replace(PERCENT, conditions=beans)): "Products beans, tea pay 12.5 %",
        render_rule(flat): "Every order pays 5.00 EUR, 800 JPY",
        render_rule(replace(flat, kind="flat_item")): "Every item pays 5.00 EUR, 800 JPY",
        render_rule(
            replace(PERCENT, kind="exclude", conditions=Conditions(gift_cards="only"))
        ): "Gift cards pay nothing",
    }
    for text, wanted in said.items():
        assert plain(text) == wanted


def test_every_condition_is_said():
    conditions = Conditions(
        products=("beans",),
        skus=("S1",),
        collections=("coffee",),
        excluded_products=("p",),
        excluded_skus=("s",),
        excluded_collections=("c",),
        gift_cards="none",
        groups=(4,),
        enrollments=(1, 2),
        countries=("DE",),
        customer="new",
        signal="code",
        codes=("anna10",),
        min_order_value={"EUR": 5000},
        max_order_value={"EUR": 9000},
    )
    rule = replace(PERCENT, conditions=conditions, cap_order={"EUR": 2000})
    assert [plain(text) for text in list_conditions(rule, {"4": "Gold"})] == [
        "Only articles S1",
        "Only collections coffee",
        "Without products p",
        "Without articles s",
        "Without collections c",
        "Without gift cards",
        "New customers",
        "Orders with a code",
        "Codes anna10",
        "Countries DE",
        "Group Gold",
        "2 named creators",
        "Orders from 50.00 EUR",
        "Orders up to 90.00 EUR",
        "At most 20.00 EUR an order",
    ]


@pytest.mark.parametrize(
    ("currency", "said"),
    [
        ("EUR", "An order of 120.00 EUR pays 12.00 EUR."),
        ("JPY", "An order of 12,000 JPY pays 1,200 JPY."),
        ("KWD", "An order of 120.000 KWD pays 12.000 KWD."),
    ],
)
def test_the_example_is_right(currency, said):
    assert plain(render_example(rules=[ALL], base=BasePolicy(), currency=currency)) == said


def test_the_example_uses_the_first_rule_that_fits():
    rules = [replace(ALL, position=1, kind="flat_order", amounts={"EUR": 500}), ALL]
    text = plain(render_example(rules=rules[:1], base=BasePolicy(), currency="EUR"))
    assert text == "An order of 120.00 EUR pays 5.00 EUR."


def test_the_example_of_a_group_uses_its_rate():
    gold = replace(ALL, rule_id=1, position=1, rate_bps=2000, conditions=Conditions(groups=(4,)))
    text = render_example(rules=[gold, ALL], base=BasePolicy(), currency="EUR", group_id=4)
    assert plain(text) == "An order of 120.00 EUR pays 24.00 EUR."


@pytest.mark.django_db
def test_stored_terms_are_read_as_sentences():
    terms = find_latest_terms(make_program(None, [gift_card_rule(), percent_rule()]))
    said = [plain(text) for text in render_terms(terms.generated)]
    assert said[:3] == [
        "These rates apply to orders from 12 Aug 2026 on.",
        "1. Gift cards pay nothing.",
        "2. All products pay 10 %.",
    ]
    assert "A click counts for 30 days." in said
    assert "A payout is made from 50.00 EUR; smaller balances are kept." in said
    assert "Payouts are made once a month, on day 5." in said


@pytest.mark.django_db
def test_the_day_from_which_rates_apply_is_the_brands():
    program = make_program()
    make_rules(program, effective_from=datetime(2026, 12, 8, 23, 0, tzinfo=UTC))
    said = plain(render_terms(find_latest_terms(program).generated)[0])
    assert said == "These rates apply to orders from 9 Dec 2026 on."


def test_no_clause_is_left_as_a_code_or_with_a_gap():
    for policy in ("always", "with_click", "only_as_winner"):
        for anchor in ("paid", "fulfilled", "delivered"):
            facts = replace(
                FACTS,
                code_policy=policy,
                hold_anchor=anchor,
                precedence="click",
                click_policy="first",
                self_referral="hold",
                second_account="hold" if policy == "always" else "reject",
                duplicate_order="hold" if policy == "always" else "reject",
                is_binding_customers=True,
                is_yielding_to_ads=True,
                budget_minor=5,
                caps_creator={
                    period: {"EUR": 5} for period in ("week", "month", "quarter", "lifetime")
                },
                base=BasePolicy(True, True, True, False, {"EUR": 9}),
            )
            for clause in generate_terms(facts, [ALL]):
                text = render_clause(clause)
                assert not text.startswith("terms.")
                assert "%(" not in text


def test_one_day_is_not_days():
    clause = next(
        c for c in generate_terms(replace(FACTS, window_days=1), []) if c.code == "terms.window"
    )
    assert plain(render_clause(clause)) == "A click counts for 1 day."


def test_digits_follow_the_reader():
    with translation.override("fa"):
        assert "۱۲" in render_rule(PERCENT)


def test_a_refused_address_names_what_is_allowed():
    text = render_refusal(Refused("url.outside"), brand="Saffron", domains=["shop.example"])
    assert plain(text) == "This page is not on a domain of Saffron. Allowed: shop.example."
