"""An order of Wix's eCommerce Orders API (v1).

- `APPROVED` says that the order was placed, not that it was paid: only `paymentStatus` says that.
- A line: `totalPriceBeforeTax` and `totalPriceAfterTax` are what is left after every discount, of
  the line and of the cart; `totalDiscount` is what those took off, in the prices of the shop.
- Paid: the activity `ORDER_PAID` has its time; else the order's creation stands in.
- Refunds: the running total `balanceSummary.refunded`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from core.signing import normalise_email
from tracking.domain.events import (
    Customer,
    Discount,
    Line,
    OrderSnapshot,
    OrderStatus,
    RefundEvent,
    Subscription,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    PAID_STATUSES,
    check_snapshot,
    collect_clicks,
    normalise_code,
    normalise_country,
)
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.sums import Item, make_line, running_refund
from tracking.services.adapters import HashEmail

_STATUSES: Mapping[str, OrderStatus] = {
    "PAID": "paid",
    "PARTIALLY_REFUNDED": "partially_refunded",
    "FULLY_REFUNDED": "refunded",
    "PARTIALLY_PAID": "partially_paid",
    "AUTHORIZED": "authorized",
    "PENDING": "pending",
    "PENDING_MERCHANT": "pending",
    "PENDING_REFUND": "paid",
    "NOT_PAID": "pending",
    "UNSPECIFIED": "pending",
    "CANCELED": "failed",
    "DECLINED": "failed",
    "CHARGED_BACK": "refunded",
    "EXPIRED": "failed",
}
_OFF = frozenset({"CANCELED", "REJECTED"})


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency = body.currency("currency")
    body.required("taxIncludedPrices")
    is_included = body.flag("taxIncludedPrices")
    body.required("lineItems")
    items = body.nodes("lineItems", at_most=MAX_LINES)
    shipping, shipping_tax = _read_shipping(body, currency)
    summary = body.node("priceSummary")
    status, paid_at = _read_payment(body)
    subscription = _read_subscription(body)
    snapshot = OrderSnapshot(
        external_order_id=body.identifier("id"),
        external_number=body.text("number", at_most=80),
        version=microseconds(body.time("updatedDate")),
        status=status,
        currency=currency,
        total=money(summary, "total", currency),
        lines=tuple(_read_line(node, currency, is_tax_included=is_included) for node in items),
        placed_at=body.time("createdDate"),
        paid_at=paid_at,
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax_total=find_money(summary, "tax", currency),
        tax_included=is_included,
        discounts=tuple(_read_discounts(body, currency)),
        customer=_read_customer(body, hash_email),
        subscription=subscription,
        clicks=() if subscription.kind == "renewal" else collect_clicks(_click_candidates(body)),
    )
    balance = body.find_node("balanceSummary") or Node({}, "balanceSummary")
    refunds = running_refund(
        order_id=snapshot.external_order_id,
        currency=currency,
        total=find_money(balance, "refunded", currency),
    )
    return check_snapshot(snapshot), refunds


def money(node: Node, name: str, currency: str) -> int:
    """Return `{"amount": "9.99", "formattedAmount": …}` as minor units."""
    found = node.node(name)
    if not isinstance(found.required("amount"), str):
        found.refuse("amount_not_text", "amount")
    return found.amount("amount", currency)


def find_money(node: Node, name: str, currency: str) -> int:
    return money(node, name, currency) if node.has(name) else 0


def _read_line(node: Node, currency: str, *, is_tax_included: bool) -> Line:
    before = money(node, "totalPriceBeforeTax", currency)
    after = money(node, "totalPriceAfterTax", currency)
    discount = find_money(node, "totalDiscount", currency)
    if after < before:
        node.refuse("inconsistent_money", "totalPriceAfterTax")
    return make_line(
        _read_item(node),
        gross=(after if is_tax_included else before) + discount,
        discount=discount,
        tax=after - before,
        is_tax_included=is_tax_included,
    )


def _read_item(node: Node) -> Item:
    name = node.find_node("productName") or Node({}, "productName")
    catalog = node.find_node("catalogReference") or Node({}, "catalogReference")
    options = catalog.find_node("options") or Node({}, "catalogReference.options")
    physical = node.find_node("physicalProperties") or Node({}, "physicalProperties")
    kind = node.find_node("itemType") or Node({}, "itemType")
    return Item(
        line_id=node.identifier("id"),
        product_ref=catalog.find_identifier("catalogItemId"),
        variant_ref=options.find_identifier("variantId"),
        sku=physical.text("sku"),
        title=name.text("original"),
        quantity=node.quantity("quantity"),
        is_gift_card=kind.text("preset") == "GIFT_CARD",
    )


def _read_shipping(body: Node, currency: str) -> tuple[int, int]:
    """Return shipping after its discounts, without tax, and its tax."""
    info = body.find_node("shippingInfo")
    cost = info.find_node("cost") if info else None
    if cost is None:
        return 0, 0
    before = money(cost, "totalPriceBeforeTax", currency)
    after = money(cost, "totalPriceAfterTax", currency)
    if after < before:
        cost.refuse("inconsistent_money", "totalPriceAfterTax")
    return before, after - before


def _read_payment(body: Node) -> tuple[OrderStatus, datetime | None]:
    status = body.word("paymentStatus", _STATUSES)
    paid_at = _read_paid_at(body) if status in PAID_STATUSES else None
    return ("cancelled" if body.text("status") in _OFF else status), paid_at


def _read_paid_at(body: Node) -> datetime:
    activities = body.nodes("activities")
    paid = [node.time("createdDate") for node in activities if node.text("type") == "ORDER_PAID"]
    return min(paid, default=body.time("createdDate"))


def _read_discounts(body: Node, currency: str) -> Iterator[Discount]:
    for node in body.nodes("appliedDiscounts"):
        coupon = node.find_node("coupon")
        if coupon is not None:
            raw = coupon.text("code")
            amount = find_money(coupon, "amount", currency)
            yield Discount("code" if raw else "manual", amount, normalise_code(raw), raw)
            continue
        by_hand = node.find_node("merchantDiscount")
        rule = by_hand or node.find_node("discountRule") or Node({})
        yield Discount("manual" if by_hand else "automatic", find_money(rule, "amount", currency))


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    buyer = body.find_node("buyerInfo") or Node({}, "buyerInfo")
    email = normalise_email(buyer.text("email"))
    return Customer(
        external_id=buyer.find_identifier("memberId") or buyer.find_identifier("contactId"),
        email_hash=hash_email(email) if email else "",
        country=_read_country(body),
    )


def _read_country(body: Node) -> str:
    info = body.find_node("shippingInfo")
    logistics = info.find_node("logistics") if info else None
    destination = logistics.find_node("shippingDestination") if logistics else None
    for place in (destination, body.find_node("recipientInfo"), body.find_node("billingInfo")):
        address = place.find_node("address") if place else None
        if address is not None and address.has("country"):
            return normalise_country(address.text("country"))
    return ""


def _read_subscription(body: Node) -> Subscription:
    info = body.find_node("subscriptionInfo")
    if info is None:
        return Subscription()
    is_first = not info.has("cycleNumber") or info.quantity("cycleNumber") <= 1
    return Subscription("initial" if is_first else "renewal", info.find_identifier("id"))


def _click_candidates(body: Node) -> Iterator[tuple[object, str]]:
    """Yield what custom fields of the checkout and extended fields of an app hold."""
    for field in body.nodes("customFields"):
        if field.text("title") == CLICK_PARAMETER:
            yield field.values.get("value"), "custom_field"
    extended = body.find_node("extendedFields")
    spaces = extended.find_node("namespaces") if extended else None
    for name in spaces.values if spaces else ():
        space = spaces.values.get(name) if spaces else None
        if isinstance(space, dict):
            yield space.get(CLICK_PARAMETER), "custom_field"
