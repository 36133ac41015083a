from dataclasses import replace

from brands.domain.bases import BasePolicy
from tests.brands.pricing_makers import (
    make_line,
    make_order,
    make_rule,
    percent,
    price,
)


class TestBases:
    def base_of(self, line, **policy) -> int:
        pricing = price(make_order(line), percent(1000), base=BasePolicy(**policy))
        return pricing.lines[0].counted

    def test_tax_counts_only_when_the_program_says_so(self):
        line = make_line(gross=119_00, net_ex_tax=100_00, tax=19_00)

        assert self.base_of(line) == 100_00
        assert self.base_of(line, include_tax=True) == 119_00

    def test_tax_of_a_line_without_net_does_not_count(self):
        line = make_line(gross=1, net_ex_tax=0, tax=1)

        [priced] = price(make_order(line), percent(1000), base=BasePolicy(include_tax=True)).lines

        assert (priced.base, priced.counted) == (0, 0)

    def test_one_minor_unit_counts_and_can_come_back(self):
        cent = make_line(gross=1)

        [sold] = price(make_order(cent), percent(10_000)).lines
        [back] = price(make_order(make_line(gross=2), amount_refunded=1), percent(10_000)).lines

        assert (sold.base, sold.counted, sold.amount) == (1, 1, 1)
        assert (back.base, back.counted, back.amount) == (2, 1, 1)

    def test_somebody_who_asked_is_worth_nothing_in_itself(self):
        lead = make_line(gross=0, quantity=2, is_lead=True)

        [priced] = price(make_order(lead), make_rule(1, "lead", amounts={"EUR": 5_00})).lines

        assert (priced.base, priced.counted, priced.units, priced.amount) == (0, 0, 2, 10_00)
        assert priced.code == "price.rule"

    def test_before_discount_is_the_list_price_whether_prices_contain_tax_or_not(self):
        tax_on_top = make_line(gross=100_00, discount=20_00, net_ex_tax=80_00, tax=15_20)
        tax_inside = make_line(gross=119_00, discount=23_80, net_ex_tax=80_00, tax=15_20)

        for line in (tax_on_top, tax_inside):
            assert self.base_of(line) == 80_00
            assert self.base_of(line, before_discount=True) == 100_00
            assert self.base_of(line, before_discount=True, include_tax=True) == 119_00

    def test_a_line_discounted_to_nothing_counts_only_before_discounts(self):
        free = make_line(gross=30_00, discount=30_00, quantity=3)

        assert price(make_order(free), percent(1000)).lines[0].code == "price.zero_base"
        assert self.base_of(free, before_discount=True) == 30_00
        assert self.base_of(replace(free, refunded_quantity=1), before_discount=True) == 20_00

    def test_a_free_line_stops_counting_when_all_that_was_paid_is_back(self):
        free = make_line("1", gross=30_00, discount=30_00)
        paid = make_line("2", gross=50_00)
        policy = BasePolicy(before_discount=True)

        most = price(make_order(free, paid, amount_refunded=49_99), percent(1000), base=policy)
        whole = price(make_order(free, paid, amount_refunded=50_00), percent(1000), base=policy)

        assert most.lines[0].counted == 30_00
        assert whole.total == 0

    def test_a_free_line_stops_counting_when_the_one_minor_unit_paid_is_back(self):
        order = make_order(
            make_line("1", gross=30_00, discount=30_00), make_line("2", gross=1), amount_refunded=1
        )

        assert price(order, percent(1000), base=BasePolicy(before_discount=True)).total == 0

    def test_a_free_line_of_no_units_counts_nothing(self):
        none = make_line(gross=30_00, discount=30_00, quantity=0)

        assert self.base_of(none, before_discount=True) == 0

    def test_a_gift_card_counts_nothing_unless_the_program_says_so(self):
        card = make_line(is_gift_card=True)

        [line] = price(make_order(card), percent(1000)).lines

        assert (line.rule_id, line.amount, line.code) == ("r1", 0, "price.zero_base")
        assert self.base_of(card, exclude_gift_cards=False) == 100_00

    def test_shipping_counts_only_when_the_program_says_so(self):
        shipping = make_line("shipping", 5_00, is_shipping=True)

        assert self.base_of(shipping) == 0
        assert self.base_of(shipping, include_shipping=True) == 5_00

    def test_a_void_order_counts_nothing_and_says_why(self):
        order = make_order(make_line(), is_void=True, void_reason="refund.cancelled")

        pricing = price(order, percent(1000))

        assert pricing.total == 0
        assert (pricing.lines[0].base, pricing.lines[0].counted) == (0, 0)
        assert pricing.lines[0].code == "refund.cancelled"
        assert price(replace(order, void_reason="")).lines[0].code == "price.zero_base"


class TestRefunds:
    def test_an_amount_is_spread_over_lines_by_what_is_left_of_them(self):
        order = make_order(
            make_line("1", 60_00, refunded_net=30_00), make_line("2", 70_00), amount_refunded=10_01
        )

        pricing = price(order, percent(1000))

        assert [line.refunded for line in pricing.lines] == [33_00, 7_01]
        assert [line.counted for line in pricing.lines] == [27_00, 62_99]

    def test_an_amount_takes_nothing_from_gift_cards_left_out_nor_from_shipping(self):
        order = make_order(
            make_line("1", 50_00),
            make_line("2", 50_00, is_gift_card=True),
            make_line("shipping", 5_00, is_shipping=True),
            amount_refunded=20_00,
        )

        pricing = price(order, percent(1000), base=BasePolicy(include_shipping=True))

        assert [line.refunded for line in pricing.lines] == [20_00, 0, 0]

    def test_an_amount_refund_takes_the_tax_with_it(self):
        order = make_order(
            make_line(gross=119_00, net_ex_tax=100_00, tax=19_00), amount_refunded=10_00
        )

        [line] = price(order, percent(1000), base=BasePolicy(include_tax=True)).lines

        assert line.counted == 107_10

    def test_a_refunded_line_takes_its_own_tax_to_the_minor_unit(self):
        line = make_line(
            gross=100_00, net_ex_tax=84_03, tax=15_97, refunded_net=42_02, refunded_tax=7_98
        )

        [priced] = price(make_order(line), percent(1000), base=BasePolicy(include_tax=True)).lines

        assert priced.counted == 50_00

    def test_a_refund_of_half_before_discounts_takes_half_of_the_list_price(self):
        line = make_line(gross=100_00, discount=20_00, quantity=2, refunded_net=40_00)

        [priced] = price(
            make_order(line), percent(1000), base=BasePolicy(before_discount=True)
        ).lines

        assert (priced.base, priced.refunded, priced.counted) == (100_00, 50_00, 50_00)

    def test_a_refund_above_the_line_leaves_zero_and_touches_no_other_line(self):
        order = make_order(make_line("1", 10_00, refunded_net=15_00), make_line("2", 20_00))

        assert [line.amount for line in price(order, percent(1000)).lines] == [0, 2_00]

    def test_more_units_and_tax_than_the_line_had_count_as_all_of_them(self):
        line = make_line(
            gross=119_00, net_ex_tax=100_00, tax=19_00, refunded_quantity=2, refunded_tax=20_00
        )
        item = make_rule(1, "flat_item", amounts={"EUR": 5_00})

        [priced] = price(make_order(line), item, base=BasePolicy(include_tax=True)).lines

        assert (priced.counted, priced.units, priced.amount) == (100_00, 0, 0)

    def test_an_amount_passes_over_a_line_that_is_refunded_beyond_its_net(self):
        order = make_order(
            make_line("1", 10_00, refunded_net=15_00), make_line("2", 20_00), amount_refunded=5_00
        )

        assert [line.counted for line in price(order, percent(1000)).lines] == [0, 15_00]

    def test_tax_that_was_not_reported_with_a_full_refund_does_not_count(self):
        line = make_line(gross=119_00, net_ex_tax=100_00, tax=19_00, refunded_net=100_00)

        assert price(make_order(line), percent(1000), base=BasePolicy(include_tax=True)).total == 0

    def test_a_fully_refunded_line_still_names_its_rule(self):
        [line] = price(make_order(make_line(refunded_net=100_00)), percent(1000)).lines

        assert (line.code, line.base, line.refunded, line.amount) == (
            "price.rule",
            100_00,
            100_00,
            0,
        )
