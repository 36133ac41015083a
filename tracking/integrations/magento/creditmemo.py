"""A Magento credit memo: what of an order went back.

Its rows are priced like the order's. `base_grand_total` is the money; what rows and shipping do not
explain (an adjustment) is goods of no line, and an adjustment fee lowers the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tracking.domain.events import RefundEvent, RefundLine, RefundStatus
from tracking.integrations.base import MAX_LINES
from tracking.integrations.magento.fields import find_money, utc
from tracking.integrations.reading import Node
from tracking.integrations.sums import make_refund, read_units

_STATES: Mapping[str, RefundStatus] = {"1": "pending", "2": "succeeded", "3": "cancelled"}


def read_creditmemo(body: Node) -> RefundEvent:
    """Read a credit memo.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency = body.currency("base_currency_code")
    status = body.word("state", _STATES)
    refund = make_refund(
        order_id=body.identifier("order_id"),
        refund_id=body.identifier("entity_id"),
        currency=currency,
        total=body.amount("base_grand_total", currency),
        lines=_read_lines(body, currency),
        shipping=_read_shipping(body, currency),
        occurred_at=utc(body, "created_at"),
    )
    return replace(refund, status=status)


def _read_lines(body: Node, currency: str) -> Iterator[RefundLine]:
    for node in body.nodes("items", at_most=MAX_LINES):
        net = find_money(node, "base_row_total", currency)
        net -= find_money(node, "base_discount_amount", currency)
        net += find_money(node, "base_discount_tax_compensation_amount", currency)
        tax = find_money(node, "base_tax_amount", currency)
        if net < 0:
            node.refuse("inconsistent_money", "base_discount_amount")
        if net + tax:
            yield RefundLine(node.identifier("order_item_id"), read_units(node, "qty"), net, tax)


def _read_shipping(body: Node, currency: str) -> int:
    if body.has("base_shipping_incl_tax"):
        return body.amount("base_shipping_incl_tax", currency)
    price = find_money(body, "base_shipping_amount", currency)
    return price + find_money(body, "base_shipping_tax_amount", currency)
