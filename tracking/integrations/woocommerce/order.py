"""A WooCommerce order: the snapshot, and the thin refunds it lists.

- Version: `date_modified_gmt` has whole seconds; the count of refunds, which only grows, orders
  bodies of one second, and then the later station of the order's life wins.
- Paid: `date_paid_gmt`. A completed or refunded order without it (bank transfer booked by hand)
  counts from when it was completed. Cash on delivery is "processing" without it: not paid yet.
- Cancelled, failed and binned orders may come back to life, so none of them is final.
- Statuses of plugins ("shipped") say nothing new: paid if the payment has its time.
- Gift cards used lower `total`; no commission is reckoned from it.
- A renewal carries the meta of its parent, the click with it: that click brought another order.
- First order or not is left open: WooCommerce does not say.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from core.signing import normalise_email
from tracking.domain.events import (
    Customer,
    Discount,
    OrderSnapshot,
    OrderStatus,
    RefundEvent,
    Subscription,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    check_snapshot,
    collect_clicks,
    has_paid_marker,
    normalise_code,
    normalise_country,
    query_pairs,
)
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.woocommerce.fields import (
    find_gmt,
    find_money,
    gmt,
    meta_values,
    money,
)
from tracking.integrations.woocommerce.lines import read_lines
from tracking.integrations.woocommerce.refund import OrderHint, read_thin_refund
from tracking.services.adapters import HashEmail

TOKEN_LENGTH = 50
SESSION_ENTRY = "_wc_order_attribution_session_entry"
UTM_CONTENT = "_wc_order_attribution_utm_content"

_UNPAID: Mapping[str, OrderStatus] = {
    "pending": "pending",
    "on-hold": "pending",
    "draft": "pending",
    "auto-draft": "pending",
    "checkout-draft": "pending",
    "failed": "failed",
    "cancelled": "cancelled",
    "trash": "cancelled",
}
_SUBSCRIPTIONS: Mapping[str, Literal["renewal", "switch", "resubscribe"]] = {
    "_subscription_renewal": "renewal",
    "_subscription_switch": "switch",
    "_subscription_resubscribe": "resubscribe",
}


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order body.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    hint = read_hint(body)
    refunds = tuple(read_thin_refund(node, hint) for node in body.nodes("refunds"))
    return check_snapshot(_read_snapshot(body, hint, len(refunds), hash_email)), refunds


def read_hint(body: Node) -> OrderHint:
    return OrderHint(
        order_id=body.identifier("id"),
        currency=body.currency("currency"),
        is_test="test" in meta_values(body, "_wcpay_mode"),
    )


def _read_snapshot(
    body: Node, hint: OrderHint, refund_count: int, hash_email: HashEmail
) -> OrderSnapshot:
    currency = hint.currency
    status, paid_at = _read_payment(body)
    lines, rebate = read_lines(body, currency)
    subscription = _read_subscription(body)
    landing = query_pairs(next(iter(meta_values(body, SESSION_ENTRY)), None))
    is_renewal = subscription.kind == "renewal"
    return OrderSnapshot(
        external_order_id=hint.order_id,
        external_number=body.text("number", at_most=80),
        version=microseconds(gmt(body, "date_modified")) + min(refund_count, 999),
        status=status,
        currency=currency,
        total=money(body, "total", currency),
        lines=lines,
        is_test=hint.is_test,
        placed_at=find_gmt(body, "date_created"),
        paid_at=paid_at,
        fulfilled_at=find_gmt(body, "date_completed"),
        shipping=find_money(body, "shipping_total", currency),
        shipping_tax=find_money(body, "shipping_tax", currency),
        tax_total=find_money(body, "total_tax", currency),
        discounts=tuple(_read_discounts(body, currency, rebate)),
        customer=_read_customer(body, hash_email),
        subscription=subscription,
        clicks=() if is_renewal else collect_clicks(_click_candidates(body, landing)),
        has_paid_marker=has_paid_marker(landing) and not is_renewal,
    )


def _read_payment(body: Node) -> tuple[OrderStatus, datetime | None]:
    """Return the status and when the money came."""
    body.required("status")
    word = body.text("status").removeprefix("wc-")
    paid_at = find_gmt(body, "date_paid")
    if word in _UNPAID:
        return _UNPAID[word], paid_at
    if word in {"completed", "refunded"}:
        paid_at = paid_at or find_gmt(body, "date_completed") or gmt(body, "date_modified")
    if word == "refunded":
        return "refunded", paid_at
    status: OrderStatus = "paid" if paid_at else "pending"
    return status, paid_at


def _read_discounts(body: Node, currency: str, rebate: int) -> Iterator[Discount]:
    for node in body.nodes("coupon_lines"):
        raw = node.text("code")
        amount = find_money(node, "discount", currency)
        yield Discount("code" if raw else "manual", amount, normalise_code(raw), raw)
    if rebate:
        yield Discount("automatic", rebate)


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    billing = body.find_node("billing") or Node({}, "billing")
    shipping = body.find_node("shipping") or Node({}, "shipping")
    email = normalise_email(billing.text("email"))
    external_id = body.find_identifier("customer_id")
    return Customer(
        external_id="" if external_id == "0" else external_id,  # a guest
        email_hash=hash_email(email) if email else "",
        country=normalise_country(shipping.text("country") or billing.text("country")),
    )


def _read_subscription(body: Node) -> Subscription:
    for key, kind in _SUBSCRIPTIONS.items():
        for value in meta_values(body, key):
            return Subscription(kind, str(value)[:80] if str(value).isdecimal() else "")
    is_renewal = body.text("created_via") == "subscription"
    return Subscription("renewal") if is_renewal else Subscription()


def _click_candidates(body: Node, landing: list[tuple[str, str]]) -> Iterator[tuple[object, str]]:
    for value in meta_values(body, f"_{CLICK_PARAMETER}", CLICK_PARAMETER):
        yield value, "order_meta"
    for name, value in landing:
        if name == CLICK_PARAMETER:
            yield value, "landing_url"
    for value in meta_values(body, UTM_CONTENT):
        if isinstance(value, str) and len(value) == TOKEN_LENGTH:
            yield value, "utm_content"
