import json
from dataclasses import replace

import pytest

from brands.domain.bases import BasePolicy
from brands.domain.pricing import Pricing, Step, UnknownCap, cut_beyond
from brands.domain.rules import (
    PriceContext,
    PriceOrder,
    match_lines,
)
from core.money import allocate
from tests.brands.pricing_makers import (
    CONTEXT,
    make_line,
    make_order,
    make_rule,
    percent,
    price,
)


class TestTraps:
    def test_1_a_refund_of_ten_of_a_hundred_takes_back_one_of_ten(self):
        line = make_line(gross=100_00)
        by_line = make_order(replace(line, refunded_net=10_00))
        by_amount = make_order(line, amount_refunded=10_00)

        assert price(make_order(line), percent(1000)).total == 10_00
        assert price(by_line, percent(1000)).total == 9_00
        assert price(by_amount, percent(1000)).total == 9_00

    def test_6_of_two_rules_that_match_the_first_wins_and_is_named(self):
        order = make_order(make_line(gross=59_00))
        flat = make_rule(1, "flat_order", amounts={"EUR": 5_00}, name="Five")
        half = percent(5000, 2, name="Half")

        [line] = price(order, half, flat).lines
        [swapped] = price(order, replace(flat, position=3), half).lines

        assert (line.amount, line.rule_position, line.rule_name) == (5_00, 1, "Five")
        assert (line.code, line.params) == ("price.rule", {"position": 1, "rule": "Five"})
        assert (swapped.amount, swapped.rule_position, swapped.rule_name) == (29_50, 2, "Half")

    def test_7_an_edited_order_keeps_its_product_and_country_rates(self):
        rules = [
            percent(1500, 1, products=("p1",), max_order_value={"EUR": 100_00}),
            percent(1200, 2, countries=("DE",), max_order_value={"EUR": 100_00}),
            percent(500, 3),
        ]
        before = make_order(make_line("1", 40_00), make_line("2", 50_00))
        first = match_lines(order=before, rules=rules, context=CONTEXT)
        edited = make_order(*before.lines, make_line("3", 60_00))

        after = price(edited, *rules, previous={match.line_id: match for match in first})

        assert [line.rule_id for line in after.lines] == ["r1", "r2", "r3"]
        assert [line.amount for line in after.lines] == [6_00, 6_00, 3_00]

    def test_8_an_order_that_earns_nothing_says_why(self):
        [line] = price(make_order(make_line()), percent(1000, products=("other",))).lines

        assert (line.amount, line.code, line.params) == (0, "price.no_rule", {})
        assert (line.base, line.counted, line.rule_id, line.kind) == (100_00, 100_00, None, None)
        assert (line.rate_bps, line.flat, line.rule_name) == (0, None, "")

    def test_9_a_discount_of_twenty_on_fifty_nine_at_half_is_nineteen_fifty(self):
        whole = make_order(make_line(gross=59_00, discount=20_00))
        first, second = allocate(20_00, [40_00, 19_00])
        split = make_order(
            make_line("1", 40_00, discount=first), make_line("2", 19_00, discount=second)
        )

        assert price(whole, percent(5000)).total == 19_50
        assert [line.counted for line in price(split, percent(5000)).lines] == [26_44, 12_56]
        assert [line.amount for line in price(split, percent(5000)).lines] == [13_22, 6_28]

    @pytest.mark.parametrize(
        ("currency", "net", "rate_bps", "expected"),
        [
            ("JPY", 1234, 1000, 123),
            ("JPY", 1235, 1000, 124),
            ("KWD", 12_345, 1000, 1_235),
            ("KWD", 12_344, 1000, 1_234),
            ("EUR", 5, 1000, 1),
            ("EUR", 4, 1000, 0),
        ],
    )
    def test_10_every_currency_is_right_to_the_minor_unit(self, currency, net, rate_bps, expected):
        pricing = price(make_order(make_line(gross=net), currency=currency), percent(rate_bps))

        assert (pricing.total, pricing.currency) == (expected, currency)

    def test_10_an_order_in_another_currency_meets_no_flat_rule_and_is_kept_apart(self):
        order = make_order(make_line(), currency="USD")
        flat = make_rule(1, "flat_order", amounts={"EUR": 5_00})
        item = make_rule(2, "flat_item", amounts={"EUR": 5_00})

        alone = price(order, flat, item)
        then_percent = price(order, flat, item, percent(1000, 3), base=BasePolicy(currency="EUR"))

        assert alone.lines[0].code == "price.no_rule"
        assert then_percent.lines[0].rule_position == 3
        assert then_percent.steps == (Step("price.currency", {"currency": "USD"}, 0),)
        assert price(order, base=BasePolicy(currency="USD")).steps == ()


class TestTheWorkedExample:
    """Order #1042: two products, a gift card, a discount shared by value, a refund."""

    RULES = (
        make_rule(1, "exclude", gift_cards="only", name="Gift cards"),
        percent(1500, 2, products=("beans",), name="Beans"),
        percent(1000, 3, name="All products"),
    )

    def order(self, *, refunded: int = 0) -> PriceOrder:
        cups, grinder = allocate(20_00, [60_00, 80_00])
        return make_order(
            make_line("cups", 60_00, quantity=2, discount=cups, refunded_net=refunded),
            make_line("grinder", 80_00, discount=grinder),
            make_line("card", 25_00, is_gift_card=True),
        )

    def test_it_earns_twelve(self):
        pricing = price(self.order(), *self.RULES)

        assert [(line.counted, line.amount) for line in pricing.lines] == [
            (51_43, 5_14),
            (68_57, 6_86),
            (0, 0),
        ]
        assert pricing.total == 12_00
        assert pricing.lines[2].code == "price.excluded"
        assert pricing.lines[2].params == {
            "position": 1,
            "rule": "Gift cards",
            "what": "gift_cards",
        }
        assert [line.rule_position for line in pricing.lines] == [3, 3, 1]

    def test_after_the_refund_of_cups_it_earns_nine_forty_three(self):
        pricing = price(self.order(refunded=25_71), *self.RULES)
        cups = pricing.lines[0]

        assert (cups.base, cups.refunded, cups.counted) == (51_43, 25_71, 25_72)
        assert [line.amount for line in pricing.lines] == [2_57, 6_86, 0]
        assert pricing.total == 9_43


class TestFlatRules:
    def test_per_item_pays_each_unit_that_was_not_returned(self):
        line = make_line(gross=90_00, quantity=3)
        rule = make_rule(1, "flat_item", amounts={"EUR": 2_00, "USD": 3_00})

        [kept] = price(make_order(line), rule).lines
        [returned] = price(
            make_order(replace(line, refunded_quantity=1, refunded_net=30_00)), rule
        ).lines

        assert (kept.units, kept.flat, kept.rate_bps, kept.amount) == (3, 2_00, 0, 6_00)
        assert (returned.units, returned.amount) == (2, 4_00)

    def test_per_item_pays_nothing_once_all_the_money_is_back(self):
        line = make_line(gross=90_00, quantity=3)
        rule = make_rule(1, "flat_item", amounts={"EUR": 2_00})

        assert price(make_order(line, amount_refunded=89_99), rule).total == 6_00
        assert price(make_order(line, amount_refunded=90_00), rule).total == 0

    def test_per_order_pays_once_and_whole_while_anything_is_left(self):
        lines = (make_line("1", 10_00), make_line("2", 30_00))
        rule = make_rule(1, "flat_order", amounts={"EUR": 5_00})

        whole = price(make_order(*lines), rule)
        partly = price(make_order(*lines, amount_refunded=39_99), rule)
        nothing = price(make_order(*lines, amount_refunded=40_00), rule)

        assert [line.amount for line in whole.lines] == [1_25, 3_75]
        assert (whole.total, partly.total, nothing.total) == (5_00, 5_00, 0)

    def test_per_order_pro_rata_follows_what_is_left(self):
        lines = (make_line("1", 10_00), make_line("2", 30_00, refunded_net=15_00))
        rule = make_rule(1, "flat_order", amounts={"EUR": 5_01}, is_pro_rata=True)

        assert price(make_order(*lines), rule).total == 3_13

    def test_per_order_counts_only_the_lines_its_rule_took(self):
        order = make_order(make_line("1", 10_00, refunded_net=10_00), make_line("2", 30_00))
        flat = make_rule(1, "flat_order", amounts={"EUR": 5_00}, products=("p1",))

        assert price(order, flat, percent(1000, 2)).total == 3_00

    def test_shipping_meets_no_flat_rule(self):
        order = make_order(
            make_line("1", 10_00, refunded_net=10_00),
            make_line("shipping", 5_00, is_shipping=True),
        )
        flat = make_rule(1, "flat_order", amounts={"EUR": 5_00})
        item = make_rule(2, "flat_item", amounts={"EUR": 5_00})
        policy = BasePolicy(include_shipping=True)

        assert price(order, flat, item, base=policy).total == 0
        assert price(order, flat, percent(1000, 3), base=policy).total == 50


class TestCaps:
    def context(self, **caps_left: int) -> PriceContext:
        return replace(CONTEXT, caps_left=caps_left)

    def test_each_cap_applies_to_what_the_one_before_left_and_is_named(self):
        order = make_order(make_line("1", 100_00), make_line("2", 200_00))
        rules = [
            percent(1000, 1, products=("p1",), name="One", cap_order={"EUR": 8_00}),
            percent(1000, 2),
        ]

        pricing = price(
            order,
            *rules,
            base=BasePolicy(cap_order={"EUR": 24_00}),
            context=self.context(creator_period=18_00, budget=9_00),
        )

        assert [(step.code, step.params["by"], step.change) for step in pricing.steps] == [
            ("price.capped", "rule", -2_00),
            ("price.capped", "program", -4_00),
            ("price.capped", "creator_period", -6_00),
            ("price.capped", "budget", -9_00),
        ]
        assert pricing.steps[0].params == {
            "by": "rule",
            "rule_id": "r1",
            "position": 1,
            "rule": "One",
            "cap": 8_00,
            "amount": 10_00,
            "currency": "EUR",
        }
        assert pricing.steps[3].params["position"] is None
        assert (pricing.steps[3].params["cap"], pricing.steps[3].params["amount"]) == (9_00, 18_00)
        assert pricing.total == 9_00
        assert [line.earned for line in pricing.lines] == [10_00, 20_00]
        assert [line.amount for line in pricing.lines] == [2_58, 6_42]

    def test_caps_of_rules_are_told_in_the_order_of_the_rules(self):
        order = make_order(make_line("1"), make_line("2"))
        rules = [
            percent(1000, 1, products=("p2",), cap_order={"EUR": 1_00}),
            percent(1000, 2, cap_order={"EUR": 2_00}),
        ]

        pricing = price(order, *rules)

        assert [step.params["position"] for step in pricing.steps] == [1, 2]
        assert [line.amount for line in pricing.lines] == [2_00, 1_00]

    def test_a_cap_that_is_not_reached_leaves_no_step(self):
        order = make_order(make_line(gross=100_00))
        policy = BasePolicy(cap_order={"EUR": 10_00})

        pricing = price(order, percent(1000), base=policy, context=self.context(budget=10_00))

        assert (pricing.total, pricing.steps) == (10_00, ())

    def test_a_cap_without_an_amount_in_the_currency_does_not_limit(self):
        order = make_order(make_line(), currency="USD")
        rule = percent(1000, cap_order={"EUR": 1_00})

        assert price(order, rule, base=BasePolicy(cap_order={"EUR": 1_00})).total == 10_00

    def test_nothing_left_of_a_budget_pays_nothing(self):
        for left in (0, -5_00):
            pricing = price(
                make_order(make_line()), percent(1000), context=self.context(budget=left)
            )
            assert (pricing.total, pricing.steps[0].change) == (0, -10_00)

    def test_a_refund_first_takes_what_the_cap_had_cut(self):
        line = make_line(gross=100_00)
        rule = percent(1000, cap_order={"EUR": 6_00})

        totals = [
            price(make_order(replace(line, refunded_net=back)), rule).total
            for back in (0, 40_00, 40_05, 70_00, 100_00)
        ]

        assert totals == [6_00, 6_00, 6_00, 3_00, 0]

    def test_only_caps_beyond_the_order_count_as_cut_beyond_it(self):
        pricing = price(
            make_order(make_line(gross=300_00)),
            percent(1000, cap_order={"EUR": 25_00}),
            base=BasePolicy(cap_order={"EUR": 20_00}),
            context=self.context(creator_period=18_00, budget=9_00),
        )

        assert (pricing.total, cut_beyond(pricing)) == (9_00, 11_00)

    def test_an_unknown_cap_is_refused(self):
        with pytest.raises(UnknownCap):
            price(make_order(make_line()), percent(1000), context=self.context(bugdet=1))


class TestSubscriptions:
    def test_a_renewal_past_the_limit_earns_nothing_and_says_so(self):
        rules = [percent(1000, 1, max_payments=3), percent(500, 2)]

        [third] = price(
            make_order(make_line()), *rules, context=replace(CONTEXT, payment_number=3)
        ).lines
        [fourth] = price(
            make_order(make_line()), *rules, context=replace(CONTEXT, payment_number=4)
        ).lines

        assert third.amount == 10_00
        assert (fourth.amount, fourth.code) == (0, "price.renewals_over")
        assert fourth.params == {"position": 1, "rule": "Rule 1", "limit": 3, "payment": 4}

    @pytest.mark.parametrize(
        ("month", "amount", "code"),
        [
            (2, 10_00, "price.rule"),
            (3, 0, "price.renewal_months_over"),
            (None, 10_00, "price.rule"),
        ],
    )
    def test_a_renewal_past_the_months_earns_nothing_and_says_so(self, month, amount, code):
        context = replace(CONTEXT, payment_number=9, payment_month=month)

        [line] = price(make_order(make_line()), percent(1000, max_months=3), context=context).lines

        assert (line.amount, line.code) == (amount, code)
        if code != "price.rule":
            assert line.params == {"position": 1, "rule": "Rule 1", "limit": 3, "payment": 9}

    def test_a_payment_that_is_counted_is_told_with_its_limits(self):
        def steps(number, **limits):
            context = replace(CONTEXT, payment_number=number, payment_month=1)
            return price(make_order(make_line()), percent(1000, **limits), context=context).steps

        assert steps(2, max_payments=3, max_months=12) == (
            Step("price.payment", {"payment": 2, "limit": 3}, 0),
            Step("price.payment_months", {"payment": 2, "limit": 12}, 0),
        )
        assert steps(2) == steps(None, max_payments=3) == steps(4, max_payments=3) == ()

    def test_an_order_without_a_payment_number_has_no_limit(self):
        assert price(make_order(make_line()), percent(1000, max_payments=1)).total == 10_00


def test_a_pricing_comes_back_from_json_as_it_was():
    order = make_order(make_line("1", collections=("a",)), make_line("2"))
    pricing = price(order, percent(1000, cap_order={"EUR": 5}), base=BasePolicy(currency="USD"))

    stored = json.dumps(pricing.to_json())

    assert Pricing.from_json(json.loads(stored)) == pricing


def test_json_of_another_version_stays_readable():
    stored = CONTEXT.to_json()
    assert stored["caps_asked"] == 0
    del stored["caps_left"]
    stored["later"] = 1

    assert PriceContext.from_json(stored) == CONTEXT
