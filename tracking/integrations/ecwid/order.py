"""An order of Ecwid's REST API v3.

- Its own number (`internalId`, formerly `orderNumber`) is the key: the `id` that people see can be
  changed by the shop.
- `couponAmount` and `discounts` of a line are its part of coupon and other discounts.
- `includeInPrice` of a tax says how prices are shown and may contradict the totals, so the totals
  tell which taxes the prices held.
- Paid: no body tells when. The order's creation stands in; the hold's anchor is bounded anyway.
- Refunds: the running total `refundedAmount`; the list beside it has no ids.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from core.signing import normalise_email
from tracking.domain.events import Customer, Discount, Line, OrderSnapshot, OrderStatus, RefundEvent
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    PAID_STATUSES,
    check_snapshot,
    collect_clicks,
    has_paid_marker,
    normalise_code,
    normalise_country,
    query_pairs,
)
from tracking.integrations.ecwid.signature import read_seconds
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.sums import Item, make_line, running_refund
from tracking.services.adapters import HashEmail

UNFINISHED = "INCOMPLETE"

STATUSES: Mapping[str, OrderStatus] = {
    "PAID": "paid",
    "PARTIALLY_REFUNDED": "partially_refunded",
    "REFUNDED": "refunded",
    "AWAITING_PAYMENT": "pending",
    "AUTHORIZED": "authorized",
    "CANCELLED": "cancelled",
    "CUSTOM_PAYMENT_STATUS_1": "pending",
    "CUSTOM_PAYMENT_STATUS_2": "pending",
    "CUSTOM_PAYMENT_STATUS_3": "pending",
}

Held = Literal["none", "all", "some"]  # which of the taxes the prices held


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with its taxes apart: in all, and those its price held."""

    node: Node
    value: int
    discount: int
    tax: int
    held: int


def read_order(
    body: Node, currency: str, hash_email: HashEmail
) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    mode = _find_held(body, currency)
    rows = [_read_row(node, currency, mode) for node in _items(body)]
    shipping, shipping_tax = _read_shipping(body, currency, mode)
    _check_tax(body, currency, rows, shipping_tax)
    status = body.word("paymentStatus", STATUSES)
    placed_at = read_seconds(body, "createTimestamp")
    landing = query_pairs(body.values.get("refererUrl"))
    order_id = find_key(body)
    snapshot = OrderSnapshot(
        external_order_id=order_id,
        external_number=_read_number(body),
        version=microseconds(read_seconds(body, "updateTimestamp")),
        status=status,
        currency=currency,
        total=body.amount("total", currency),
        lines=tuple(_make_line(row, mode) for row in rows),
        placed_at=placed_at,
        paid_at=placed_at if status in PAID_STATUSES else None,
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax_total=_find(body, "tax", currency),
        tax_included=mode == "all",
        discounts=tuple(_read_discounts(body, currency)),
        customer=_read_customer(body, hash_email),
        clicks=collect_clicks(_click_candidates(body, landing)),
        has_paid_marker=has_paid_marker(landing),
    )
    refunded = _find(body, "refundedAmount", currency)
    refunds = running_refund(order_id=order_id, currency=currency, total=refunded)
    return check_snapshot(snapshot), refunds


def find_key(body: Node) -> str:
    return body.identifier("internalId" if body.has("internalId") else "orderNumber")


def _items(body: Node) -> list[Node]:
    body.required("items")
    return body.nodes("items", at_most=MAX_LINES)


def _find(node: Node, name: str, currency: str) -> int:
    return node.amount(name, currency) if node.has(name) else 0


def _value(node: Node, currency: str) -> int:
    return node.amount("price", currency) * node.quantity("quantity")


def _find_held(body: Node, currency: str) -> Held:
    """Tell which taxes the prices held: none, all, or those that say so. The total decides."""
    before = _sum_before_tax(body, currency)
    tax = _find(body, "tax", currency)
    on_top = sum(_sum_on_top(body, currency))
    name = "total"
    if body.has("totalBeforeGiftCardRedemption"):
        name = "totalBeforeGiftCardRedemption"
    total = body.amount(name, currency)
    ways: dict[int, Held] = {before + on_top: "some", before: "all", before + tax: "none"}
    if total not in ways:
        body.refuse("inconsistent_money", name)
    return ways[total]


def _is_held(tax: Node, mode: Held) -> bool:
    return mode == "all" or (mode == "some" and tax.flag("includeInPrice"))


def _sum_before_tax(body: Node, currency: str) -> int:
    goods = sum(_value(node, currency) for node in _items(body))
    if body.amount("subtotal", currency) != goods:
        body.refuse("inconsistent_money", "subtotal")
    shipping = body.find_node("shippingOption") or Node({}, "shippingOption")
    fee = body.find_node("handlingFee") or Node({}, "handlingFee")
    off = _find(body, "couponDiscount", currency) + _find(body, "discount", currency)
    extra = sum(_find(node, "total", currency) for node in body.nodes("customSurcharges"))
    extra += _find(fee, "value", currency) + _find(body, "tip", currency)
    return goods - off + _find(shipping, "shippingRate", currency) + extra


def _sum_on_top(body: Node, currency: str) -> Iterator[int]:
    for node in _items(body):
        for tax in node.nodes("taxes"):
            if not tax.flag("includeInPrice"):
                yield _find(tax, "total", currency)


def _read_row(node: Node, currency: str, mode: Held) -> _Row:
    taxes = [(_tax_on_goods(tax, currency), _is_held(tax, mode)) for tax in node.nodes("taxes")]
    return _Row(
        node=node,
        value=_value(node, currency),
        discount=_find(node, "couponAmount", currency)
        + sum(_find(part, "total", currency) for part in node.nodes("discounts")),
        tax=sum(amount for amount, _ in taxes),
        held=sum(amount for amount, held in taxes if held),
    )


def _tax_on_goods(tax: Node, currency: str) -> int:
    if tax.has("taxOnDiscountedSubtotal"):
        return tax.amount("taxOnDiscountedSubtotal", currency)
    return _find(tax, "total", currency) - _find(tax, "taxOnShipping", currency)


def _read_shipping(body: Node, currency: str, mode: Held) -> tuple[int, int]:
    option = body.find_node("shippingOption") or Node({}, "shippingOption")
    taxes = body.nodes("taxesOnShipping")
    parts = [(_find(tax, "total", currency), _is_held(tax, mode)) for tax in taxes]
    price = _find(option, "shippingRate", currency)
    return price - sum(amount for amount, held in parts if held), sum(a for a, _ in parts)


def _check_tax(body: Node, currency: str, rows: list[_Row], shipping_tax: int) -> None:
    """Refuse where the lines' taxes exceed the order's, or leave a part of a held tax open."""
    rest = _find(body, "tax", currency) - sum(row.tax for row in rows) - shipping_tax
    if rest < 0 or (rest and any(row.held for row in rows)):
        body.refuse("inconsistent_money", "tax")


def _make_line(row: _Row, mode: Held) -> Line:
    """Return the line; a price that held some of its taxes is told without them."""
    node = row.node
    item = Item(
        line_id=node.identifier("id"),
        product_ref=node.find_identifier("productId"),
        variant_ref=node.find_identifier("combinationId"),
        sku=node.text("sku"),
        title=node.text("name"),
        quantity=max(1, node.quantity("quantity")),
        is_gift_card=node.flag("isGiftCard"),
        collections=_read_category(node),
    )
    is_whole = mode == "all"
    gross = row.value if is_whole else row.value - row.held
    return make_line(
        item, gross=gross, discount=row.discount, tax=row.tax, is_tax_included=is_whole
    )


def _read_category(node: Node) -> tuple[str, ...] | None:
    found = node.find_identifier("categoryId")
    return (found,) if found not in ("", "0") else None


def _read_number(body: Node) -> str:
    for name in ("id", "vendorOrderNumber", "orderNumber"):
        if body.has(name):
            return body.text(name, at_most=80)
    return ""


def _read_discounts(body: Node, currency: str) -> Iterator[Discount]:
    coupon = body.find_node("discountCoupon")
    if coupon is not None:
        raw = coupon.text("code")
        amount = _find(body, "couponDiscount", currency)
        yield Discount("code" if raw else "manual", amount, normalise_code(raw), raw)
    other = _find(body, "discount", currency)
    if other:
        yield Discount("automatic", other)


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    email = normalise_email(body.text("email"))
    shipping = body.find_node("shippingPerson") or Node({}, "shippingPerson")
    billing = body.find_node("billingPerson") or Node({}, "billingPerson")
    return Customer(
        external_id=body.find_identifier("customerId"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(shipping.text("countryCode") or billing.text("countryCode")),
    )


def _click_candidates(body: Node, landing: list[tuple[str, str]]) -> Iterator[tuple[object, str]]:
    for field in body.nodes("orderExtraFields"):
        if CLICK_PARAMETER in (field.values.get("id"), field.values.get("title")):
            yield field.values.get("value"), "order_field"
    for name, value in landing:
        if name == CLICK_PARAMETER:
            yield value, "landing_url"
