"""What happens in the shop, and how the news of it travels."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core import faults
from tests.machine import shop
from tests.machine.machinery import ANY, Machinery
from tests.machine.oracle import Facts, Line, Refund, Version
from tests.machine.shop import Sale
from tests.machine.world import CURRENCIES

MAX_SALES = 8

PLACES = st.integers(0, 5)
CURRENCY = st.sampled_from(sorted(CURRENCIES))
NET = st.sampled_from([10_000, 12_345, 99_999, 400_000, 7, 1, 0])
LINE = st.tuples(st.sampled_from(["cup", "pen", "map"]), st.integers(1, 4), NET, st.booleans())
LINES = st.lists(LINE, min_size=1, max_size=3)
SHIPPING = st.sampled_from([0, 0, 490])
PAID_HOURS_AGO = st.sampled_from([0, 0, 5, 100, 0, None])
PART = st.sampled_from([333, 500, 250, 999, 1000, 1])  # of a thousand
AT_ONCE = st.sampled_from([True, True, False])
CRASH = st.sampled_from(
    [None, None, None, *(point for point in faults.POINTS if point.startswith("store_event."))]
)

Told = list[tuple[str, int, int, bool]]


class ShopRules(Machinery):
    @precondition(lambda self: len(self.sales) < MAX_SALES)
    @rule(
        place=PLACES,
        currency=CURRENCY,
        lines=LINES,
        shipping=SHIPPING,
        paid=PAID_HOURS_AGO,
        at_once=AT_ONCE,
    )
    def shop_order(
        self, place: int, currency: str, lines: Told, shipping: int, paid: int | None, at_once: bool
    ) -> None:
        sale = self.sell(place, currency, lines, shipping, paid)
        self.send_off(shop.write_order(sale, self.new_id()), at_once)

    @precondition(lambda self: self.sales)
    @rule(i=ANY, lines=LINES, shipping=SHIPPING, at_once=AT_ONCE)
    def edit_order(self, i: int, lines: Told, shipping: int, at_once: bool) -> None:
        """Change prices, pieces and shipping, and pay; a line stays the product it was."""
        sale = self.pick(self.sales, i)
        self._change(sale, at_once, lines=self._same_lines(sale, lines), shipping=shipping)

    @precondition(lambda self: self.sales)
    @rule(i=ANY, at_once=AT_ONCE)
    def pay_order(self, i: int, at_once: bool) -> None:
        self._change(self.pick(self.sales, i), at_once)

    @precondition(lambda self: self.sales)
    @rule(i=ANY, line=ANY, part=PART, units=st.integers(0, 4), twice=st.booleans(), at_once=AT_ONCE)
    def refund_line(
        self, i: int, line: int, part: int, units: int, twice: bool, at_once: bool
    ) -> None:
        sale = self.pick(self.sales, i)
        what = self.pick(list(sale.in_shop.lines), line)
        net, tax = what.net * part // 1000, what.tax * part // 1000
        units = min(units, what.quantity) if part < 1000 else what.quantity
        refund = Refund(self.new_id(), line=what.id, units=units, net=net, tax=tax)
        self._refund(sale, refund, at_once, twice=twice)

    @precondition(lambda self: self.sales)
    @rule(i=ANY, part=PART, twice=st.booleans(), at_once=AT_ONCE)
    def refund_amount(self, i: int, part: int, twice: bool, at_once: bool) -> None:
        sale = self.pick(self.sales, i)
        amount = (sale.in_shop.total - sale.in_shop.shipping) * part // 1000
        self._refund(sale, Refund(self.new_id(), amount=amount), at_once, twice=twice)

    @precondition(lambda self: self.sales)
    @rule(i=ANY, at_once=AT_ONCE)
    def refund_shipping(self, i: int, at_once: bool) -> None:
        sale = self.pick(self.sales, i)
        refund = Refund(self.new_id(), shipping=sale.in_shop.shipping)
        self._refund(sale, refund, at_once, twice=False)

    @precondition(lambda self: any(sale.refunds for sale in self.sales))
    @rule(i=ANY, at_once=AT_ONCE)
    def fail_refund(self, i: int, at_once: bool) -> None:
        """Let a refund that was told not go through after all."""
        sale, refund = self.pick([(s, r) for s in self.sales for r in s.refunds], i)
        at = self.tick()
        self.send_off(shop.write_refund(sale, refund, self.new_id(), at, failed=True), at_once)

    @precondition(lambda self: len(self.sales) > 2)
    @rule(i=ANY, at_once=AT_ONCE)
    def cancel(self, i: int, at_once: bool) -> None:
        at, sale = self.tick(), self.pick(self.sales, i)
        self.send_off(shop.write_cancelled(sale, self.new_id(), at), at_once)

    @precondition(lambda self: self.sales)
    @rule(i=ANY, part=st.sampled_from([None, 300, 1000]), at_once=AT_ONCE)
    def open_dispute(self, i: int, part: int | None, at_once: bool) -> None:
        sale = self.pick(self.sales, i)
        total = sale.in_shop.total
        sale.disputes[self.new_id()] = None if part is None else total * part // 1000
        self._tell_dispute(sale, next(reversed(sale.disputes)), "opened", at_once)

    @precondition(lambda self: any(sale.disputes for sale in self.sales))
    @rule(i=ANY, verdict=st.sampled_from(["won", "lost"]), at_once=AT_ONCE)
    def decide_dispute(self, i: int, verdict: str, at_once: bool) -> None:
        sale, name = self.pick([(s, d) for s in self.sales for d in s.disputes], i)
        self._tell_dispute(sale, name, verdict, at_once)

    @precondition(lambda self: self.post)
    @rule(i=ANY, keep=st.booleans(), crash=CRASH)
    def deliver(self, i: int, keep: bool, crash: str | None) -> None:
        """Deliver any letter; one that is kept, or met a dying worker, comes again."""
        letter = self.pick(self.post, i)
        if self.hand_in(letter, crash) and not keep:
            self.post.remove(letter)

    @precondition(lambda self: self.post)
    @rule(count=st.integers(2, 5))
    def deliver_some(self, count: int) -> None:
        for letter in self.post[:count]:
            self.hand_in(letter)
            self.post.remove(letter)

    def sell(
        self, place: int, currency: str, lines: Told, shipping: int = 0, paid: int | None = 0
    ) -> Sale:
        """Sell by the code of a creator; `paid`: so many hours ago, or not yet."""
        at = self.tick()
        house, where = [(h, p) for h in self.houses for p in h.places][place]
        paid_at = None if paid is None else shop.backdated(at, paid)
        version = Version(at, shop.make_lines(lines), shipping, paid_at)
        sale = Sale(house, where, f"o{next(self.numbers)}", at, Facts(currency), version)
        self.sales.append(sale)
        return sale

    def _change(self, sale: Sale, at_once: bool, **changes: Any) -> None:
        at = self.tick()
        paid_at = sale.in_shop.paid_at or at
        sale.in_shop = replace(sale.in_shop, at=at, paid_at=paid_at, **changes)
        self.send_off(shop.write_order(sale, self.new_id()), at_once)

    def _same_lines(self, sale: Sale, told: Told) -> tuple[Line, ...]:
        products = [line.product for line in sale.in_shop.lines]
        same = [(p, *rest) for p, (_, *rest) in zip(products, told, strict=False)]
        return shop.make_lines(same)

    def _refund(self, sale: Sale, refund: Refund, at_once: bool, *, twice: bool) -> None:
        """Tell of a refund, by one event or by two that know it by the same id."""
        sale.refunds.append(refund)
        for _ in range(1 + twice):
            at = self.tick()
            self.send_off(shop.write_refund(sale, refund, self.new_id(), at, failed=False), at_once)

    def _tell_dispute(self, sale: Sale, name: str, verdict: str, at_once: bool) -> None:
        at, amount = self.tick(), sale.disputes[name]
        self.send_off(shop.write_dispute(sale, name, verdict, self.new_id(), at, amount), at_once)

    def settle_disputes(self) -> None:
        """Let every bank speak that has not."""
        for sale in self.sales:
            for name in sale.disputes:
                if name not in sale.facts.verdicts:
                    self._tell_dispute(sale, name, "won", at_once=True)
