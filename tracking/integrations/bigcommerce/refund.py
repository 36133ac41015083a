"""A BigCommerce refund (v3): items by line and quantity, or an amount of the order or shipping."""

from core.money import allocate, divide_half_up
from tracking.domain.events import OrderSnapshot, RefundEvent, RefundLine
from tracking.integrations.base import MAX_LINES, check_refund
from tracking.integrations.bigcommerce.order import rounded
from tracking.integrations.reading import Node


def read_refund(node: Node, order: OrderSnapshot) -> RefundEvent:
    """Read a refund of an order; an item without an amount is worth its units' part of the line.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    total = node.amount("total_amount", order.currency)
    lines, shipping = [], 0
    for item in node.nodes("items", at_most=MAX_LINES):
        if item.text("item_type") == "PRODUCT":
            lines += _read_line(item, order)
        elif item.text("item_type") == "SHIPPING" and item.has("requested_amount"):
            shipping += rounded(item, "requested_amount", order.currency)
    shipping = min(shipping, total)
    goods = sum(line.net_ex_tax + line.tax for line in lines)
    if goods > total - shipping:
        lines, goods = _scale(lines, total - shipping), total - shipping
    payments = node.nodes("payments")
    is_declined = bool(payments) and all(one.flag("is_declined") for one in payments)
    amount = total - goods - shipping
    only_shipping = shipping > 0 and not lines and not amount
    return check_refund(
        RefundEvent(
            external_order_id=order.external_order_id,
            external_refund_id=node.identifier("id"),
            status="failed" if is_declined else "succeeded",
            kind="partial_line" if lines else "shipping_only" if only_shipping else "amount_only",
            currency=order.currency,
            occurred_at=node.find_time("created"),
            lines=tuple(lines),
            amount=amount,
            shipping=shipping,
            total=total,
        )
    )


def _read_line(item: Node, order: OrderSnapshot) -> list[RefundLine]:
    line_id, units = item.identifier("item_id"), item.quantity("quantity")
    line = next((one for one in order.lines if one.external_line_id == line_id), None)
    if line is None or not units:
        return []
    if item.has("requested_amount"):
        worth = rounded(item, "requested_amount", order.currency)
    else:
        worth = divide_half_up((line.net_ex_tax + line.tax) * units, line.quantity)
    if not worth or not line.net_ex_tax + line.tax:
        return []
    net, tax = allocate(worth, [line.net_ex_tax, line.tax])
    return [RefundLine(line_id, units, net, tax)]


def _scale(lines: list[RefundLine], goods: int) -> list[RefundLine]:
    shares = allocate(goods, [line.net_ex_tax + line.tax for line in lines])
    scaled = []
    for line, share in zip(lines, shares, strict=True):
        net, tax = allocate(share, [line.net_ex_tax, line.tax])
        scaled.append(RefundLine(line.external_line_id, line.quantity, net, tax))
    return scaled
