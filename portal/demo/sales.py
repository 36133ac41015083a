"""Orders and refunds of the demo's shops, as bodies of the generic webhook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.money import allocate, apply_bps, to_decimal
from portal.demo.cast import CODE_BPS, Product

Body = dict[str, Any]

SHIPPING_MINOR = 490
FREE_FROM_MINOR = 6000
SHIPPING_TAX_BPS = 1900
PAID_AFTER = timedelta(seconds=40)


@dataclass(frozen=True, slots=True)
class Touch:
    """A click that an order carries: whose, on which of his links, and when."""

    creator: str
    at: datetime
    link: int = 0


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line without tax and its tax, in minor units."""

    product: Product
    quantity: int
    discount: int

    @property
    def gross(self) -> int:
        return self.product.price * self.quantity

    @property
    def net(self) -> int:
        return self.gross - self.discount

    @property
    def tax(self) -> int:
        return apply_bps(self.net, self.product.tax_bps)


@dataclass(frozen=True, slots=True)
class Sale:
    """One order as it was placed.

    `story` is its name where it tells one. `touches`: the newest first; a store passes on two at
    most. `discount` None: what a code takes off. `forged` stands in for a token.
    """

    placed_at: datetime
    basket: tuple[tuple[Product, int], ...]
    shopper: str
    story: str = ""
    code: str = ""
    discount: int | None = None
    touches: tuple[Touch, ...] = ()
    status: str = "paid"
    is_test: bool = False
    is_wholesale: bool = False
    forged: str = ""
    currency: str = "EUR"
    country: str = "DE"
    paid_at: datetime | None = None
    received_at: datetime | None = None

    @property
    def lines(self) -> list[SoldLine]:
        """Return the lines with their share of the discount: gift cards take no part."""
        values = [0 if p.is_gift_card else p.price * count for p, count in self.basket]
        usual = apply_bps(sum(values), CODE_BPS) if self.code else 0
        shares = allocate(usual if self.discount is None else self.discount, values)
        rows = zip(self.basket, shares, strict=True)
        return [SoldLine(p, count, share) for (p, count), share in rows]

    @property
    def shipping(self) -> int:
        is_free = sum(line.net for line in self.lines) >= FREE_FROM_MINOR
        return 0 if is_free or self.currency != "EUR" else SHIPPING_MINOR

    @property
    def shipping_tax(self) -> int:
        return apply_bps(self.shipping, SHIPPING_TAX_BPS)

    @property
    def total(self) -> int:
        goods = sum(line.net + line.tax for line in self.lines)
        return goods + self.shipping + self.shipping_tax


@dataclass(frozen=True, slots=True)
class Later:
    """Something a store tells of an order after it was placed; `kind` is the webhook's type.

    `edited`: the order as the shopper changed it, where that is told.
    """

    at: datetime
    sale: Sale
    kind: str
    back: "Return | None" = None
    edited: Sale | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """Goods of one line that went back; `line` counts from 1, amounts are minor units."""

    line: int
    quantity: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Return:
    """What of an order went back."""

    goods: Sequence[Back] = ()
    amount: int = 0
    shipping: int = 0
    number: int = 1


def goods_of(sale: Sale, counts: Mapping[int, int]) -> tuple[Back, ...]:
    """Return so many of each line, by its place from 1, with their part of net and tax."""
    lines = sale.lines
    return tuple(
        Back(
            place,
            count,
            lines[place - 1].net * count // lines[place - 1].quantity,
            lines[place - 1].tax * count // lines[place - 1].quantity,
        )
        for place, count in counts.items()
    )


def all_goods(sale: Sale) -> tuple[Back, ...]:
    return goods_of(sale, {place: line.quantity for place, line in enumerate(sale.lines, start=1)})


def order_body(sale: Sale, number: str, *, tokens: Sequence[str], at: datetime) -> Body:
    """Return the whole order as its store knows it at `at`."""
    currency = sale.currency
    body: Body = {
        "id": number,
        "number": number,
        "updated_at": stamp(at),
        "placed_at": stamp(sale.placed_at),
        "status": sale.status,
        "currency": currency,
        "total": major(sale.total, currency),
        "shipping": major(sale.shipping, currency),
        "shipping_tax": major(sale.shipping_tax, currency),
        "lines": [_line(place, line, currency) for place, line in enumerate(sale.lines, start=1)],
        "discounts": _discounts(sale),
        "customer": {"email": sale.shopper, "country": sale.country},
    }
    if sale.status in {"paid", "cancelled"}:
        body["paid_at"] = stamp(sale.paid_at or sale.placed_at + PAID_AFTER)
    if sale.status == "cancelled":
        body["cancelled_at"] = stamp(at)
    if sale.is_test:
        body["test"] = True
    return body | _carried(tokens)


def refund_body(sale: Sale, number: str, back: Return, *, at: datetime) -> Body:
    """Return one refund of an order."""
    total = sum(one.net + one.tax for one in back.goods) + back.amount + back.shipping
    return {
        "id": f"R-{number}-{back.number}",
        "order_id": number,
        "currency": sale.currency,
        "refunded_at": stamp(at),
        "total": major(total, sale.currency),
        "amount": major(back.amount, sale.currency),
        "shipping": major(back.shipping, sale.currency),
        "lines": [
            {
                "id": str(one.line),
                "quantity": one.quantity,
                "net": major(one.net, sale.currency),
                "tax": major(one.tax, sale.currency),
            }
            for one in back.goods
        ],
    }


def dispute_body(number: str, *, at: datetime) -> Body:
    """Return a chargeback over a whole order."""
    return {"id": f"D-{number}", "order_id": number, "at": stamp(at)}


def major(amount_minor: int, currency: str) -> str:
    return str(to_decimal(amount_minor, currency))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _line(place: int, line: SoldLine, currency: str) -> Body:
    product = line.product
    return {
        "id": str(place),
        "product_id": product.key,
        "sku": product.key.upper(),
        "title": product.title,
        "quantity": line.quantity,
        "gross": major(line.gross, currency),
        "discount": major(line.discount, currency),
        "tax": major(line.tax, currency),
        "gift_card": product.is_gift_card,
        "collections": [product.collection],
    }


def _discounts(sale: Sale) -> list[Body]:
    taken = sum(line.discount for line in sale.lines)
    if not sale.code:
        return []
    return [{"code": sale.code, "amount": major(taken, sale.currency)}]


def _carried(tokens: Sequence[str]) -> Body:
    """Put the newest token where a store's own field is, the one before into the landing page."""
    carried = dict(zip(("click", "landing_url"), tokens, strict=False))
    if "landing_url" in carried:
        carried["landing_url"] = f"https://shop.example/?fs_click={carried['landing_url']}"
    return carried
