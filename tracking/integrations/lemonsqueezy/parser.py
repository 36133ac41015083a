"""From a Lemon Squeezy webhook to canonical events, by `meta.event_name`.

An order is one product. A subscription's first payment is told twice, as its order and as its
first invoice: the order counts, and invoices only from the first renewal on. Refunds are running
totals of their order or invoice. `order.fetched` is what the API told: the order with its code.
"""

from collections.abc import Iterator

from core.signing import Headers, normalise_email
from tracking.domain.events import (
    CanonicalEvent,
    ClickSignal,
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
    check_refund,
    check_snapshot,
    collect_clicks,
    normalise_code,
)
from tracking.integrations.minor import find_minor, minor, read_currency, without_tax
from tracking.integrations.reading import Node, load_object, microseconds
from tracking.services.adapters import IRRELEVANT, SAME_SALE, HashEmail, Parsed

FETCHED = "order.fetched"
INVOICE = "invoice-"  # before the number of one, which orders have numbers of their own for
CLICK_NAMES = (CLICK_PARAMETER, f"_{CLICK_PARAMETER}", "click_id")
ORDERS = frozenset({"order_created", "order_refunded"})
INVOICES = frozenset(
    {"subscription_payment_success", "subscription_payment_recovered"}
    | {"subscription_payment_refunded"}
)

_STATUSES: dict[str, OrderStatus] = {
    "pending": "pending",
    "failed": "failed",
    "void": "cancelled",
    "fraudulent": "cancelled",
    "paid": "paid",
    "partial_refund": "partially_refunded",
    "refunded": "refunded",
}
_PAID = frozenset({"paid", "partially_refunded", "refunded"})


def parse(
    *,
    topic: str,
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a verified body into events.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    event = load_object(body)
    if topic == FETCHED and event.has("invoice"):
        return Parsed(_read(event.node("invoice").node("data"), hash_email, is_invoice=True))
    if topic == FETCHED:
        told = event.node("order")
        code = next(_read_codes(told), "")
        return Parsed(_read(told.node("data"), hash_email, is_invoice=False, code=code))
    meta = event.node("meta")
    kind = meta.text("event_name")
    if kind != topic:
        meta.refuse("topic_mismatch", "event_name")
    if kind not in ORDERS | INVOICES:
        return Parsed((), IRRELEVANT)
    data = event.node("data")
    if kind in INVOICES and data.node("attributes").text("billing_reason") == "initial":
        return Parsed((), SAME_SALE)
    clicks = collect_clicks(_click_candidates(meta))
    events = _read(data, hash_email, is_invoice=kind in INVOICES, clicks=clicks)
    has_code = kind in ORDERS and any(
        isinstance(one, OrderSnapshot) and one.discounts for one in events
    )
    return Parsed(events, fetch=(data.identifier("id"),) if has_code else ())


def _read(
    data: Node,
    hash_email: HashEmail,
    *,
    is_invoice: bool,
    clicks: tuple[ClickSignal, ...] = (),
    code: str = "",
) -> tuple[CanonicalEvent, ...]:
    number, node = data.identifier("id"), data.node("attributes")
    order_id = f"{INVOICE}{number}" if is_invoice else number
    status = node.word("status", _STATUSES)
    currency = read_currency(node)
    total, tax = minor(node, "total", currency), find_minor(node, "tax", currency)
    discount = find_minor(node, "discount_total", currency)
    placed_at = node.time("created_at")
    subscription = node.find_identifier("subscription_id")
    snapshot = OrderSnapshot(
        external_order_id=order_id,
        external_number=node.text("order_number"),
        version=microseconds(node.time("updated_at")) + bool(code),
        status=status,
        currency=currency,
        total=total,
        lines=(_read_line(node, order_id, currency, discount=discount, tax=tax, total=total),),
        is_test=node.flag("test_mode"),
        placed_at=placed_at,
        paid_at=placed_at if status in _PAID else None,
        cancelled_at=node.time("updated_at") if status == "cancelled" else None,
        tax_total=tax,
        discounts=tuple(_read_discounts(discount, code)),
        customer=_read_customer(node, hash_email),
        subscription=Subscription("renewal", subscription) if is_invoice else Subscription(),
        clicks=() if is_invoice else clicks,
    )
    return (check_snapshot(snapshot), *_read_refund(node, snapshot))


def _read_line(
    node: Node, order_id: str, currency: str, *, discount: int, tax: int, total: int
) -> Line:
    item = node.find_node("first_order_item") or Node({}, node.at("first_order_item"))
    subtotal = minor(node, "subtotal", currency)
    gross = without_tax(node, subtotal=subtotal, discount=discount, tax=tax, total=total)
    return Line(
        external_line_id=order_id,
        product_ref=item.find_identifier("product_id"),
        variant_ref=item.find_identifier("variant_id"),
        sku="",
        title=item.text("product_name"),
        quantity=max(1, item.quantity("quantity")) if item.has("quantity") else 1,
        gross=gross,
        discount=discount,
        net_ex_tax=gross - discount,
        tax=tax,
    )


def _read_refund(node: Node, order: OrderSnapshot) -> Iterator[RefundEvent]:
    """Yield what was given back so far; older bodies only say whether all of it was."""
    if node.has("refunded_amount"):
        amount = minor(node, "refunded_amount", order.currency)
    else:
        amount = order.total if node.flag("refunded") else 0
    if amount:
        yield check_refund(
            RefundEvent(
                external_order_id=order.external_order_id,
                external_refund_id=order.external_order_id,
                status="succeeded",
                kind="amount_only",
                currency=order.currency,
                occurred_at=node.find_time("refunded_at"),
                amount=amount,
                total=amount,
                cumulative_total=amount,
                is_test=order.is_test,
            )
        )


def _read_discounts(amount: int, code: str) -> Iterator[Discount]:
    if code:
        yield Discount("code", amount, normalise_code(code), code)
    elif amount:
        yield Discount("automatic", amount)


def _read_codes(told: Node) -> Iterator[str]:
    """Yield the codes among the included records of an answer of the API."""
    for record in told.nodes("included"):
        if record.text("type") == "discount-redemptions":
            code = record.node("attributes").text("discount_code")
            if code:
                yield code


def _read_customer(node: Node, hash_email: HashEmail) -> Customer:
    email = normalise_email(node.text("user_email"))
    return Customer(
        external_id=node.find_identifier("customer_id"),
        email_hash=hash_email(email) if email else "",
    )


def _click_candidates(meta: Node) -> Iterator[tuple[object, str]]:
    found = meta.values.get("custom_data")
    for name in CLICK_NAMES if isinstance(found, dict) else ():
        yield found.get(name) if isinstance(found, dict) else None, "custom_data"
