"""What platforms with poorer bodies share: totals that must explain each other, and spreading.

Some tell discount or tax for the whole order alone, some say "tax included" of prices that are
not. The totals decide: they add up in one way, or the body is refused.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from core.money import EXPONENTS, MAX_MINOR, allocate, divide_half_up
from tracking.domain.events import Line, RefundEvent, RefundKind, RefundLine
from tracking.integrations.base import check_refund
from tracking.integrations.reading import MAX_DIGITS, MAX_QUANTITY, Node

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """What one line is, apart from its money."""

    line_id: str
    product_ref: str = ""
    variant_ref: str = ""
    sku: str = ""
    title: str = ""
    quantity: int = 1
    is_gift_card: bool = False
    collections: tuple[str, ...] | None = None


def make_line(
    item: Item, *, gross: int, discount: int, tax: int, is_tax_included: bool = False
) -> Line:
    """Return a line whose net follows from what its price was, lost and held."""
    net = gross - discount - (tax if is_tax_included else 0)
    return Line(
        external_line_id=item.line_id,
        product_ref=item.product_ref,
        variant_ref=item.variant_ref,
        sku=item.sku,
        title=item.title,
        quantity=item.quantity,
        gross=gross,
        discount=discount,
        net_ex_tax=net,
        tax=tax,
        is_gift_card=item.is_gift_card,
        collections=item.collections,
    )


def is_tax_included(node: Node, name: str, *, before_tax: int, tax: int, total: int) -> bool:
    """Tell by the total whether the prices held the tax.

    :raises PayloadRefused: `inconsistent_money` where the amounts explain the total neither way.
    """
    if total not in (before_tax, before_tax + tax):
        node.refuse("inconsistent_money", name)
    return before_tax + tax != total


def read_units(node: Node, name: str) -> int:
    """Return a quantity such as 2, 2.0 or "2.000"; 1.5 of something sold by weight is one unit."""
    number = _read_decimal(node, name, "bad_quantity")
    if not 0 <= number <= MAX_QUANTITY:
        node.refuse("bad_quantity", name)
    return int(number)


def read_rounded(node: Node, name: str, currency: str, units: int = 1) -> int:
    """Return so many times an amount, rounded half up to the currency's digits.

    For amounts that a platform says it reckons with more digits than it charges, and for no other.
    """
    worth = _read_decimal(node, name, "bad_amount") * units
    if worth < 0:
        node.refuse("negative_amount", name)
    if worth > MAX_MINOR:
        node.refuse("amount_too_large", name)
    minor = worth.scaleb(EXPONENTS[currency]).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(minor)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight, no share above its weight; what exceeds all of them is left."""
    whole = sum(weights)
    return allocate(min(amount, whole), weights) if whole else [0] * len(weights)


def running_refund(
    *,
    order_id: str,
    currency: str,
    total: int,
    is_test: bool = False,
    occurred_at: datetime | None = None,
) -> tuple[RefundEvent, ...]:
    """Return what an order says went back so far, as one event; none of nothing."""
    if not total:
        return ()
    refund = RefundEvent(
        external_order_id=order_id,
        external_refund_id="total",
        status="succeeded",
        kind="amount_only",
        currency=currency,
        occurred_at=occurred_at,
        total=total,
        cumulative_total=total,
        is_test=is_test,
    )
    return (check_refund(refund),)


def make_refund(
    *,
    order_id: str,
    refund_id: str,
    currency: str,
    total: int,
    lines: Iterable[RefundLine],
    shipping: int = 0,
    occurred_at: datetime | None = None,
) -> RefundEvent:
    """Return a refund of so much money: shipping claims it first, then the lines it names.

    Lines worth more than what went back share it by value; what they do not claim is goods of no
    line.
    """
    shipping = min(shipping, total)
    named = _within(_merge(lines), total - shipping)
    amount = total - shipping - sum(_worth(line) for line in named)
    kind: RefundKind = "partial_line"
    if not named:
        kind = "shipping_only" if shipping and not amount else "amount_only"
    refund = RefundEvent(
        external_order_id=order_id,
        external_refund_id=refund_id,
        status="succeeded",
        kind=kind,
        currency=currency,
        occurred_at=occurred_at,
        lines=named,
        amount=amount,
        shipping=shipping,
        total=total,
    )
    return check_refund(refund)


def take_units(line: Line, quantity: int) -> RefundLine:
    """Return what some units of a line are worth, all of it for all of them."""
    units = min(quantity, line.quantity)
    net = divide_half_up(line.net_ex_tax * units, line.quantity)
    tax = divide_half_up(line.tax * units, line.quantity)
    return RefundLine(line.external_line_id, units, net, tax)


def _merge(lines: Iterable[RefundLine]) -> tuple[RefundLine, ...]:
    found: dict[str, RefundLine] = {}
    for line in lines:
        known = found.get(line.external_line_id, RefundLine(line.external_line_id, 0, 0, 0))
        found[line.external_line_id] = RefundLine(
            line.external_line_id,
            known.quantity + line.quantity,
            known.net_ex_tax + line.net_ex_tax,
            known.tax + line.tax,
        )
    return tuple(line for line in found.values() if _worth(line))


def _within(lines: tuple[RefundLine, ...], money: int) -> tuple[RefundLine, ...]:
    if sum(_worth(line) for line in lines) <= money:
        return lines
    shares = allocate(money, [_worth(line) for line in lines])
    return tuple(_share(line, share) for line, share in zip(lines, shares, strict=True))


def _share(line: RefundLine, share: int) -> RefundLine:
    net, tax = allocate(share, [line.net_ex_tax, line.tax])
    return RefundLine(line.external_line_id, line.quantity, net, tax)


def _worth(line: RefundLine) -> int:
    return line.net_ex_tax + line.tax


def _read_decimal(node: Node, name: str, code: str) -> Decimal:
    value = node.required(name)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        node.refuse("wrong_type", name)
    if len(str(value)) > 2 * MAX_DIGITS or (isinstance(value, str) and not _PLAIN.match(value)):
        node.refuse(code, name)
    try:
        number = Decimal(value)
    except InvalidOperation:
        node.refuse(code, name)
    if not number.is_finite() or (number and abs(number.adjusted()) > MAX_DIGITS):
        node.refuse(code, name)
    return number
