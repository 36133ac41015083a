"""A Checkout Session: the order of a payment, the shopper of a subscription.

Amounts are told with the discount and the tax beside them; whether the tax is inside the prices
is seen by which way they add up. Lines are told only when asked for, so an event alone makes one
line of the whole. All lines are brought to prices without tax.
"""

from datetime import datetime

from tracking.domain.events import (
    ClickSignal,
    Customer,
    Line,
    OrderSnapshot,
    OrderStatus,
    Subscription,
)
from tracking.integrations.base import (
    MAX_LINES,
    check_snapshot,
    collect_clicks,
)
from tracking.integrations.minor import find_id, find_seconds, read_currency, without_tax
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.stripe.fields import (
    Told,
    find_money,
    metadata_clicks,
    money,
    read_customer,
    read_discounts,
)
from tracking.services.adapters import NO_ORDER, Parsed

_PAID: dict[str, OrderStatus] = {
    "paid": "paid",
    "no_payment_required": "paid",
    "unpaid": "pending",
}


def read_session(session: Node, told: Told) -> Parsed:
    """Read a session, or name it as what has to be fetched for its lines and codes.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    mode = session.text("mode")
    if mode == "subscription":
        return _read_start(session, told)
    if mode != "payment":
        return Parsed((), NO_ORDER)
    snapshot = _read_payment(session, told)
    wanted = () if told.is_fetched else (session.identifier("id"),)
    return Parsed((snapshot,), fetch=wanted, is_provisional=True)


def _read_payment(session: Node, told: Told) -> OrderSnapshot:
    currency = read_currency(session)
    status = session.word("payment_status", _PAID)
    at = find_seconds(session, "created") or told.at
    details = session.find_node("total_details") or Node({}, session.at("total_details"))
    discount = find_money(details, "amount_discount", currency)
    shipping, shipping_tax = _read_shipping(session, details, currency)
    tax = find_money(details, "amount_tax", currency)
    lines = _read_lines(session, currency)
    if not lines:
        lines = (_whole(session, currency, discount, shipping, tax - shipping_tax),)
    return check_snapshot(
        OrderSnapshot(
            external_order_id=find_id(session, "payment_intent") or session.identifier("id"),
            external_number="",
            version=microseconds(at) + (status == "paid") + 2 * told.is_fetched,
            status=status,
            currency=currency,
            total=money(session, "amount_total", currency),
            lines=lines,
            is_test=told.is_test,
            placed_at=at,
            paid_at=_find_paid_at(session, told) if status == "paid" else None,
            shipping=shipping,
            shipping_tax=shipping_tax,
            tax_total=tax,
            discounts=read_discounts(session, discount),
            customer=_read_customer(session, told),
            clicks=_read_clicks(session),
        )
    )


def _find_paid_at(session: Node, told: Told) -> datetime:
    """Return when the money came: what was fetched names the charge, an event comes at once."""
    intent = session.values.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    told_charge = Node(charge, "latest_charge") if isinstance(charge, dict) else Node({})
    return find_seconds(told_charge, "created") or told.at


def _read_shipping(session: Node, details: Node, currency: str) -> tuple[int, int]:
    """Return the cost of shipping without its tax, and the tax."""
    cost = session.find_node("shipping_cost")
    if cost is None:
        return find_money(details, "amount_shipping", currency), 0
    tax, total = find_money(cost, "amount_tax", currency), money(cost, "amount_total", currency)
    return max(0, total - tax), tax


def _read_lines(session: Node, currency: str) -> tuple[Line, ...]:
    found = session.find_node("line_items")
    if found is None:
        return ()
    if found.flag("has_more"):
        found.refuse("too_many", "data")
    return tuple(_read_line(node, currency) for node in found.nodes("data", at_most=MAX_LINES))


def _read_line(node: Node, currency: str) -> Line:
    price = node.find_node("price") or Node({}, node.at("price"))
    subtotal = money(node, "amount_subtotal", currency)
    discount = find_money(node, "amount_discount", currency)
    tax = find_money(node, "amount_tax", currency)
    total = money(node, "amount_total", currency)
    gross = without_tax(node, subtotal=subtotal, discount=discount, tax=tax, total=total)
    return Line(
        external_line_id=node.identifier("id"),
        product_ref=find_id(price, "product"),
        variant_ref=price.find_identifier("id"),
        sku=price.text("lookup_key"),
        title=node.text("description"),
        quantity=max(1, node.quantity("quantity")) if node.has("quantity") else 1,
        gross=gross,
        discount=discount,
        net_ex_tax=gross - discount,
        tax=tax,
    )


def _whole(session: Node, currency: str, discount: int, shipping: int, tax: int) -> Line:
    """Make one line of a session whose lines were not told."""
    subtotal = money(session, "amount_subtotal", currency)
    total = money(session, "amount_total", currency) - shipping
    details = session.find_node("total_details") or Node({})
    total -= find_money(details, "amount_tax", currency) - tax
    gross = without_tax(session, subtotal=subtotal, discount=discount, tax=tax, total=total)
    return Line("all", "", "", "", "", 1, gross, discount, gross - discount, tax)


def _read_customer(session: Node, told: Told) -> Customer:
    details = session.find_node("customer_details") or Node({}, session.at("customer_details"))
    return read_customer(session, details, "email", told)


def _read_clicks(session: Node) -> tuple[ClickSignal, ...]:
    intent = session.values.get("payment_intent")
    of_intent = Node(intent, "payment_intent") if isinstance(intent, dict) else None
    reference = [(session.values.get("client_reference_id"), "client_reference")]
    return collect_clicks([*reference, *metadata_clicks(session, of_intent)])


def _read_start(session: Node, told: Told) -> Parsed:
    """Read what a subscription's first invoice does not say: the click and the code.

    It stays unpaid and without lines until that invoice comes, which is always newer.
    """
    invoice = find_id(session, "invoice")
    if not invoice:
        return Parsed((), NO_ORDER)
    currency = read_currency(session)
    at = find_seconds(session, "created") or told.at
    details = session.find_node("total_details") or Node({}, session.at("total_details"))
    snapshot = OrderSnapshot(
        external_order_id=invoice,
        external_number="",
        version=0,
        status="pending",
        currency=currency,
        total=money(session, "amount_total", currency),
        lines=(),
        is_test=told.is_test,
        placed_at=at,
        discounts=read_discounts(session, find_money(details, "amount_discount", currency)),
        customer=_read_customer(session, told),
        subscription=Subscription("initial", find_id(session, "subscription")),
        clicks=_read_clicks(session),
    )
    return Parsed((check_snapshot(snapshot),))
