"""A Magento order, as REST and as events tell it, in the shop's base currency.

- Paid: `base_total_paid` reaches the total. No body tells when, so the change that first showed it
  counts, the earliest of all that come.
- A closed order had all of its money refunded; one closed without a refund was called off.
- Refunds: `base_total_refunded` is their running total; credit memos tell the lines.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from core.signing import normalise_email
from tracking.domain.events import Customer, Discount, OrderSnapshot, OrderStatus, RefundEvent
from tracking.integrations.base import (
    CLICK_PARAMETER,
    check_snapshot,
    collect_clicks,
    normalise_code,
    normalise_country,
)
from tracking.integrations.magento.fields import attribute_values, find_money, find_size, utc
from tracking.integrations.magento.lines import read_lines
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.sums import running_refund
from tracking.services.adapters import HashEmail

_STATES: Mapping[str, str] = {
    "new": "open",
    "pending_payment": "open",
    "payment_review": "open",
    "holded": "open",
    "processing": "open",
    "complete": "open",
    "closed": "closed",
    "canceled": "canceled",
}


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency = body.currency("base_currency_code")
    order_id = body.identifier("entity_id")
    status, paid_at = _read_payment(body, currency)
    snapshot = OrderSnapshot(
        external_order_id=order_id,
        external_number=body.text("increment_id", at_most=80),
        version=microseconds(utc(body, "updated_at")),
        status=status,
        currency=currency,
        total=body.amount("base_grand_total", currency),
        lines=read_lines(body, currency),
        placed_at=utc(body, "created_at"),
        paid_at=paid_at,
        shipping=_read_shipping(body, currency),
        shipping_tax=find_money(body, "base_shipping_tax_amount", currency),
        tax_total=find_money(body, "base_tax_amount", currency),
        discounts=tuple(_read_discounts(body, currency)),
        customer=_read_customer(body, hash_email),
        clicks=collect_clicks(
            (value, "order_attribute")
            for name in (CLICK_PARAMETER, f"_{CLICK_PARAMETER}")
            for value in attribute_values(body, name)
        ),
        presentment_currency=_find_presentment(body, currency),
    )
    refunded = find_money(body, "base_total_refunded", currency)
    return check_snapshot(snapshot), running_refund(
        order_id=order_id, currency=currency, total=refunded
    )


def _read_payment(body: Node, currency: str) -> tuple[OrderStatus, datetime | None]:
    state = body.word("state", _STATES)
    total = body.amount("base_grand_total", currency)
    paid = find_money(body, "base_total_paid", currency)
    refunded = find_money(body, "base_total_refunded", currency)
    is_free = not total and body.text("state") in {"processing", "complete"}
    is_paid = is_free or (0 < total <= paid)
    paid_at = utc(body, "updated_at") if is_paid else None
    if state == "canceled" or (state == "closed" and not refunded):
        return "cancelled", paid_at
    if not is_paid:
        return ("partially_paid" if paid else "pending"), None
    if not refunded:
        return "paid", paid_at
    return ("refunded" if refunded >= paid else "partially_refunded"), paid_at


def _read_shipping(body: Node, currency: str) -> int:
    """Return shipping after its discount; more off than there was is none left."""
    price = find_money(body, "base_shipping_amount", currency)
    return max(0, price - find_size(body, "base_shipping_discount_amount", currency))


def _read_discounts(body: Node, currency: str) -> Iterator[Discount]:
    raw = body.text("coupon_code")
    amount = find_size(body, "base_discount_amount", currency)
    if raw or amount:
        yield Discount("code" if raw else "automatic", amount, normalise_code(raw), raw)


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    email = normalise_email(body.text("customer_email"))
    external_id = body.find_identifier("customer_id")
    return Customer(
        external_id="" if external_id == "0" else external_id,
        email_hash=hash_email(email) if email else "",
        country=next((found for found in map(_country_of, _addresses(body)) if found), ""),
    )


def _addresses(body: Node) -> Iterator[Node]:
    """Yield the addresses, that of delivery first, from wherever a body keeps them."""
    extension = body.find_node("extension_attributes") or Node({}, "extension_attributes")
    for assignment in extension.nodes("shipping_assignments"):
        shipping = assignment.find_node("shipping")
        address = shipping.find_node("address") if shipping else None
        if address is not None:
            yield address
    told = body.nodes("addresses")
    yield from (one for one in told if one.text("address_type") == "shipping")
    billing = body.find_node("billing_address")
    yield from (billing,) if billing else told


def _country_of(address: Node) -> str:
    return normalise_country(address.text("country_id"))


def _find_presentment(body: Node, currency: str) -> str:
    told = body.currency("order_currency_code") if body.has("order_currency_code") else currency
    return told if told != currency else ""
