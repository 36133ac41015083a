"""Whole stories told in one step: states that random steps would seldom reach.

A search over thirty rules spends most of its steps on letters nobody sent and people nobody
knows. A story takes one sale, told at once, to where money moves, and lets one thing go wrong.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine import shop
from tests.machine.caps import end_of_run
from tests.machine.oracle import Refund
from tests.machine.payoutrules import ANSWER, CRASH, PayoutRules
from tests.machine.peoplerules import HOLD, RATE, PeopleRules
from tests.machine.shop import Sale
from tests.machine.shoprules import CURRENCY, LINES, MAX_SALES, PART, PLACES, ShopRules, Told
from tests.machine.taxrules import BPS, KIND

Order = tuple[int, str, Told]

ORDER = st.tuples(PLACES, CURRENCY, LINES)
PRODUCT = st.sampled_from(["cup", "map", "pen"])
HALF = st.tuples(PRODUCT, st.integers(1, 4), st.sampled_from([15_000, 25_000]), st.booleans())
WORTH_MUCH = st.tuples(PLACES, st.just("EUR"), st.lists(HALF, min_size=1, max_size=2))
MORE = st.lists(
    st.tuples(PRODUCT, st.integers(1, 4), st.sampled_from([40_000, 400_000]), st.booleans()),
    min_size=1,
    max_size=2,
)
HAS_ROOM = precondition(lambda self: len(self.sales) < MAX_SALES)


class Stories(ShopRules, PeopleRules, PayoutRules):
    @HAS_ROOM
    @rule(order=ORDER, answer=ANSWER, crash=CRASH, is_returned=st.booleans())
    def paid(self, order: Order, answer: str, crash: str | None, is_returned: bool) -> None:
        """Pay; whatever the rail answered first, go on until it is done."""
        house = self._sell_now(order).house
        self.end_month(house, answer, crash)
        self.the_books_agree()
        self.send_until_done(house)
        if is_returned and self._paid():
            self.reverse_late(-1)

    @HAS_ROOM
    @rule(order=ORDER, part=PART, is_late=st.booleans())
    def refunded(self, order: Order, part: int, is_late: bool) -> None:
        """Tell a refund twice, before or after pay day, and pay for another sale."""
        sale = self._sell_now(order)
        if is_late:
            self.end_month(sale.house, "ok", None)
        self._refund(sale, self._part_of(sale, part), at_once=True, twice=True)
        self.the_books_agree()
        self._sell_now(order)
        self.end_month(sale.house, "ok", None)

    @HAS_ROOM
    @rule(order=ORDER, part=PART)
    def refund_undone(self, order: Order, part: int) -> None:
        """Tell of a refund that came to nothing, after it was told to have gone through."""
        sale = self._sell_now(order)
        refund = self._part_of(sale, part)
        self._refund(sale, refund, at_once=True, twice=False)
        failed = shop.write_refund(sale, refund, self.new_id(), self.tick(), failed=True)
        self.send_off(failed, at_once=True)

    @HAS_ROOM
    @rule(order=ORDER, later=LINES)
    def told_in_reverse(self, order: Order, later: Told) -> None:
        sale = self.sell(*order)
        first = shop.write_order(sale, self.new_id())
        self._change(sale, at_once=True, lines=shop.make_lines(later))
        self.send_off(first, at_once=True)

    @HAS_ROOM
    @rule(order=WORTH_MUCH, later=MORE, part=PART, is_undone=st.booleans())
    def short_of_a_cap(self, order: Order, later: Told, part: int, is_undone: bool) -> None:
        """Sell until a cap is near, once before and once after the end of its run; then change."""
        first = self._sell_now(order)
        cap = self.pick(self.caps[first.seat[0]], len(self.sales))
        if cap.run != "lifetime":
            left = end_of_run(cap.run, self.now, first.zone) - self.now
            self.pass_time(left - timedelta(seconds=2))
        second, _third = self._sell_now(order), self._sell_now(order)
        self.the_books_agree()
        self._refund(first, refund := self._part_of(first, part), at_once=True, twice=False)
        self._change(second, at_once=True, lines=self._same_lines(second, later))
        if is_undone:
            failed = shop.write_refund(first, refund, self.new_id(), self.tick(), failed=True)
            self.send_off(failed, at_once=True)

    @HAS_ROOM
    @rule(order=WORTH_MUCH, is_rejected=st.booleans())
    def given_back(self, order: Order, is_rejected: bool) -> None:
        """Fill the caps of a program by both its creators, give one part back, and fill again."""
        beside = (order[0] ^ 1, *order[1:])
        first = self._sell_now(order)
        for one in (beside, beside, order):
            self._sell_now(one)
        if not is_rejected:
            self._refund(first, self._part_of(first, 1000), at_once=True, twice=False)
        elif first in self._standing():
            self.set_rejected(first)
        for one in (order, beside, order):
            self._sell_now(one)

    @HAS_ROOM
    @rule(order=ORDER, days=HOLD, bps=RATE)
    def around_new_settings(self, order: Order, days: int, bps: int) -> None:
        """Change what a program gives between two orders, and hear of the first one again."""
        sale = self._sell_now(order)
        self.set_hold(sale.house, sale.place.style, days)
        self.set_rate(sale.house, sale.place.style, bps)
        self._sell_now(order)
        sale.in_shop = replace(sale.in_shop, at=self.tick())
        self.send_off(shop.write_order(sale, self.new_id()), at_once=True)

    @HAS_ROOM
    @rule(order=ORDER, seconds=st.sampled_from([-1, 0]), is_held=st.booleans())
    def at_the_end_of_hold(self, order: Order, seconds: int, is_held: bool) -> None:
        """Let the job run in the second a hold ends, and the one before, in review and not."""
        sale = self._sell_now(order)
        if sale.release_at is None:
            return
        if is_held:
            self.set_held(sale)
        self.pass_time(max(timedelta(), sale.release_at - self.now) + timedelta(seconds=seconds))
        self.release(sale.house)
        if is_held:
            self._unhold(sale)

    @HAS_ROOM
    @rule(order=WORTH_MUCH, kind=KIND, bps=BPS, days=st.sampled_from([0, 1]), answer=ANSWER)
    def around_a_new_tax_rate(
        self, order: Order, kind: str, bps: int, days: int, answer: str
    ) -> None:
        """Approve on the day a rate begins or the one before, and send when it has begun."""
        house = self._sell_now(order).house
        self.pass_time(timedelta(days=61))
        self.release(house)
        self.set_tax_rate(house, kind, bps, days)
        self.pay_all(house)
        self.pass_time(timedelta(days=1))
        self.send(house, answer, None)

    @HAS_ROOM
    @rule(order=ORDER, is_suspended=st.booleans())
    def stopped_on_pay_day(self, order: Order, is_suspended: bool) -> None:
        """Suspend whoever is to be paid, or let him change his account, at the last moment."""
        sale = self._sell_now(order)
        self.pass_time(timedelta(days=61))
        self.release(sale.house)
        if is_suspended:
            self.set_suspended(sale.house, sale.place)
        else:
            self.bank.open_account(sale.house, sale.place.party)
        self.pay_all(sale.house)

    def _sell_now(self, order: Order) -> Sale:
        sale = self.sell(*order)
        self.send_off(shop.write_order(sale, self.new_id()), at_once=True)
        return sale

    def _part_of(self, sale: Sale, part: int) -> Refund:
        """Return a refund of so many thousandths of the goods."""
        goods = sale.in_shop.total - sale.in_shop.shipping
        return Refund(self.new_id(), amount=goods * part // 1000)
