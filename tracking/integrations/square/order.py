"""A Square order. Money is minor units with their currency; discounts stand at the lines.

Whether tax stands inside the prices is seen by what adds up. It is paid when nothing of it is due.
Refunds are the running total of its payments. Square's orders have no codes of their own.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation

from core.signing import normalise_email
from tracking.domain.events import (
    CanonicalEvent,
    Customer,
    Discount,
    Line,
    OrderSnapshot,
    OrderStatus,
    RefundEvent,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    check_refund,
    check_snapshot,
    collect_clicks,
    normalise_country,
)
from tracking.integrations.minor import minor, read_currency, without_tax
from tracking.integrations.reading import MAX_QUANTITY, Node
from tracking.services.adapters import HashEmail

CLICK_NAMES = (CLICK_PARAMETER, f"_{CLICK_PARAMETER}", "click_id")


def read_order(body: Node, hash_email: HashEmail) -> tuple[CanonicalEvent, ...]:
    """Read an order and what its payments gave back.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    order = body.node("order").node("order")
    payments = [node.node("payment") for node in body.nodes("payments", at_most=100)]
    total_money = order.node("total_money")
    currency = read_currency(total_money)
    total = minor(total_money, "amount", currency)
    paid_at = _find_paid_at(payments, total, currency)
    changed_at = order.time("updated_at") if order.has("updated_at") else order.time("created_at")
    status = _read_status(order, is_paid=paid_at is not None)
    service = _amount(order, "total_service_charge_money", currency)
    snapshot = OrderSnapshot(
        external_order_id=order.identifier("id"),
        external_number=order.text("reference_id") or order.text("ticket_name"),
        version=order.quantity("version") if order.has("version") else 1,
        status=status,
        currency=currency,
        total=total,
        lines=tuple(
            _read_line(node, currency) for node in order.nodes("line_items", at_most=MAX_LINES)
        ),
        placed_at=order.time("created_at"),
        paid_at=paid_at,
        cancelled_at=changed_at if status == "cancelled" else None,
        shipping=service,
        tax_total=_amount(order, "total_tax_money", currency),
        discounts=tuple(_read_discounts(order, currency)),
        customer=_read_customer(body, order, hash_email),
        clicks=collect_clicks(_click_candidates(order)),
    )
    return (check_snapshot(snapshot), *_read_refund(snapshot, payments))


def _read_status(order: Node, *, is_paid: bool) -> OrderStatus:
    state = order.text("state")
    if state == "CANCELED":
        return "cancelled"
    if state not in {"OPEN", "COMPLETED", "DRAFT", ""}:
        order.refuse("unknown_status", "state")
    return "paid" if is_paid else "pending"


def _find_paid_at(payments: list[Node], total: int, currency: str) -> datetime | None:
    """Return when the payments that went through came to the total; tips may take them above."""
    done = [node for node in payments if node.text("status") == "COMPLETED"]
    money = sum(_amount(node, "total_money", currency) for node in done)
    return max(node.time("created_at") for node in done) if done and money >= total else None


def _read_line(node: Node, currency: str) -> Line:
    gross = _amount(node, "gross_sales_money", currency)
    discount = _amount(node, "total_discount_money", currency)
    tax = _amount(node, "total_tax_money", currency)
    service = _amount(node, "total_service_charge_money", currency)
    total = _amount(node, "total_money", currency) - service
    gross = without_tax(node, subtotal=gross, discount=discount, tax=tax, total=total)
    return Line(
        external_line_id=node.identifier("uid"),
        product_ref=node.find_identifier("catalog_object_id"),
        variant_ref=node.find_identifier("catalog_object_id"),
        sku="",
        title=node.text("name"),
        quantity=_read_quantity(node),
        gross=gross,
        discount=discount,
        net_ex_tax=gross - discount,
        tax=tax,
        is_gift_card=node.text("item_type") == "GIFT_CARD",
    )


def _read_quantity(node: Node) -> int:
    """Return whole units; what is sold by weight is one."""
    try:
        value = Decimal(node.text("quantity"))
    except InvalidOperation:
        node.refuse("bad_quantity", "quantity")
    if not value.is_finite() or not 0 <= value <= MAX_QUANTITY:
        node.refuse("bad_quantity", "quantity")
    return max(1, int(value))


def _read_discounts(order: Node, currency: str) -> Iterator[Discount]:
    for node in order.nodes("discounts"):
        amount = _amount(node, "applied_money", currency)
        yield Discount("automatic" if node.has("catalog_object_id") else "manual", amount)


def _read_refund(order: OrderSnapshot, payments: list[Node]) -> Iterator[RefundEvent]:
    total = sum(_amount(node, "refunded_money", order.currency) for node in payments)
    if total:
        yield check_refund(
            RefundEvent(
                external_order_id=order.external_order_id,
                external_refund_id=order.external_order_id,
                status="succeeded",
                kind="amount_only",
                currency=order.currency,
                occurred_at=None,
                amount=total,
                total=total,
                cumulative_total=total,
            )
        )


def _read_customer(body: Node, order: Node, hash_email: HashEmail) -> Customer:
    found = body.find_node("customer")
    customer = (found.find_node("customer") if found else None) or Node({}, "customer")
    address = customer.find_node("address") or Node({}, "customer.address")
    email = normalise_email(customer.text("email_address"))
    return Customer(
        external_id=order.find_identifier("customer_id"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(address.text("country")),
    )


def _click_candidates(order: Node) -> Iterator[tuple[object, str]]:
    metadata = order.find_node("metadata")
    for name in CLICK_NAMES if metadata else ():
        yield metadata.values.get(name) if metadata else None, "metadata"
    yield order.values.get("reference_id"), "client_reference"


def _amount(node: Node, name: str, currency: str) -> int:
    """Return an amount of an object of money, 0 where there is none.

    :raises PayloadRefused: `currency_mismatch`: it is in another currency than the order.
    """
    money = node.find_node(name)
    if money is None:
        return 0
    if read_currency(money) != currency:
        money.refuse("currency_mismatch", "currency")
    return minor(money, "amount", currency)
