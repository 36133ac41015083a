"""Rules that are said to pay at least as much do so for every order."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brands.domain.bases import BasePolicy
from brands.domain.guarantees import pays_at_least
from brands.domain.pricing import price_order
from brands.domain.rules import (
    Conditions,
    PriceContext,
    PriceLine,
    PriceOrder,
    Rule,
    match_lines,
)


def percent(rate: int = 1000, **conditions) -> Rule:
    return Rule(0, 0, "A", "percent", rate_bps=rate, conditions=Conditions(**conditions))


def flat(amount: int, kind: str = "flat_order", **more) -> Rule:
    return Rule(0, 0, "A", kind, amounts={"EUR": amount}, **more)


def nothing(**conditions) -> Rule:
    return Rule(0, 0, "A", "exclude", conditions=Conditions(**conditions))


def number(rules) -> list[Rule]:
    return [replace(rule, rule_id=at, position=at) for at, rule in enumerate(rules, start=1)]


BEANS = {"products": ("beans",)}
NEW, OLD = {"customer": "new"}, {"customer": "returning"}

AS_GOOD = {
    "the same": ([percent()], [percent()]),
    "a higher rate": ([percent()], [percent(1200)]),
    "a better rule above": ([percent()], [percent(1500, **BEANS), percent()]),
    "a rule for what earned nothing": ([percent(**BEANS)], [percent(**BEANS), percent(100)]),
    "one rate for all": ([percent(1500, **BEANS), percent()], [percent(1500)]),
    "an exclusion gone": ([nothing(gift_cards="only"), percent()], [percent()]),
    "an exclusion at the end": ([percent()], [percent(), nothing(**BEANS)]),
    "two that never meet, turned": (
        [percent(500, **NEW), percent(900, **OLD)],
        [percent(900, **OLD), percent(500, **NEW)],
    ),
    "a cap gone": ([replace(percent(), cap_order={"EUR": 9})], [percent()]),
    "more payments": (
        [replace(percent(), max_payments=3)],
        [replace(percent(), max_payments=4)],
    ),
    "more per item": ([flat(5, "flat_item")], [flat(6, "flat_item")]),
    "whole, not pro rata": ([flat(5, is_pro_rata=True)], [flat(5)]),
}
WORSE = {
    "a lower rate": ([percent()], [percent(999)]),
    "a worse rule above": ([percent()], [percent(500, **BEANS), percent()]),
    "one up, one down": (
        [percent(1500, **BEANS), percent()],
        [percent(2000, **BEANS), percent(900)],
    ),
    "a new exclusion": ([percent()], [nothing(**BEANS), percent()]),
    "a rule gone": ([percent(1500, **BEANS), percent()], [percent()]),
    "a narrower rule": ([percent()], [percent(**BEANS)]),
    "a new cap": ([percent()], [replace(percent(), cap_order={"EUR": 9999})]),
    "a cap in another currency": (
        [replace(percent(), cap_order={"EUR": 9})],
        [replace(percent(), cap_order={"EUR": 9, "USD": 9})],
    ),
    "flat for percent": ([percent()], [flat(100_000)]),
    "pro rata": ([flat(5)], [flat(5, is_pro_rata=True)]),
    "two flat amounts become one": (
        [flat(5, conditions=Conditions(**BEANS)), flat(5)],
        [flat(5)],
    ),
    "a flat rule that drops a currency": (
        [replace(flat(5), amounts={"EUR": 5, "USD": 5})],
        [flat(5)],
    ),
    "everything gone": ([percent()], [nothing()]),
}


@pytest.mark.parametrize(("before", "after"), AS_GOOD.values(), ids=AS_GOOD)
def test_it_is_shown_to_be_as_good(before, after):
    assert pays_at_least(before=number(before), after=number(after))


@pytest.mark.parametrize(("before", "after"), WORSE.values(), ids=WORSE)
def test_it_counts_as_worse(before, after):
    assert not pays_at_least(before=number(before), after=number(after))


def few(*values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


CONDITIONS = st.builds(
    Conditions,
    products=few("a", "b"),
    excluded_products=few("a", "b"),
    collections=few("x", "y"),
    gift_cards=st.sampled_from(["any", "only", "none"]),
    customer=st.sampled_from(["any", "any", "new", "returning"]),
    min_order_value=st.sampled_from([{}, {"EUR": 100}, {"EUR": 300}]),
)
RULES = st.lists(
    st.builds(
        Rule,
        rule_id=st.just(0),
        position=st.just(0),
        name=st.just("A"),
        kind=st.sampled_from(["percent", "percent", "flat_order", "flat_item", "exclude"]),
        rate_bps=st.sampled_from([500, 1000]),
        amounts=st.sampled_from([{"EUR": 50}, {"EUR": 60}, {"EUR": 60, "USD": 60}]),
        conditions=CONDITIONS,
        is_pro_rata=st.just(value=False),
        cap_order=st.sampled_from([{}, {}, {"EUR": 30}]),
    ),
    max_size=3,
).map(number)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([None, ("x",), ("y",), ("x", "y")]),
        st.integers(50, 400),
        st.booleans(),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=3,
)


def pays(rules, lines, currency, *, is_new) -> int:
    priced = tuple(
        PriceLine(
            line_id=str(at),
            product_ref=product,
            variant_ref="",
            sku="",
            title="",
            collections=collections,
            quantity=2,
            gross=amount,
            discount=0,
            net_ex_tax=amount,
            tax=0,
            is_gift_card=is_gift_card,
            refunded_quantity=refunded,
            refunded_net=amount // 2 * refunded,
        )
        for at, (product, collections, amount, is_gift_card, refunded) in enumerate(lines)
    )
    order = PriceOrder(currency, priced, order_value=sum(line.gross for line in priced))
    context = PriceContext(
        group_id=None, enrollment_id=None, is_new_customer=is_new, country="", signal="link"
    )
    base = BasePolicy(currency=currency, exclude_gift_cards=False)
    matches = match_lines(order=order, rules=rules, context=context)
    return price_order(order=order, rules=rules, base=base, context=context, matches=matches).total


@settings(max_examples=400)
@given(RULES, RULES, LINES, st.sampled_from(["EUR", "USD"]), st.sampled_from([None, True, False]))
def test_no_order_earns_less_by_rules_that_are_said_to_pay_as_much(
    before, after, lines, currency, is_new
):
    if pays_at_least(before=before, after=after):
        old = pays(before, lines, currency, is_new=is_new)
        new = pays(after, lines, currency, is_new=is_new)
        assert new >= old
