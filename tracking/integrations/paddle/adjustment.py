"""A Paddle adjustment: a refund or a credit of lines, or a chargeback and its reversal.

It begins as `pending_approval` and may be rejected. A chargeback takes the money at once; its
reversal is an adjustment of its own, so both go by the transaction.
"""

from tracking.domain.events import (
    DisputeEvent,
    DisputeStatus,
    RefundEvent,
    RefundLine,
    RefundStatus,
)
from tracking.integrations.base import MAX_LINES, check_refund
from tracking.integrations.minor import find_minor, minor, read_currency
from tracking.integrations.reading import Node

_STATUSES: dict[str, RefundStatus] = {
    "pending_approval": "pending",
    "approved": "succeeded",
    "rejected": "cancelled",
    "reversed": "cancelled",
}
_DISPUTES: dict[str, DisputeStatus] = {
    "chargeback_warning": "opened",
    "chargeback": "lost",
    "chargeback_reverse": "won",
    "chargeback_warning_reverse": "won",
}
_REFUNDS = {"refund": "refund", "credit": "refund", "credit_reverse": "reverse"}


def read_adjustment(node: Node) -> RefundEvent | DisputeEvent:
    """Read an adjustment.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    order, action = node.identifier("transaction_id"), node.text("action")
    totals = node.node("totals")
    currency = read_currency(totals, "currency_code")
    total = minor(totals, "total", currency)
    if action in _DISPUTES:
        return DisputeEvent(
            external_order_id=order,
            external_dispute_id=f"chargeback-{order}"[:80],
            status=_DISPUTES[action],
            occurred_at=node.time("updated_at"),
            amount=total,
        )
    if node.word("action", _REFUNDS) == "reverse":
        node.refuse("unknown_word", "action")
    lines = tuple(
        _read_line(item, currency)
        for item in node.nodes("items", at_most=MAX_LINES)
        if item.has("item_id")
    )
    told = sum(line.net_ex_tax + line.tax for line in lines)
    return check_refund(
        RefundEvent(
            external_order_id=order,
            external_refund_id=node.identifier("id"),
            status=node.word("status", _STATUSES),
            kind="partial_line" if lines else "amount_only",
            currency=currency,
            occurred_at=node.time("updated_at"),
            lines=lines,
            amount=max(0, total - told),
            total=total,
        )
    )


def _read_line(item: Node, currency: str) -> RefundLine:
    totals = item.node("totals")
    net, tax = minor(totals, "subtotal", currency), find_minor(totals, "tax", currency)
    return RefundLine(item.identifier("item_id"), 0, net, tax)
