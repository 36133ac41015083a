"""The many ordinary orders: how many a day, of what, through whom. The seed is fixed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from portal.demo.calendar import Calendar
from portal.demo.cast import CREATORS, PRODUCTS, Creator, Product
from portal.demo.sales import Back, Later, Return, Sale, Touch, all_goods, goods_of

FIRST_DAY = 118
SPIKE = range(10, 14)
SPIKE_ORDERS = 4.0
ORDERS_A_DAY = 1.0
WEEK = (0.8, 0.9, 1.0, 1.0, 1.1, 1.3, 0.9)
NOBODY_WEIGHT = 8
SUSPENDED_DAY = 17
LONGEST_WAIT = 12
REFUNDED = 0.05
SHOPPERS = 140
COUNTRIES = ("DE", "DE", "DE", "AT", "NL", "FR")
HOURS = (8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 19, 20, 20, 21, 22)
NEEDS_CLICK = {"coupon-corner", "cashback-club"}


@dataclass(frozen=True, slots=True)
class Crowd:
    """Where ordinary orders come from."""

    calendar: Calendar
    rng: Random
    creators: Sequence[Creator] = CREATORS
    products: Sequence[Product] = PRODUCTS
    currency: str = "EUR"
    first_day: int = FIRST_DAY

    def make(self, scale: float) -> tuple[list[Sale], list[Later]]:
        """Return the orders of all days until yesterday, and the refunds of some of them."""
        days = range(self.first_day, 0, -1)
        sales = [self._sale(day) for day in days for _ in range(self._count(day, scale))]
        later = [refund for sale in sales if (refund := self._refund(sale)) is not None]
        return sales, later

    def _count(self, day: int, scale: float) -> int:
        growth = 1 + (self.first_day - day) / self.first_day / 2
        usual = ORDERS_A_DAY * WEEK[day % len(WEEK)] * growth
        wanted = (usual + (SPIKE_ORDERS if day in SPIKE else 0)) * scale
        return int(wanted) + (self.rng.random() < wanted % 1)

    def _sale(self, day: int) -> Sale:
        rng = self.rng
        sale = Sale(
            placed_at=self._time(day),
            basket=self._basket(),
            shopper=f"shopper-{rng.randrange(SHOPPERS)}@mail.example",
            country=rng.choice(COUNTRIES),
            currency=self.currency,
            is_wholesale=self.currency == "EUR" and rng.random() < 0.08,
        )
        creator = self._pick(day)
        if creator is None:
            return sale
        touches, code = self._signals(creator, day, sale.placed_at)
        return replace(sale, touches=touches, code=code)

    def _time(self, day: int) -> datetime:
        rng = self.rng
        clock = f"{rng.choice(HOURS):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
        return self.calendar.at(day, clock)

    def _basket(self) -> tuple[tuple[Product, int], ...]:
        weights = [product.weight for product in self.products]
        picked = self.rng.choices(self.products, weights, k=self.rng.choice((1, 1, 2, 2, 3)))
        return tuple((product, picked.count(product)) for product in dict.fromkeys(picked))

    def _pick(self, day: int) -> Creator | None:
        able = [
            one
            for one in self.creators
            if one.joined - 2 > day and not (one.key == "vera" and day <= SUSPENDED_DAY)
        ]
        weights = [NOBODY_WEIGHT, *(one.orders for one in able)]
        return self.rng.choices([None, *able], weights)[0]

    def _signals(
        self, creator: Creator, day: int, placed_at: datetime
    ) -> tuple[tuple[Touch, ...], str]:
        """Return what leads to the creator: a click, a code or both; sometimes another's click."""
        kinds = ("both",) if creator.key in NEEDS_CLICK else ("click", "click", "code", "both")
        kind = self.rng.choice(kinds)
        touches = [] if kind == "code" else [self._touch(creator, day, placed_at)]
        other = self._pick(day + LONGEST_WAIT)
        if other and other != creator and touches and self.rng.random() < 0.1:
            touches.append(self._touch(other, day + LONGEST_WAIT, touches[0].at))
        return tuple(touches), creator.code if kind != "click" else ""

    def _touch(self, creator: Creator, day: int, before: datetime) -> Touch:
        room = min(LONGEST_WAIT, creator.joined - 2 - day)
        wait = timedelta(days=room * self.rng.random() ** 3, seconds=90 + self.rng.randrange(3600))
        return Touch(creator.key, before - wait, self.rng.randrange(1 + len(creator.pages)))

    def _refund(self, sale: Sale) -> Later | None:
        rng = self.rng
        at = sale.placed_at + timedelta(days=rng.randrange(3, 15), seconds=rng.randrange(3600))
        if rng.random() > REFUNDED or at >= self.calendar.at(0, "00:00"):
            return None
        return Later(at, sale, "refund.created", rng.choice(_KINDS)(sale))


def _everything(sale: Sale) -> Return:
    shipping = sale.shipping + sale.shipping_tax
    return Return(all_goods(sale), shipping=shipping)


def _one_item(sale: Sale) -> Return:
    return Return(goods_of(sale, {1: 1}))


def _some_amount(sale: Sale) -> Return:
    net = sale.lines[0].net // 4
    return Return((Back(1, 0, net, sale.lines[0].tax // 4),))


_KINDS = (_everything, _one_item, _one_item, _some_amount)
