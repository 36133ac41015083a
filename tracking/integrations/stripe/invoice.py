"""A paid invoice of Stripe Billing: one order for each, the first and every renewal.

Two shapes: until 2025 an invoice names its subscription and payment itself and a line its price;
since then they stand under `parent.subscription_details` and `pricing.price_details`, and taxes in
`taxes` instead of `tax_amounts`. Both are read. An invoice of 0.00, a trial's or one a coupon
pays whole, is an order of nothing. One that credit of the customer paid is no money: set aside.
"""

from tracking.domain.events import Line, OrderSnapshot, Subscription
from tracking.integrations.base import MAX_LINES, check_snapshot, collect_clicks
from tracking.integrations.minor import find_id, find_seconds, read_currency, seconds
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.stripe.fields import (
    Told,
    find_money,
    metadata_clicks,
    money,
    read_customer,
    read_discounts,
    signed_money,
)
from tracking.integrations.sums import spread
from tracking.services.adapters import NO_REVENUE, Parsed

_KINDS = {
    "subscription_create": "initial",
    "subscription_cycle": "renewal",
    "subscription_threshold": "renewal",
    "subscription_update": "switch",
    "subscription": "renewal",
}


def read_invoice(invoice: Node, told: Told) -> Parsed:
    """Read a paid invoice; one with codes, or with more lines than were told, is fetched first.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    currency = read_currency(invoice)
    if invoice.text("status") not in {"paid", ""}:
        invoice.refuse("unknown_status", "status")
    if not money(invoice, "amount_paid", currency) and money(invoice, "total", currency):
        return Parsed((), NO_REVENUE)
    lines = told.lines or invoice.node("lines")
    has_more, wanted = lines.flag("has_more"), (invoice.identifier("id"),)
    if has_more and not told.is_fetched:
        return Parsed((), fetch=wanted)
    if has_more:
        lines.refuse("too_many", "data")
    snapshot = _read(invoice, lines, currency, told)
    has_codes = bool(invoice.values.get("discounts")) and not told.is_fetched
    return Parsed((snapshot,), fetch=wanted if has_codes else (), is_provisional=True)


def _read(invoice: Node, lines: Node, currency: str, told: Told) -> OrderSnapshot:
    parent = invoice.find_node("parent") or Node({}, invoice.at("parent"))
    details = parent.find_node("subscription_details") or invoice.find_node("subscription_details")
    subscription = find_id(invoice, "subscription") or (
        find_id(details, "subscription") if details else ""
    )
    reason = invoice.text("billing_reason")
    kind = _KINDS.get(reason, "none") if subscription else "none"
    placed_at = seconds(invoice, "created")
    moments = invoice.find_node("status_transitions") or Node({})
    read, tax = _read_lines(lines, currency)
    shipping, shipping_tax = _read_shipping(invoice, currency)
    discount = sum(line.discount for line in read)
    clicks = metadata_clicks(invoice, details, *lines.nodes("data", at_most=MAX_LINES))
    return check_snapshot(
        OrderSnapshot(
            external_order_id=invoice.identifier("id"),
            external_number=invoice.text("number"),
            version=microseconds(placed_at) + 1 + told.is_fetched,
            status="paid",
            currency=currency,
            total=money(invoice, "total", currency),
            lines=read,
            is_test=told.is_test,
            placed_at=placed_at,
            paid_at=find_seconds(moments, "paid_at") or told.at,
            shipping=shipping,
            shipping_tax=shipping_tax,
            tax_total=tax + shipping_tax,
            discounts=read_discounts(invoice, discount),
            customer=read_customer(invoice, invoice, "customer_email", told),
            subscription=Subscription(kind, subscription),  # type: ignore[arg-type]
            clicks=() if kind == "renewal" else collect_clicks(clicks),
        )
    )


def _read_lines(lines: Node, currency: str) -> tuple[tuple[Line, ...], int]:
    """Return the lines without tax; what is credited for unused time comes off the others."""
    nodes = lines.nodes("data", at_most=MAX_LINES)
    amounts = [signed_money(node, "amount", currency) for node in nodes]
    discounts = [_sum(node, "discount_amounts", currency) for node in nodes]
    taxes = [_read_taxes(node, currency) for node in nodes]
    inside = [sum(amount for amount, is_inside in tax if is_inside) for tax in taxes]
    gross = [max(0, amount - tax) for amount, tax in zip(amounts, inside, strict=True)]
    left = [max(0, value - cut) for value, cut in zip(gross, discounts, strict=True)]
    credit = spread(-sum(amount for amount in amounts if amount < 0), left)
    read = []
    for index, node in enumerate(nodes):
        if amounts[index] < 0:
            continue
        discount = discounts[index] + credit[index]
        tax = sum(amount for amount, _ in taxes[index])
        read.append(_make_line(node, gross[index], discount, tax))
    return tuple(read), sum(line.tax for line in read)


def _make_line(node: Node, gross: int, discount: int, tax: int) -> Line:
    price = node.find_node("price") or node.find_node("plan")
    pricing = node.find_node("pricing")
    told = pricing.find_node("price_details") if pricing else None
    product = find_id(price, "product") if price else ""
    variant = price.find_identifier("id") if price else ""
    return Line(
        external_line_id=node.identifier("id"),
        product_ref=product or (find_id(told, "product") if told else ""),
        variant_ref=variant or (find_id(told, "price") if told else ""),
        sku=price.text("lookup_key") if price else "",
        title=node.text("description"),
        quantity=max(1, node.quantity("quantity")) if node.has("quantity") else 1,
        gross=gross,
        discount=discount,
        net_ex_tax=gross - discount,
        tax=tax,
    )


def _read_taxes(node: Node, currency: str) -> list[tuple[int, bool]]:
    """Return each tax of a line, and whether its amount stands inside the line's."""
    if node.has("taxes"):
        return [
            (max(0, signed_money(tax, "amount", currency)), tax.text("tax_behavior") == "inclusive")
            for tax in node.nodes("taxes")
        ]
    return [
        (max(0, signed_money(tax, "amount", currency)), tax.flag("inclusive"))
        for tax in node.nodes("tax_amounts")
    ]


def _read_shipping(invoice: Node, currency: str) -> tuple[int, int]:
    cost = invoice.find_node("shipping_cost")
    if cost is None:
        return 0, 0
    tax = find_money(cost, "amount_tax", currency)
    return max(0, money(cost, "amount_total", currency) - tax), tax


def _sum(node: Node, name: str, currency: str) -> int:
    return sum(max(0, signed_money(part, "amount", currency)) for part in node.nodes(name))
