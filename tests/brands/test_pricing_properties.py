"""What holds for every order, every rule list and every refund."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from brands.domain.bases import BasePolicy, count_bases
from brands.domain.pricing import Pricing, price_order
from brands.domain.rules import LineMatch, PriceContext, PriceLine, PriceOrder, Rule, match_lines
from tests.brands.pricing_makers import make_line, make_order, make_rule, price

quick = settings(max_examples=75, deadline=None)

amounts = st.one_of(st.integers(0, 20), st.integers(0, 100_000), st.integers(0, 10**12))
rates = st.integers(0, 10_000)
caps = st.dictionaries(st.just("EUR"), amounts, max_size=1)
products = st.sampled_from(["a", "b", "c"])


@st.composite
def lines(draw: st.DrawFn, line_id: str = "1") -> PriceLine:
    gross, quantity = draw(amounts), draw(st.integers(1, 5))
    discount = draw(st.one_of(st.just(0), st.integers(0, gross)))
    paid = gross - discount
    tax = draw(st.integers(0, paid // 4))
    is_tax_inside = draw(st.booleans())
    return PriceLine(
        line_id=line_id,
        product_ref=draw(products),
        variant_ref="",
        sku="",
        title="",
        collections=draw(st.sampled_from([None, (), ("x",), ("x", "y")])),
        quantity=quantity,
        gross=gross,
        discount=discount,
        net_ex_tax=paid - tax if is_tax_inside else paid,
        tax=tax,
        is_gift_card=draw(st.sampled_from([False, False, False, True])),
        is_shipping=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def orders(draw: st.DrawFn, *, min_lines: int = 0, max_lines: int = 5) -> PriceOrder:
    count = draw(st.integers(min_lines, max_lines))
    return make_order(*(draw(lines(str(i))) for i in range(count)))


@st.composite
def rule_lists(draw: st.DrawFn) -> list[Rule]:
    return [
        make_rule(
            position,
            draw(st.sampled_from(["percent", "percent", "flat_order", "flat_item", "exclude"])),
            rate_bps=draw(rates),
            amounts={"EUR": draw(amounts)},
            is_pro_rata=draw(st.booleans()),
            cap_order=draw(caps),
            products=tuple(draw(st.sets(products, max_size=2))),
            collections=draw(st.sampled_from([(), (), ("x",)])),
            max_order_value=draw(caps),
        )
        for position in range(1, draw(st.integers(0, 4)) + 1)
    ]


policies = st.builds(
    BasePolicy,
    before_discount=st.booleans(),
    include_tax=st.booleans(),
    include_shipping=st.booleans(),
    exclude_gift_cards=st.booleans(),
    cap_order=caps,
)
contexts = st.builds(
    PriceContext,
    group_id=st.none(),
    enrollment_id=st.just(1),
    is_new_customer=st.sampled_from([None, True, False]),
    country=st.just("DE"),
    signal=st.sampled_from(["code", "link", "manual", "bound"]),
    caps_left=st.dictionaries(st.sampled_from(["creator_period", "budget"]), amounts),
)


def refund(line: PriceLine, *, quantity: int, net: int, tax: int) -> PriceLine:
    return replace(line, refunded_quantity=quantity, refunded_net=net, refunded_tax=tax)


def refund_wholly(line: PriceLine) -> PriceLine:
    return refund(line, quantity=line.quantity, net=line.net_ex_tax, tax=line.tax)


@st.composite
def line_refunds(draw: st.DrawFn, order: PriceOrder) -> PriceOrder:
    """Refund more of the lines than was refunded so far, by any part."""
    return replace(
        order,
        lines=tuple(
            refund(
                line,
                quantity=draw(st.integers(line.refunded_quantity, line.quantity)),
                net=draw(st.integers(line.refunded_net, max(line.net_ex_tax, line.refunded_net))),
                tax=draw(st.integers(line.refunded_tax, max(line.tax, line.refunded_tax))),
            )
            for line in order.lines
        ),
    )


@quick
@given(orders(), rule_lists(), policies, contexts, st.data())
def test_nothing_is_negative_and_the_rows_make_the_total(order, rules, policy, context, data):
    order = replace(data.draw(line_refunds(order)), amount_refunded=data.draw(amounts))

    pricing = price(order, *rules, base=policy, context=context)

    assert pricing.total >= 0
    assert all(0 <= line.amount <= line.earned for line in pricing.lines)
    assert all(line.base - line.refunded == line.counted for line in pricing.lines)
    assert all(line.counted >= 0 and line.refunded >= 0 for line in pricing.lines)
    assert sum(line.amount for line in pricing.lines) == pricing.total
    steps = sum(step.change for step in pricing.steps)
    assert sum(line.earned for line in pricing.lines) + steps == pricing.total


@quick
@given(orders(), rule_lists(), policies, contexts, st.data())
def test_refunds_of_lines_in_any_parts_only_lower_the_total_and_end_at_exactly_zero(
    order, rules, policy, context, data
):
    parts = [order]
    for _ in range(data.draw(st.integers(0, 3))):
        parts.append(data.draw(line_refunds(parts[-1])))
    parts.append(replace(order, lines=tuple(map(refund_wholly, order.lines))))

    totals = [price(part, *rules, base=policy, context=context).total for part in parts]

    assert totals == sorted(totals, reverse=True)
    assert totals[-1] == 0


@quick
@given(orders(min_lines=1), rule_lists(), policies, contexts, st.data())
def test_a_full_refund_by_lines_and_by_amount_is_exactly_zero(order, rules, policy, context, data):
    part = data.draw(line_refunds(order))
    goods = [line for line in part.lines if not line.is_shipping]
    left = sum(line.net_ex_tax - line.refunded_net for line in goods)
    full = replace(
        part,
        lines=tuple(refund_wholly(line) if line.is_shipping else line for line in part.lines),
        amount_refunded=left,
    )
    something_was_paid = any(line.net_ex_tax for line in goods)

    pricing = price(full, *rules, base=policy, context=context)

    # Of goods that cost nothing no amount can come back; only their units can.
    assert pricing.total == 0 or not something_was_paid


@quick
@given(orders(max_lines=2), rule_lists(), policies, contexts, amounts, amounts)
def test_a_larger_refund_by_amount_never_raises_the_total(
    order, rules, policy, context, first, second
):
    totals = [
        price(replace(order, amount_refunded=back), *rules, base=policy, context=context).total
        for back in (0, *sorted([first, second]))
    ]

    assert totals == sorted(totals, reverse=True)


@quick
@given(orders(min_lines=3, max_lines=6), policies, amounts, amounts)
def test_over_many_lines_a_larger_refund_by_amount_returns_at_most_a_minor_unit_to_a_line(
    order, policy, first, second
):
    less, more = sorted([first, second])
    policy = replace(policy, before_discount=False, include_tax=False)
    whole, some, most = (
        count_bases(order=replace(order, amount_refunded=back), policy=policy)
        for back in (0, less, more)
    )

    assert all(c.left <= b.left + 1 for b, c in zip(some, most, strict=True))
    assert all(c.left <= a.left for a, c in zip(whole, most, strict=True))
    assert sum(line.left for line in most) <= sum(line.left for line in some)


@quick
@given(orders(), amounts)
def test_a_refund_by_amount_takes_exactly_itself_from_the_goods(order, amount):
    policy = BasePolicy()
    before = sum(line.left for line in count_bases(order=order, policy=policy))

    after = count_bases(order=replace(order, amount_refunded=amount), policy=policy)

    assert before - sum(line.left for line in after) == min(amount, before)


@quick
@given(orders(), st.lists(rates, min_size=1, max_size=3), contexts)
def test_percent_pays_at_most_the_net(order, rate_list, context):
    rules = [make_rule(i, rate_bps=rate) for i, rate in enumerate(rate_list, 1)]

    pricing = price(order, *rules, base=BasePolicy(include_shipping=True), context=context)

    assert all(
        priced.amount <= line.net_ex_tax
        for priced, line in zip(pricing.lines, order.lines, strict=True)
    )


@quick
@given(amounts, amounts, rates, contexts, caps)
def test_percent_is_monotone_in_the_net(net, more, rate, context, cap):
    small = make_order(make_line(gross=net))
    large = make_order(make_line(gross=net + more))
    rule = make_rule(rate_bps=rate, cap_order=cap)

    assert price(small, rule, context=context).total <= price(large, rule, context=context).total


@quick
@given(orders(), rule_lists(), policies, contexts)
def test_the_total_stays_under_every_cap(order, rules, policy, context):
    pricing = price(order, *rules, base=policy, context=context)

    limits = [*policy.cap_order.values(), *context.caps_left.values()]
    assert all(pricing.total <= limit for limit in limits)
    for rule in rules:
        paid = sum(line.amount for line in pricing.lines if line.rule_id == rule.rule_id)
        assert paid <= rule.cap_order.get("EUR", paid)


@quick
@given(orders(), rule_lists(), contexts, st.data())
def test_refunds_never_change_which_rule_fired(order, rules, context, data):
    refunded = replace(data.draw(line_refunds(order)), amount_refunded=data.draw(amounts))

    before = match_lines(order=order, rules=rules, context=context)
    after = match_lines(order=refunded, rules=rules, context=context)

    assert before == after


@quick
@given(orders(min_lines=1), rule_lists(), contexts, st.data())
def test_an_edit_moves_only_the_lines_it_changes(order, rules, context, data):
    first = match_lines(order=order, rules=rules, context=context)
    previous = {match.line_id: match for match in first}
    changed = data.draw(st.sampled_from(order.lines)).line_id
    edited = make_order(
        *(data.draw(lines(changed)) if line.line_id == changed else line for line in order.lines),
        data.draw(lines("new")),
    )

    after = match_lines(order=edited, rules=rules, context=context, previous=previous)

    assert [m for m in after if m.line_id not in {changed, "new"}] == [
        m for m in first if m.line_id != changed
    ]


@quick
@given(orders(min_lines=1), rule_lists(), contexts)
def test_each_line_goes_to_the_first_rule_that_takes_it_alone(order, rules, context):
    together = match_lines(order=order, rules=rules, context=context)

    for index, match in enumerate(together):
        alone = [
            rule.rule_id
            for rule in rules
            if match_lines(order=order, rules=[rule], context=context)[index].rule_id is not None
        ]
        assert match.rule_id == (alone[0] if alone else None)


@quick
@given(orders(), rule_lists(), policies, contexts)
def test_everything_survives_json(order, rules, policy, context):
    matches = match_lines(order=order, rules=rules, context=context)
    pricing = price_order(order=order, rules=rules, base=policy, context=context, matches=matches)

    for record in (order, *rules, policy, context, *matches, pricing):
        assert type(record).from_json(json.loads(json.dumps(record.to_json()))) == record


@quick
@given(orders(), rule_lists(), policies, contexts, st.data())
def test_a_stored_decision_prices_the_same_again(order, rules, policy, context, data):
    matches = match_lines(order=order, rules=rules, context=context)
    first = price_order(order=order, rules=rules, base=policy, context=context, matches=matches)

    again = price_order(
        order=PriceOrder.from_json(order.to_json()),
        rules=data.draw(st.permutations([Rule.from_json(rule.to_json()) for rule in rules])),
        base=BasePolicy.from_json(policy.to_json()),
        context=PriceContext.from_json(context.to_json()),
        matches=[LineMatch.from_json(match.to_json()) for match in matches],
    )

    assert again == first
    assert Pricing.from_json(first.to_json()) == first
