"""An order of Squarespace's Orders API 1.0.

- An order exists once it was paid, so its creation is its payment, unless `paymentState` says
  otherwise.
- Discount and tax are told for the whole order. They are spread by value: the discount over the
  goods, and what is left of it over shipping; the tax over goods and shipping.
- `priceTaxInterpretation` may contradict the totals (the documentation's own sample does), so the
  totals tell whether prices held the tax.
- Refunds: only their running total, `refundedTotal`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.money import allocate
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
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.sums import Item, is_tax_included, make_line, running_refund, spread
from tracking.services.adapters import HashEmail

GIFT_CARD = "GIFT_CARD"

_STATUSES: Mapping[str, OrderStatus] = {
    "PAID": "paid",
    "PARTIALLY_REFUNDED": "partially_refunded",
    "REFUNDED": "refunded",
    "AUTHORIZED": "authorized",
    "PARTIALLY_PAID": "partially_paid",
    "PENDING": "pending",
    "UNPAID": "pending",
    "FAILED": "failed",
}


@dataclass(frozen=True, slots=True)
class _Totals:
    goods: int
    discount: int
    shipping: int
    tax: int
    total: int
    tax_included: bool


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency = body.node("grandTotal").currency("currency")
    items = body.nodes("lineItems", at_most=MAX_LINES)
    body.required("lineItems")
    values = [_value(node, currency) for node in items]
    totals = _read_totals(body, currency, sum(values))
    lines, shipping, shipping_tax = _read_lines(items, values, totals)
    status, paid_at = _read_payment(body)
    snapshot = OrderSnapshot(
        external_order_id=body.identifier("id"),
        external_number=body.text("orderNumber", at_most=80),
        version=microseconds(body.time("modifiedOn")),
        status=status,
        currency=currency,
        total=totals.total,
        lines=lines,
        is_test=body.flag("testmode"),
        placed_at=body.time("createdOn"),
        paid_at=paid_at,
        fulfilled_at=body.find_time("fulfilledOn"),
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax_total=totals.tax,
        tax_included=totals.tax_included,
        discounts=tuple(_read_discounts(body, currency)),
        customer=_read_customer(body, hash_email),
        clicks=collect_clicks(_click_candidates(body, items)),
    )
    refunds = running_refund(
        order_id=snapshot.external_order_id,
        currency=currency,
        total=find_money(body, "refundedTotal", currency),
        is_test=snapshot.is_test,
    )
    return check_snapshot(snapshot), refunds


def money(node: Node, name: str, currency: str) -> int:
    """Return `{"value": "55.00", "currency": "USD"}` as minor units."""
    found = node.node(name)
    if not isinstance(found.required("value"), str):
        found.refuse("amount_not_text", "value")
    if found.currency("currency") != currency:
        found.refuse("currency_mismatch", "currency")
    return found.amount("value", currency)


def find_money(node: Node, name: str, currency: str) -> int:
    return money(node, name, currency) if node.has(name) else 0


def _value(node: Node, currency: str) -> int:
    return money(node, "unitPricePaid", currency) * node.quantity("quantity")


def _read_totals(body: Node, currency: str, goods: int) -> _Totals:
    if money(body, "subtotal", currency) != goods:
        body.refuse("inconsistent_money", "subtotal")
    shipping = find_money(body, "shippingTotal", currency)
    discount = find_money(body, "discountTotal", currency)
    tax = find_money(body, "taxTotal", currency)
    total = money(body, "grandTotal", currency)
    if discount > goods + shipping:
        body.refuse("inconsistent_money", "discountTotal")
    is_included = is_tax_included(
        body, "grandTotal", before_tax=goods - discount + shipping, tax=tax, total=total
    )
    return _Totals(goods, discount, shipping, tax, total, is_included)


def _read_lines(
    items: list[Node], values: list[int], totals: _Totals
) -> tuple[tuple[Line, ...], int, int]:
    """Return the lines, and shipping after its discount with its tax apart."""
    discounts = spread(totals.discount, values)
    shipping = totals.shipping - (totals.discount - sum(discounts))
    paid = [value - discount for value, discount in zip(values, discounts, strict=True)]
    *taxes, shipping_tax = allocate(totals.tax, [*paid, shipping])
    is_included = totals.tax_included
    lines = [
        make_line(_read_item(node), gross=value, discount=cut, tax=tax, is_tax_included=is_included)
        for node, value, cut, tax in zip(items, values, discounts, taxes, strict=True)
        if node.quantity("quantity")
    ]
    return tuple(lines), shipping - (shipping_tax if is_included else 0), shipping_tax


def _read_item(node: Node) -> Item:
    return Item(
        line_id=node.identifier("id"),
        product_ref=node.find_identifier("productId"),
        variant_ref=node.find_identifier("variantId"),
        sku=node.text("sku"),
        title=node.text("productName"),
        quantity=node.quantity("quantity"),
        is_gift_card=node.text("lineItemType") == GIFT_CARD,
    )


def _read_payment(body: Node) -> tuple[OrderStatus, datetime | None]:
    status: OrderStatus = (
        body.word("paymentState", _STATUSES) if body.has("paymentState") else "paid"
    )
    paid_at = body.time("createdOn") if status in PAID_STATUSES else None
    is_cancelled = body.text("fulfillmentStatus") == "CANCELED"
    return ("cancelled" if is_cancelled else status), paid_at


def _read_discounts(body: Node, currency: str) -> Iterator[Discount]:
    for node in body.nodes("discountLines"):
        raw = node.text("promoCode")
        amount = find_money(node, "amount", currency)
        yield Discount("code" if raw else "automatic", amount, normalise_code(raw), raw)


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    email = normalise_email(body.text("customerEmail"))
    address = body.find_node("shippingAddress") or body.find_node("billingAddress")
    return Customer(
        external_id=body.find_identifier("customerId"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(address.text("countryCode")) if address else "",
    )


def _click_candidates(body: Node, items: list[Node]) -> Iterator[tuple[object, str]]:
    """Yield what forms of the checkout and of products hold under the name of the click."""
    for field in body.nodes("formSubmission"):
        if field.text("label") == CLICK_PARAMETER:
            yield field.values.get("value"), "form_field"
    for item in items:
        for field in item.nodes("customizations"):
            if field.text("label") == CLICK_PARAMETER:
                yield field.values.get("value"), "line_property"
