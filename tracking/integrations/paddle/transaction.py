"""A Paddle transaction. Money is digits in text, in minor units; a subtotal is without tax."""

from collections.abc import Iterator
from datetime import datetime

from core.signing import normalise_email
from tracking.domain.events import (
    Customer,
    Discount,
    Line,
    OrderSnapshot,
    OrderStatus,
    Subscription,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    check_snapshot,
    collect_clicks,
    normalise_code,
    normalise_country,
)
from tracking.integrations.minor import find_minor, minor, read_currency
from tracking.integrations.reading import Node, microseconds
from tracking.services.adapters import HashEmail

CLICK_NAMES = (CLICK_PARAMETER, f"_{CLICK_PARAMETER}", "click_id")
_STATUSES: dict[str, OrderStatus] = {
    "billed": "pending",
    "past_due": "pending",
    "paid": "paid",
    "completed": "paid",
    "canceled": "cancelled",
}


def read_transaction(
    node: Node, hash_email: HashEmail, *, is_fetched: bool, is_test: bool
) -> OrderSnapshot:
    """Read a transaction.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    status = node.word("status", _STATUSES)
    details = node.node("details")
    totals = details.node("totals")
    currency = read_currency(totals, "currency_code")
    changed_at = node.time("updated_at")
    subscription = _read_subscription(node)
    is_renewal = subscription.kind == "renewal"
    return check_snapshot(
        OrderSnapshot(
            external_order_id=node.identifier("id"),
            external_number=node.text("invoice_number"),
            version=microseconds(changed_at) + is_fetched,
            status=status,
            currency=currency,
            total=minor(totals, "total", currency),
            lines=tuple(
                _read_line(line, currency)
                for line in details.nodes("line_items", at_most=MAX_LINES)
            ),
            is_test=is_test,
            placed_at=node.time("created_at"),
            paid_at=_find_paid_at(node, changed_at) if status == "paid" else None,
            cancelled_at=changed_at if status == "cancelled" else None,
            tax_total=find_minor(totals, "tax", currency),
            discounts=tuple(_read_discounts(node, totals, currency)),
            customer=_read_customer(node, hash_email),
            subscription=subscription,
            clicks=() if is_renewal else collect_clicks(_click_candidates(node)),
        )
    )


def _read_line(node: Node, currency: str) -> Line:
    totals = node.node("totals")
    gross, discount = minor(totals, "subtotal", currency), find_minor(totals, "discount", currency)
    tax = find_minor(totals, "tax", currency)
    if gross - discount + tax != minor(totals, "total", currency):
        totals.refuse("inconsistent_money", "total")
    product = node.find_node("product") or Node({}, node.at("product"))
    return Line(
        external_line_id=node.identifier("id"),
        product_ref=product.find_identifier("id"),
        variant_ref=node.find_identifier("price_id"),
        sku="",
        title=product.text("name"),
        quantity=max(1, node.quantity("quantity")),
        gross=gross,
        discount=discount,
        net_ex_tax=gross - discount,
        tax=tax,
    )


def _find_paid_at(node: Node, changed_at: datetime) -> datetime:
    captured = [
        payment.time("captured_at")
        for payment in node.nodes("payments")
        if payment.text("status") == "captured" and payment.has("captured_at")
    ]
    return max(captured, default=None) or node.find_time("billed_at") or changed_at


def _read_discounts(node: Node, totals: Node, currency: str) -> Iterator[Discount]:
    amount = find_minor(totals, "discount", currency)
    told = node.find_node("discount")
    raw = told.text("code") if told else ""
    if raw:
        yield Discount("code", amount, normalise_code(raw), raw)
    elif amount:
        yield Discount("automatic", amount)


def _read_customer(node: Node, hash_email: HashEmail) -> Customer:
    customer = node.find_node("customer") or Node({}, node.at("customer"))
    address = node.find_node("address") or Node({}, node.at("address"))
    email = normalise_email(customer.text("email"))
    return Customer(
        external_id=node.find_identifier("customer_id"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(address.text("country_code")),
    )


def _read_subscription(node: Node) -> Subscription:
    origin, external_id = node.text("origin"), node.find_identifier("subscription_id")
    if origin == "subscription_recurring":
        return Subscription("renewal", external_id)
    if origin == "subscription_update":
        return Subscription("switch", external_id)
    prices = [item.find_node("price") for item in node.nodes("items", at_most=MAX_LINES)]
    is_start = origin != "subscription_charge" and any(
        price.has("billing_cycle") for price in prices if price
    )
    return Subscription("initial" if is_start else "none", external_id)


def _click_candidates(node: Node) -> Iterator[tuple[object, str]]:
    found = node.values.get("custom_data")
    for name in CLICK_NAMES if isinstance(found, dict) else ():
        yield found.get(name) if isinstance(found, dict) else None, "custom_data"
