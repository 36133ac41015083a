from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from brands.domain.bases import BasePolicy
from brands.domain.pricing import MatchesDiffer, price_order
from brands.domain.rules import (
    Conditions,
    LineMatch,
    NoRuleVersion,
    PriceOrder,
    Rule,
    ask_for_collections,
    effective_rules,
    fingerprint,
    fit_conditions,
    match_lines,
    take_alike,
)
from tests.brands.pricing_makers import (
    CONTEXT,
    make_line,
    make_order,
    make_rule,
    matched,
    percent,
    price,
)


class TestConditions:
    LINE = make_line("1", collections=("beans", "new"))

    @pytest.mark.parametrize(
        ("condition", "fits"),
        [
            ({}, True),
            ({"products": ("p1", "p2")}, True),
            ({"products": ("p2",)}, False),
            ({"skus": ("SKU-1",)}, True),
            ({"skus": ("SKU-2",)}, False),
            ({"collections": ("beans", "tea")}, True),
            ({"collections": ("tea",)}, False),
            ({"excluded_products": ("p2",)}, True),
            ({"excluded_products": ("p1",)}, False),
            ({"excluded_skus": ("SKU-2",)}, True),
            ({"excluded_skus": ("SKU-1",)}, False),
            ({"excluded_collections": ("tea",)}, True),
            ({"excluded_collections": ("new",)}, False),
            ({"collections": ("beans",), "excluded_collections": ("new",)}, False),
            ({"gift_cards": "none"}, True),
            ({"gift_cards": "only"}, False),
            ({"groups": (1, 2)}, True),
            ({"groups": (2,)}, False),
            ({"enrollments": (11,)}, True),
            ({"enrollments": (12,)}, False),
            ({"countries": ("DE", "AT")}, True),
            ({"countries": ("FR",)}, False),
            ({"codes": ("anna10",)}, True),
            ({"codes": ("ben10",)}, False),
            ({"min_order_value": {"EUR": 100_00}}, True),
            ({"min_order_value": {"EUR": 100_01}}, False),
            ({"max_order_value": {"EUR": 100_00}}, True),
            ({"max_order_value": {"EUR": 99_99}}, False),
            ({"min_order_value": {"USD": 1}}, False),
            ({"max_order_value": {"USD": 10**9}}, False),
            ({"products": ("p1",), "countries": ("FR",)}, False),
        ],
    )
    def test_a_rule_takes_the_line_when_every_condition_holds(self, condition, fits):
        context = replace(CONTEXT, code="anna10")

        took = matched(make_order(self.LINE), [percent(1000, **condition)], context)

        assert took == ["r1" if fits else None]

    def test_collections_the_store_did_not_send_meet_no_condition_on_them(self):
        order = make_order(make_line(collections=None))

        assert matched(order, [percent(1000, collections=("beans",))]) == [None]
        assert matched(order, [percent(1000, excluded_collections=("beans",))]) == [None]
        assert matched(make_order(make_line(collections=())), [percent(1000)]) == ["r1"]

    @pytest.mark.parametrize(
        ("is_new", "fits"), [(True, {"new"}), (False, {"returning"}), (None, set())]
    )
    def test_an_unknown_customer_is_neither_new_nor_returning(self, is_new, fits):
        context = replace(CONTEXT, is_new_customer=is_new)

        for wanted in ("new", "returning", "any"):
            took = matched(make_order(self.LINE), [percent(1000, customer=wanted)], context)
            assert took == ["r1" if wanted in fits | {"any"} else None]

    @pytest.mark.parametrize(
        ("signal", "fits"),
        [("code", {"code"}), ("link", {"link"}), ("manual", set()), ("bound", set())],
    )
    def test_a_signal_condition_asks_for_that_signal(self, signal, fits):
        context = replace(CONTEXT, signal=signal)

        for wanted in ("code", "link", "any"):
            took = matched(make_order(self.LINE), [percent(1000, signal=wanted)], context)
            assert took == ["r1" if wanted in fits | {"any"} else None]

    def test_rules_take_lines_one_by_one_in_the_order_of_their_positions(self):
        order = make_order(make_line("1"), make_line("2"), make_line("3", is_gift_card=True))
        rules = [
            percent(1000, 3),
            make_rule(2, "exclude", products=("p1",)),
            make_rule(1, "exclude", gift_cards="only"),
        ]

        assert matched(order, rules) == ["r2", "r3", "r1"]

    @pytest.mark.parametrize(
        ("condition", "what"),
        [
            ({"products": ("p1",)}, "products"),
            ({"skus": ("SKU-1",)}, "skus"),
            ({"collections": ("beans",)}, "collections"),
            ({"countries": ("DE",)}, "order"),
        ],
    )
    def test_an_excluded_line_says_what_the_rule_leaves_out(self, condition, what):
        [line] = price(make_order(self.LINE), make_rule(1, "exclude", **condition)).lines

        assert (line.amount, line.code, line.params["what"]) == (0, "price.excluded", what)


class TestKinds:
    def test_rules_for_leads_and_visits_take_no_goods_and_no_other_rule_a_lead(self):
        goods, lead = make_line("1"), make_line("2", gross=0, is_lead=True)
        amounts = {"amounts": {"EUR": 5}}
        visits = [make_rule(1, "click", **amounts), make_rule(2, "impression", **amounts)]

        assert matched(make_order(goods, lead), visits) == [None, None]
        assert matched(make_order(goods, lead), [make_rule(1, "lead", **amounts)]) == [None, "r1"]
        assert matched(make_order(goods, lead), [percent(1000)]) == ["r1", None]

    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ("percent", "flat_order", True),
            ("lead", "lead", True),
            ("lead", "percent", False),
            ("percent", "lead", False),
            ("click", "impression", False),
        ],
    )
    def test_kinds_are_alike_that_are_for_the_same_thing(self, one, other, expected):
        assert take_alike(one, other) is expected

    def test_conditions_that_make_no_sense_for_a_kind_fall_away(self):
        asked = Conditions(products=("p",), groups=(1,), countries=("DE",))

        assert fit_conditions("click", asked) == Conditions(groups=(1,))
        assert fit_conditions("percent", asked) == asked


class TestMatchesOfBefore:
    RULES = (percent(1500, 1, max_order_value={"EUR": 100_00}), percent(500, 2))

    def first(self, order: PriceOrder, *rules: Rule) -> dict[str, LineMatch]:
        matches = match_lines(order=order, rules=rules or self.RULES, context=CONTEXT)
        return {match.line_id: match for match in matches}

    def rematch(self, order: PriceOrder, previous: dict[str, LineMatch], *rules: Rule):
        return [
            match.rule_id
            for match in match_lines(
                order=order, rules=rules or self.RULES, context=CONTEXT, previous=previous
            )
        ]

    def test_a_stored_fingerprint_holds_for_the_same_line_in_later_releases(self):
        assert fingerprint(make_line()) == "f14c73abe792dc51ce8c6436b94a5ad8"

    @pytest.mark.parametrize(
        "change",
        [
            {"gross": 200_00},
            {"net_ex_tax": 90_00},
            {"discount": 1},
            {"quantity": 2},
            {"product_ref": "other"},
            {"variant_ref": "other"},
            {"sku": "other"},
            {"is_gift_card": True},
            {"is_shipping": True},
        ],
    )
    def test_a_changed_line_is_matched_again(self, change):
        line = make_line()
        order = make_order(replace(line, **change), order_value=200_00)

        assert fingerprint(order.lines[0]) != fingerprint(line)
        assert self.rematch(order, self.first(make_order(line))) == ["r2"]

    @pytest.mark.parametrize(
        "change",
        [
            {"refunded_net": 50_00, "refunded_tax": 1, "refunded_quantity": 1},
            {"title": "Renamed"},
            {"collections": ("moved",)},
            {"tax": 19_00},
        ],
    )
    def test_a_line_bought_as_before_keeps_its_rule(self, change):
        line = make_line()
        order = make_order(replace(line, **change), order_value=200_00)

        assert self.rematch(order, self.first(make_order(line))) == ["r1"]

    def test_a_line_no_rule_took_stays_without_one_until_it_changes(self):
        rules = (percent(500, min_order_value={"EUR": 150_00}),)
        line = make_line()
        previous = self.first(make_order(line), *rules)

        assert self.rematch(make_order(line, order_value=200_00), previous, *rules) == [None]
        changed = make_order(replace(line, gross=200_00, net_ex_tax=200_00))
        assert self.rematch(changed, previous, *rules) == ["r1"]

    def test_a_rule_that_is_not_in_the_list_is_looked_for_again(self):
        order = make_order(make_line())
        previous = self.first(order)

        assert self.rematch(order, previous, percent(700, 9)) == ["r9"]
        no_euro = make_rule(1, "flat_order", amounts={"USD": 1})
        assert self.rematch(order, previous, no_euro, percent(700, 9)) == ["r9"]

    def test_matches_of_other_lines_or_rules_are_refused(self):
        order = make_order(make_line("1"))
        rules = [percent(1000)]
        wrong_line = LineMatch("2", "r1", "")
        wrong_rule = LineMatch("1", "r7", "")

        for match in (wrong_line, wrong_rule):
            with pytest.raises(MatchesDiffer):
                price_order(
                    order=order, rules=rules, base=BasePolicy(), context=CONTEXT, matches=[match]
                )


class Version(NamedTuple):
    number: int
    effective_from: datetime


class TestVersions:
    VERSIONS = (
        Version(1, datetime(2026, 1, 1, tzinfo=UTC)),
        Version(2, datetime(2026, 3, 1, tzinfo=UTC)),
        Version(3, datetime(2026, 3, 1, tzinfo=UTC)),
        Version(4, datetime(2026, 6, 1, tzinfo=UTC)),
    )

    @pytest.mark.parametrize(
        ("at", "number"),
        [
            (datetime(2025, 12, 31, tzinfo=UTC), 1),
            (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 1),
            (datetime(2026, 3, 1, tzinfo=UTC), 3),
            (datetime(2026, 5, 31, tzinfo=UTC), 3),
            (datetime(2027, 1, 1, tzinfo=UTC), 4),
        ],
    )
    def test_the_version_in_force_when_the_order_was_placed(self, at, number):
        assert effective_rules(versions=self.VERSIONS, at=at).number == number
        newest_first = (self.VERSIONS[3], self.VERSIONS[1], self.VERSIONS[2], self.VERSIONS[0])
        assert effective_rules(versions=newest_first, at=at).number == number

    def test_a_program_without_rules_is_an_error(self):
        with pytest.raises(NoRuleVersion):
            effective_rules(versions=(), at=datetime(2026, 1, 1, tzinfo=UTC))


def test_collections_are_asked_for_where_one_rule_of_several_goes_by_them():
    plain = percent(1_000)
    included = percent(1_500, 2, collections=frozenset({"beans"}))
    excluded = percent(1_500, 2, excluded_collections=frozenset({"beans"}))

    assert not ask_for_collections([plain])
    assert ask_for_collections([plain, included])
    assert ask_for_collections([plain, excluded])
