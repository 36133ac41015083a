"""A Shopify order body: the snapshot and the refunds embedded in it.

- Money is the shop's (`shop_money`), never the shopper's.
- A code counts only where `discount_applications` has it with type `discount_code`:
  `discount_codes` also lists the titles of manual and draft discounts.
- `paid_at`: no body tells when money arrived. Terms of payment tell when their schedules were
  completed; else `processed_at` stands in, which is when a checkout was paid, and is the same in
  every later body, so replays converge. For a transfer that came days after the order it is
  early; the hold's anchor is never more than 72 h before receipt, which bounds it.
- First order or not is left open: Shopify took the count out of the payload in 2022-04.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from core.money import EXPONENTS
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
    PAID_STATUSES,
    check_snapshot,
    collect_clicks,
    has_paid_marker,
    normalise_code,
    normalise_country,
    query_pairs,
)
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.shopify.lines import read_lines, sum_amounts
from tracking.integrations.shopify.money import find_shop_amount, shop_amount
from tracking.integrations.shopify.refund import OrderHint, Refund, read_refund
from tracking.services.adapters import HashEmail

_STATUSES: Mapping[str, OrderStatus] = {
    "pending": "pending",
    "authorized": "authorized",
    "partially_paid": "partially_paid",
    "paid": "paid",
    "partially_refunded": "partially_refunded",
    "refunded": "refunded",
    "voided": "failed",  # the authorization is gone; only cancelled_at cancels for good
    "expired": "failed",
}
_DISCOUNT_KINDS: Mapping[str, Literal["code", "automatic", "manual", "script"]] = {
    "discount_code": "code",
    "automatic": "automatic",
    "manual": "manual",
    "script": "script",
}
# A cart attribute or line property that starts with "_" is kept out of the shopper's sight.
_CLICK_NAMES = frozenset({CLICK_PARAMETER, f"_{CLICK_PARAMETER}"})


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order body.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    body.required("taxes_included")
    hint = OrderHint(
        order_id=body.identifier("id"),
        currency=body.currency("currency"),
        is_tax_included=body.flag("taxes_included"),
    )
    refunds = [read_refund(node, hint) for node in body.nodes("refunds")]
    snapshot = _read_snapshot(body, hint, refunds, hash_email)
    events = [refund.event for refund in refunds if refund.event]
    return check_snapshot(snapshot), tuple(events)


def _read_snapshot(
    body: Node, hint: OrderHint, refunds: list[Refund], hash_email: HashEmail
) -> OrderSnapshot:
    currency = hint.currency
    shipping, shipping_tax = _read_shipping(body, hint)
    landing = query_pairs(body.values.get("landing_site"))
    return OrderSnapshot(
        external_order_id=hint.order_id,
        external_number=body.text("name", at_most=80),
        version=microseconds(body.time("updated_at")),
        status=_read_status(body),
        currency=currency,
        total=shop_amount(body, "total_price", currency),
        lines=read_lines(body, currency, refunds, is_tax_included=hint.is_tax_included),
        is_test=body.flag("test"),
        placed_at=body.find_time("created_at") or body.find_time("processed_at"),
        paid_at=_read_paid_at(body),
        cancelled_at=body.find_time("cancelled_at"),
        fulfilled_at=_read_fulfilled_at(body),
        delivered_at=_read_delivered_at(body),
        shipping=shipping,
        shipping_tax=shipping_tax,
        tax_total=find_shop_amount(body, "total_tax", currency) or 0,
        tax_included=hint.is_tax_included,
        discounts=tuple(_read_discounts(body, currency)),
        customer=_read_customer(body, hash_email),
        subscription=_read_subscription(body),
        clicks=collect_clicks(_click_candidates(body, landing)),
        has_paid_marker=has_paid_marker(landing),
        presentment_currency=_known_currency(body.text("presentment_currency")),
    )


def _read_status(body: Node) -> OrderStatus:
    if body.has("cancelled_at"):
        return "cancelled"
    return _payment_status(body)


def _payment_status(body: Node) -> OrderStatus:
    return body.word("financial_status", _STATUSES)


def _read_paid_at(body: Node) -> datetime | None:
    if _payment_status(body) not in PAID_STATUSES:
        return None
    terms = body.find_node("payment_terms")
    schedules = terms.nodes("payment_schedules") if terms else []
    completed = [schedule.find_time("completed_at") for schedule in schedules]
    done = [at for at in completed if at]
    if done:
        return max(done)
    return body.find_time("processed_at") or body.find_time("created_at") or body.time("updated_at")


def _read_fulfilled_at(body: Node) -> datetime | None:
    """Return when the last parcel left, once the whole order has."""
    parcels = _parcels(body)
    times = [parcel.find_time("created_at") for parcel in parcels]
    is_whole = body.text("fulfillment_status") == "fulfilled"
    return max((at for at in times if at), default=None) if is_whole else None


def _read_delivered_at(body: Node) -> datetime | None:
    """Return when the last parcel was delivered: its last change, for Shopify keeps no time."""
    parcels = _parcels(body)
    if _read_fulfilled_at(body) is None or not all(
        parcel.text("shipment_status") == "delivered" for parcel in parcels
    ):
        return None
    times = [parcel.find_time("updated_at") for parcel in parcels]
    return max((at for at in times if at), default=None)


def _parcels(body: Node) -> list[Node]:
    return [node for node in body.nodes("fulfillments") if node.text("status") == "success"]


def _read_shipping(body: Node, hint: OrderHint) -> tuple[int, int]:
    """Return shipping after its discounts, without tax, and its tax."""
    if not body.has("shipping_lines"):
        return find_shop_amount(body, "total_shipping_price", hint.currency) or 0, 0
    lines = [node for node in body.nodes("shipping_lines") if not node.flag("is_removed")]
    price = sum(_shipping_price(node, hint.currency) for node in lines)
    tax = sum(sum_amounts(node, "tax_lines", "price", hint.currency) for node in lines)
    return price - tax if hint.is_tax_included else price, tax


def _shipping_price(node: Node, currency: str) -> int:
    if node.has("discount_allocations"):
        discount = sum_amounts(node, "discount_allocations", "amount", currency)
        return shop_amount(node, "price", currency) - discount
    discounted = find_shop_amount(node, "discounted_price", currency)
    return shop_amount(node, "price", currency) if discounted is None else discounted


def _read_discounts(body: Node, currency: str) -> Iterator[Discount]:
    if not body.has("discount_applications"):
        yield from _read_old_codes(body, currency)
        return
    amounts = _discount_amounts(body, currency)
    for index, node in enumerate(body.nodes("discount_applications")):
        kind = _DISCOUNT_KINDS.get(node.text("type"), "automatic")
        raw = node.text("code") if kind == "code" else ""
        yield Discount(kind, amounts[index], code=normalise_code(raw), raw_code=raw)


def _read_old_codes(body: Node, currency: str) -> Iterator[Discount]:
    """Read the codes of a body from before discount applications, when all of them were typed."""
    for node in body.nodes("discount_codes"):
        raw = node.text("code")
        amount = shop_amount(node, "amount", currency)
        yield Discount("code" if raw else "manual", amount, code=normalise_code(raw), raw_code=raw)


def _discount_amounts(body: Node, currency: str) -> Counter[object]:
    amounts = Counter[object]()
    for node in body.nodes("line_items") + body.nodes("shipping_lines"):
        for share in node.nodes("discount_allocations"):
            index = share.values.get("discount_application_index")
            if isinstance(index, int):
                amounts[index] += shop_amount(share, "amount", currency)
    return amounts


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    customer = body.find_node("customer") or Node({}, "customer")
    written = (body.text("email"), body.text("contact_email"), customer.text("email"))
    email = next((found for found in map(normalise_email, written) if found), "")
    address = body.find_node("shipping_address") or body.find_node("billing_address")
    return Customer(
        external_id=customer.find_identifier("id"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(address.text("country_code")) if address else "",
    )


def _read_subscription(body: Node) -> Subscription:
    """Tell a subscription by the sales channel: its first order comes by the checkout."""
    source = body.text("source_name")
    if not source.startswith("subscription_contract"):
        return Subscription()
    return Subscription("initial" if source.endswith("checkout_one") else "renewal")


def _click_candidates(body: Node, landing: list[tuple[str, str]]) -> Iterator[tuple[object, str]]:
    for name, value in _named_values(body.values.get("note_attributes")):
        if name in _CLICK_NAMES:
            yield value, "note_attribute"
    for line in body.nodes("line_items"):
        for name, value in _named_values(line.values.get("properties")):
            if name in _CLICK_NAMES:
                yield value, "line_property"
    for name, value in landing:
        if name == CLICK_PARAMETER:
            yield value, "landing_site"


def _named_values(found: object) -> Iterator[tuple[str, object]]:
    """Read what a theme wrote: a list of name and value, or an object; anything else is nothing."""
    if isinstance(found, Mapping):
        yield from found.items()
    elif isinstance(found, list):
        for pair in found:
            name = pair.get("name") if isinstance(pair, Mapping) else None
            if isinstance(name, str):
                yield name, pair.get("value")


def _known_currency(code: str) -> str:
    return code if code in EXPONENTS else ""
