"""A Medusa order of either version; only the form of its money and its payments differ.

- Of a line and of shipping: `subtotal` is before discounts and without tax, `total` after them and
  with it, `tax_total` the tax that is left. What discounts took off follows from the three.
- Gift cards lower the order's `total`, from which nothing is reckoned.
- Paid: `captured_at` of the last payment.
- Refunds have their own ids and name no lines.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from core.money import EXPONENTS
from core.signing import normalise_email
from tracking.domain.events import Customer, Discount, Line, OrderSnapshot, OrderStatus, RefundEvent
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    PAID_STATUSES,
    check_snapshot,
    collect_clicks,
    normalise_code,
    normalise_country,
)
from tracking.integrations.medusa.money import Read
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.sums import Item, make_line, make_refund
from tracking.services.adapters import HashEmail

_STATUSES: Mapping[str, OrderStatus] = {
    "not_paid": "pending",
    "awaiting": "pending",
    "requires_action": "pending",
    "authorized": "authorized",
    "partially_authorized": "pending",
    "captured": "paid",
    "partially_captured": "partially_paid",
    "partially_refunded": "partially_refunded",
    "refunded": "refunded",
    "canceled": "failed",
}


def read_order(
    body: Node, read: Read, hash_email: HashEmail
) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order, its amounts by `read`.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency = _read_currency(body)
    body.required("items")
    items = body.nodes("items", at_most=MAX_LINES)
    shipping = [_read_net(node, read, currency) for node in body.nodes("shipping_methods")]
    payments = _payments(body)
    status, paid_at = _read_payment(body, payments)
    snapshot = OrderSnapshot(
        external_order_id=body.identifier("id"),
        external_number=body.text("display_id", at_most=80),
        version=microseconds(body.time("updated_at")),
        status=status,
        currency=currency,
        total=read(body, "total", currency),
        lines=tuple(_read_line(node, read, currency) for node in items),
        placed_at=body.time("created_at"),
        paid_at=paid_at,
        shipping=sum(net for net, _ in shipping),
        shipping_tax=sum(tax for _, tax in shipping),
        tax_total=read(body, "tax_total", currency),
        discounts=tuple(_read_discounts(body, items, read, currency)),
        customer=_read_customer(body, hash_email),
        clicks=collect_clicks(_click_candidates(body, items)),
    )
    refunds = body.nodes("refunds") + [one for node in payments for one in node.nodes("refunds")]
    events = [_read_refund(node, snapshot, read) for node in refunds]
    return check_snapshot(snapshot), tuple(event for event in events if event.total)


def _read_currency(body: Node) -> str:
    code = body.text("currency_code").upper()
    if code not in EXPONENTS:
        body.refuse("unknown_currency" if code else "missing_field", "currency_code")
    return code


def _read_net(node: Node, read: Read, currency: str) -> tuple[int, int]:
    """Return what is left after discounts without tax, and its tax."""
    total, tax = read(node, "total", currency), read(node, "tax_total", currency)
    if tax > total:
        node.refuse("inconsistent_money", "tax_total")
    return total - tax, tax


def _read_line(node: Node, read: Read, currency: str) -> Line:
    net, tax = _read_net(node, read, currency)
    gross = read(node, "subtotal", currency)
    if gross < net:
        node.refuse("inconsistent_money", "subtotal")
    return make_line(_read_item(node), gross=gross, discount=gross - net, tax=tax)


def _read_item(node: Node) -> Item:
    variant = node.find_node("variant") or Node({}, "variant")
    product = variant.find_node("product") or Node({}, "variant.product")
    collection = product.find_identifier("collection_id")
    return Item(
        line_id=node.identifier("id"),
        product_ref=node.find_identifier("product_id") or variant.find_identifier("product_id"),
        variant_ref=node.find_identifier("variant_id"),
        sku=node.text("variant_sku") or variant.text("sku"),
        title=node.text("title"),
        quantity=node.quantity("quantity"),
        is_gift_card=node.flag("is_giftcard"),
        collections=(collection,) if collection else None,
    )


def _payments(body: Node) -> list[Node]:
    """Return the payments: of the order in version 1, of its collections in version 2."""
    collections = body.nodes("payment_collections")
    return body.nodes("payments") + [one for node in collections for one in node.nodes("payments")]


def _read_payment(body: Node, payments: list[Node]) -> tuple[OrderStatus, datetime | None]:
    status = body.word("payment_status", _STATUSES)
    paid_at = None
    if status in PAID_STATUSES:
        captured = [node.time("captured_at") for node in payments if node.has("captured_at")]
        paid_at = max(captured, default=body.time("updated_at"))
    is_off = body.text("status") == "canceled" or body.has("canceled_at")
    return ("cancelled" if is_off else status), paid_at


def _read_discounts(body: Node, items: list[Node], read: Read, currency: str) -> Iterator[Discount]:
    """Yield each code with what it took off: lines of version 1 name the discount by its id."""
    codes = {
        node.identifier("id"): node.text("code")
        for node in body.nodes("discounts") + body.nodes("promotions")
        if node.has("id")
    }
    amounts = Counter[str]()
    for node in (one for item in items for one in item.nodes("adjustments")):
        by_id = node.find_identifier("discount_id") or node.find_identifier("promotion_id")
        amounts[node.text("code") or codes.get(by_id, "")] += read(node, "amount", currency)
    for raw in dict.fromkeys([*codes.values(), *amounts]):
        yield Discount("code" if raw else "automatic", amounts[raw], normalise_code(raw), raw)


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    email = normalise_email(body.text("email"))
    address = body.find_node("shipping_address") or body.find_node("billing_address")
    return Customer(
        external_id=body.find_identifier("customer_id"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(address.text("country_code")) if address else "",
    )


def _click_candidates(body: Node, items: list[Node]) -> Iterator[tuple[object, str]]:
    for node, carrier in [(body, "metadata"), *((item, "line_property") for item in items)]:
        metadata = node.values.get("metadata")
        if isinstance(metadata, dict):
            yield metadata.get(CLICK_PARAMETER), carrier


def _read_refund(node: Node, order: OrderSnapshot, read: Read) -> RefundEvent:
    return make_refund(
        order_id=order.external_order_id,
        refund_id=node.identifier("id"),
        currency=order.currency,
        total=read(node, "amount", order.currency),
        lines=(),
        occurred_at=node.find_time("created_at"),
    )
