"""A rule said to be never reached must really never be: held against the real matching."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.domain.bases import BasePolicy
from brands.domain.examples import ExampleOrder, price_example_order
from brands.domain.reach import list_unreached
from brands.domain.rules import Conditions, Rule
from core.money import Money

SKUS = ("A", "B")
CODES = ("anna", "ben")

conditions = st.builds(
    Conditions,
    skus=st.lists(st.sampled_from(SKUS), max_size=2, unique=True).map(tuple),
    excluded_skus=st.lists(st.sampled_from(SKUS), max_size=1).map(tuple),
    codes=st.lists(st.sampled_from(CODES), max_size=1).map(tuple),
    customer=st.sampled_from(["any", "new", "returning"]),
    signal=st.sampled_from(["any", "code", "link"]),
    gift_cards=st.sampled_from(["any", "only", "none"]),
    min_order_value=st.sampled_from([{}, {"EUR": 50}, {"EUR": 100}, {"USD": 50}]),
    max_order_value=st.sampled_from([{}, {"EUR": 200}, {"EUR": 300}]),
)
kinds = st.sampled_from(["percent", "flat_order", "exclude"])


@st.composite
def rule_lists(draw: st.DrawFn) -> list[Rule]:
    return [
        Rule(
            rule_id=position,
            position=position,
            name=str(position),
            kind=draw(kinds),
            rate_bps=1000,
            amounts=draw(st.sampled_from([{"EUR": 5}, {"EUR": 5, "USD": 5}, {"USD": 5}])),
            conditions=draw(conditions),
        )
        for position in range(1, draw(st.integers(2, 4)) + 1)
    ]


orders = st.builds(
    ExampleOrder,
    total=st.builds(
        Money, st.sampled_from([10, 50, 100, 200, 300, 400]), st.sampled_from(["EUR", "USD"])
    ),
    sku=st.sampled_from(["", *SKUS]),
    is_gift_card=st.booleans(),
    is_new_customer=st.sampled_from([None, True, False]),
    signal=st.sampled_from(["link", "code"]),
    code=st.sampled_from(["", *CODES]),
)


@settings(max_examples=300, deadline=None)
@given(rules=rule_lists(), example=orders)
def test_a_rule_named_unreached_never_takes_a_line(rules: list[Rule], example: ExampleOrder):
    unreached = list_unreached(rules)

    line = price_example_order(rules=rules, base=BasePolicy(), example=example).lines[0]

    assert line.rule_position not in unreached


@pytest.mark.parametrize(
    ("early", "late", "is_covered"),
    [
        ({}, {}, True),
        ({}, {"skus": ("A",)}, True),
        ({"skus": ("A",)}, {}, False),
        ({"skus": ("A", "B")}, {"skus": ("B",)}, True),
        ({"excluded_skus": ("A",)}, {"skus": ("B",)}, False),
        ({"customer": "new"}, {"customer": "new"}, True),
        ({"min_order_value": {"EUR": 50}}, {"min_order_value": {"EUR": 100}}, True),
        ({"min_order_value": {"EUR": 100}}, {"min_order_value": {"EUR": 50}}, False),
        ({"max_order_value": {"EUR": 100}}, {"max_order_value": {"EUR": 50}}, True),
    ],
)
def test_what_one_rule_covers(early: dict, late: dict, is_covered: bool):
    rules = [
        Rule(rule_id=n, position=n, name="", kind="percent", conditions=Conditions(**facts))
        for n, facts in ((1, early), (2, late))
    ]

    assert list_unreached(rules) == ({2: 1} if is_covered else {})
