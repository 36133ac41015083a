"""A BigCommerce order (v2). Amounts are texts with four decimals, in the currency paid in.

Four decimals are how precisely BigCommerce reckons, so amounts of lines are rounded half up to the
currency, once each; what was charged, the total, must be exact. Discounts stand at the lines and
hold the tax where prices do.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from email.utils import parsedate_to_datetime

from core.money import divide_half_up, exponent
from core.signing import normalise_email
from tracking.domain.events import Customer, Discount, Line, OrderSnapshot, OrderStatus
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    check_snapshot,
    collect_clicks,
    normalise_code,
    normalise_country,
)
from tracking.integrations.reading import MAX_DIGITS, Node, microseconds
from tracking.services.adapters import HashEmail

INCOMPLETE = 0
_STATUSES: dict[int, OrderStatus] = {
    1: "pending",
    2: "paid",  # shipped
    3: "paid",  # partially shipped
    4: "refunded",
    5: "cancelled",
    6: "failed",  # declined
    7: "pending",  # awaiting payment
    8: "paid",  # awaiting pickup
    9: "paid",  # awaiting shipment
    10: "paid",  # completed
    11: "paid",  # awaiting fulfilment
    12: "pending",  # manual verification required
    13: "paid",  # disputed
    14: "partially_refunded",
}
_PAID = frozenset({"paid", "refunded", "partially_refunded"})


def read_order(body: Node, hash_email: HashEmail) -> OrderSnapshot | None:
    """Read an order with its lines and coupons; None for one that was left at the checkout.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    order = body.node("order")
    number = order.quantity("status_id")
    if number == INCOMPLETE:
        return None
    if number not in _STATUSES:
        order.refuse("unknown_status", "status_id")
    status: OrderStatus = "cancelled" if order.flag("is_deleted") else _STATUSES[number]
    currency = order.currency("currency_code")
    changed_at = read_time(order, "date_modified")
    is_inside = order.flag("is_tax_inclusive_pricing")
    products = body.nodes("products", at_most=MAX_LINES)
    return check_snapshot(
        OrderSnapshot(
            external_order_id=order.identifier("id"),
            external_number=order.identifier("id"),
            version=microseconds(changed_at),
            status=status,
            currency=currency,
            total=order.amount("total_inc_tax", currency),
            lines=tuple(_read_line(node, currency, is_inside=is_inside) for node in products),
            placed_at=read_time(order, "date_created"),
            paid_at=changed_at if status in _PAID else None,
            shipping=rounded(order, "shipping_cost_ex_tax", currency),
            shipping_tax=rounded(order, "shipping_cost_tax", currency),
            tax_total=rounded(order, "total_tax", currency),
            discounts=tuple(_read_discounts(body, order, currency)),
            customer=_read_customer(order, hash_email),
            clicks=collect_clicks(_click_candidates(order)),
        )
    )


def rounded(node: Node, name: str, currency: str) -> int:
    """Return an amount of four decimals as minor units, rounded half up."""
    value = node.required(name)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        node.refuse("wrong_type", name)
    try:
        number = Decimal(value) if len(str(value)) <= MAX_DIGITS else Decimal("NaN")
    except InvalidOperation:
        node.refuse("bad_amount", name)
    if not number.is_finite() or number.adjusted() > MAX_DIGITS // 2:
        node.refuse("bad_amount", name)
    if number < 0:
        node.refuse("negative_amount", name)
    return int(number.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))


def _read_line(node: Node, currency: str, *, is_inside: bool) -> Line:
    gross, with_tax = (
        rounded(node, "total_ex_tax", currency),
        rounded(node, "total_inc_tax", currency),
    )
    told = sum(rounded(one, "amount", currency) for one in node.nodes("applied_discounts"))
    discount = divide_half_up(told * gross, with_tax) if is_inside and with_tax else told
    discount = min(discount, gross)
    return Line(
        external_line_id=node.identifier("id"),
        product_ref=node.find_identifier("product_id"),
        variant_ref=node.find_identifier("variant_id"),
        sku=node.text("sku"),
        title=node.text("name"),
        quantity=max(1, node.quantity("quantity")),
        gross=gross,
        discount=discount,
        net_ex_tax=gross - discount,
        tax=rounded(node, "total_tax", currency),
        is_gift_card=node.text("type") == "giftcertificate" or node.has("gift_certificate_id"),
    )


def _read_discounts(body: Node, order: Node, currency: str) -> Iterator[Discount]:
    by_code = 0
    for coupon in body.nodes("coupons"):
        raw, amount = coupon.text("code"), rounded(coupon, "discount", currency)
        by_code += amount
        yield Discount("code" if raw else "manual", amount, normalise_code(raw), raw)
    rest = rounded(order, "discount_amount", currency) if order.has("discount_amount") else 0
    if not by_code and rest:
        yield Discount("automatic", rest)


def _read_customer(order: Node, hash_email: HashEmail) -> Customer:
    billing = order.find_node("billing_address") or Node({}, order.at("billing_address"))
    email, external_id = (
        normalise_email(billing.text("email")),
        order.find_identifier("customer_id"),
    )
    return Customer(
        external_id="" if external_id == "0" else external_id,  # a guest
        email_hash=hash_email(email) if email else "",
        country=normalise_country(billing.text("country_iso2")),
    )


def _click_candidates(order: Node) -> Iterator[tuple[object, str]]:
    """Yield what a checkout script wrote: the external id, or `fs_click=…` in the staff's notes."""
    yield order.values.get("external_id"), "order_meta"
    for name in ("staff_notes", "customer_message"):
        for part in order.text(name).split():
            key, _, value = part.partition("=")
            if key == CLICK_PARAMETER:
                yield value, "order_meta"


def read_time(node: Node, name: str) -> datetime:
    value = node.required(name)
    if not isinstance(value, str):
        node.refuse("wrong_type", name)
    try:
        parsed = parsedate_to_datetime(value[:60])
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        node.refuse("bad_time", name)
