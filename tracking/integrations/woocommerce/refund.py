"""A WooCommerce refund: thin inside its order, whole at /orders/<id>/refunds.

The order lists only ids and totals. Such a thin refund has no parts, counts as goods of no line,
and gives way to the whole one whenever that is known (`merge` keeps the richer of two).
A whole refund names lines by the meta `_refunded_item_id`. Quantities and totals are negative,
`amount` is positive. What its lines and its shipping do not explain is money of no line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.money import allocate
from tracking.domain.events import RefundEvent, RefundLine
from tracking.integrations.base import MAX_LINES, check_refund
from tracking.integrations.reading import Node
from tracking.integrations.woocommerce.fields import (
    find_gmt,
    meta_values,
    read_quantity,
    signed_money,
)

REFUNDED_ITEM = "_refunded_item_id"


@dataclass(frozen=True, slots=True)
class OrderHint:
    """What the order around a refund says, and the refund itself leaves out."""

    order_id: str
    currency: str
    is_test: bool


def read_thin_refund(node: Node, hint: OrderHint) -> RefundEvent:
    """Read an entry of the order's `refunds`."""
    total = abs(signed_money(node, "total", hint.currency))
    return _make_event(node, hint, total, (), amount=0, shipping=0)


def read_refund(node: Node, hint: OrderHint) -> RefundEvent:
    """Read a whole refund.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    total = node.amount("amount", hint.currency)
    lines = tuple(_read_lines(node, hint.currency))
    goods = sum(line.net_ex_tax + line.tax for line in lines)
    if goods > total:  # the shop took something off what it gave back
        lines, goods = _scale(lines, total), total
    shipping = min(_read_shipping(node, hint.currency), total - goods)
    amount = total - goods - shipping
    return _make_event(node, hint, total, lines, amount=amount, shipping=shipping)


def is_thin(refund: RefundEvent) -> bool:
    """Tell whether only the total of a refund is known."""
    return refund.total > 0 and not (refund.lines or refund.amount or refund.shipping)


def _make_event(
    node: Node,
    hint: OrderHint,
    total: int,
    lines: tuple[RefundLine, ...],
    *,
    amount: int,
    shipping: int,
) -> RefundEvent:
    only_shipping = shipping > 0 and not (lines or amount)
    return check_refund(
        RefundEvent(
            external_order_id=hint.order_id,
            external_refund_id=node.identifier("id"),
            status="succeeded",
            kind="partial_line" if lines else "shipping_only" if only_shipping else "amount_only",
            currency=hint.currency,
            occurred_at=find_gmt(node, "date_created"),
            lines=lines,
            amount=amount,
            shipping=shipping,
            total=total,
            is_test=hint.is_test,
        )
    )


def _read_lines(node: Node, currency: str) -> Iterator[RefundLine]:
    for line in node.nodes("line_items", at_most=MAX_LINES):
        of_line = next(iter(meta_values(line, REFUNDED_ITEM)), None)
        net = abs(signed_money(line, "total", currency))
        tax = abs(signed_money(line, "total_tax", currency)) if line.has("total_tax") else 0
        if isinstance(of_line, str | int) and str(of_line).isdecimal() and net + tax:
            yield RefundLine(str(of_line)[:80], abs(read_quantity(line)), net, tax)


def _read_shipping(node: Node, currency: str) -> int:
    return sum(
        abs(signed_money(line, "total", currency))
        + (abs(signed_money(line, "total_tax", currency)) if line.has("total_tax") else 0)
        for line in node.nodes("shipping_lines")
    )


def _scale(lines: tuple[RefundLine, ...], goods: int) -> tuple[RefundLine, ...]:
    shares = allocate(goods, [line.net_ex_tax + line.tax for line in lines])
    return tuple(_share(line, share) for line, share in zip(lines, shares, strict=True))


def _share(line: RefundLine, share: int) -> RefundLine:
    net, tax = allocate(share, [line.net_ex_tax, line.tax])
    return RefundLine(line.external_line_id, line.quantity, net, tax)
