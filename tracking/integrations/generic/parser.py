"""The generic webhook: a JSON object `{"type": …, "data": {…}}`, UTF-8, each key once.

Common rules
    Money is a decimal string in major units ("12.50"; JPY "1250"; KWD "1.250"), never a number,
    never negative, with no digit the currency cannot hold. Times are ISO 8601 with a zone.
    Ids are strings or integers, printable ASCII, at most 80 characters. Unknown fields are
    ignored; a repeated key, a wrong type and a missing required field refuse the whole body.
    (r) = required.

`order.created`, `order.updated`, `order.paid`, `order.cancelled`: the whole order, each time
    id (r) · number · updated_at (r): must grow with every change, the newest wins · placed_at ·
    status (r): pending, authorized, partially_paid, paid, partially_refunded, refunded,
    cancelled, failed · paid_at: required for paid, partially_refunded, refunded and the type
    order.paid · cancelled_at: required for status cancelled and the type order.cancelled ·
    fulfilled_at · delivered_at · test (false) · currency (r) · total (r): for show, no commission
    is reckoned from it · tax_included (false): whether gross, discount and shipping hold the tax
    · shipping ("0"): after its discounts · shipping_tax ("0") · presentment_currency
    lines (r): list of {id (r) · quantity (r): 1 or more, as placed or edited, before refunds ·
        gross (r): price times quantity, before discount · discount ("0"): what of all discounts
        falls on the line · tax ("0") · product_id · variant_id · sku · title ·
        gift_card (false) · collections: list of strings}
    discounts: list of {kind ("code" with a code, else "manual"; or automatic, script) · code ·
        amount (r)}: only kind code can credit a creator
    customer: {id · email: kept as a keyed hash · country: two letters · is_first_order}
    subscription: {kind (r): initial, renewal, switch, resubscribe · id}
    click: the value of `fs_click` · landing_url: its query is looked at for `fs_click` too

`refund.created`, `refund.updated`
    id (r) · order_id (r) · currency (r): the order's · status ("succeeded"; or pending, failed,
    cancelled) · refunded_at · test (false) · total (r): all that went back
    lines: list of {id (r): of the order's line · quantity (r): 0 or more · net (r): without tax ·
        tax ("0")}
    amount ("0"): goods of no line, with their tax · shipping ("0"): with its tax
    total must be the sum of the parts. A refund of which only the total is known sends it as
    amount. The same id again replaces nothing that went through: send failed to undo it.

`lead.created`, `lead.updated`: somebody who signed up or asked, without an order, each time whole
    id (r) · at (r): when · updated_at: must grow with every change, left out: `at` · status
    ("accepted"; or pending, rejected) · customer, click, landing_url, test: as of an order ·
    code: of a creator
`lead.rejected`: it does not count, for good
    id (r) · at

`dispute.opened`, `dispute.won`, `dispute.lost`
    id (r) · order_id (r) · at: when · amount and currency, together: left out for the whole order
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from core.signing import Headers, normalise_email
from tracking.domain.events import (
    Customer,
    Discount,
    DisputeEvent,
    DisputeStatus,
    Line,
    OrderCancelled,
    OrderSnapshot,
    OrderStatus,
    RefundEvent,
    RefundKind,
    RefundLine,
    RefundStatus,
    Subscription,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    check_refund,
    check_snapshot,
    collect_clicks,
    has_paid_marker,
    normalise_code,
    normalise_country,
    query_pairs,
)
from tracking.integrations.generic.signature import MAX_TOPIC
from tracking.integrations.reading import Node, clean_text, load_strict_object, microseconds
from tracking.services.adapters import IRRELEVANT, HashEmail, Parsed

LEAD_PREFIX = "lead:"
MAX_LEAD_ID = 75
ORDER_TYPES = frozenset({"order.created", "order.updated", "order.paid", "order.cancelled"})
REFUND_TYPES = frozenset({"refund.created", "refund.updated"})
LEAD_TYPES = frozenset({"lead.created", "lead.updated"})
LEAD_REJECTED = "lead.rejected"
DISPUTE_TYPES: Mapping[str, DisputeStatus] = {
    "dispute.opened": "opened",
    "dispute.won": "won",
    "dispute.lost": "lost",
}

_DiscountKind = Literal["code", "automatic", "manual", "script"]
_SubscriptionKind = Literal["initial", "renewal", "switch", "resubscribe"]

_STATUSES: Mapping[str, OrderStatus] = {
    "pending": "pending",
    "authorized": "authorized",
    "partially_paid": "partially_paid",
    "paid": "paid",
    "partially_refunded": "partially_refunded",
    "refunded": "refunded",
    "cancelled": "cancelled",
    "failed": "failed",
}
_LEAD_STATUSES: Mapping[str, OrderStatus] = {
    "accepted": "paid",
    "pending": "pending",
    "rejected": "cancelled",
}
_REFUND_STATUSES: Mapping[str, RefundStatus] = {
    "pending": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
_DISCOUNT_KINDS: Mapping[str, _DiscountKind] = {
    "code": "code",
    "automatic": "automatic",
    "manual": "manual",
    "script": "script",
}
_SUBSCRIPTION_KINDS: Mapping[str, _SubscriptionKind] = {
    "initial": "initial",
    "renewal": "renewal",
    "switch": "switch",
    "resubscribe": "resubscribe",
}


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
    envelope = load_strict_object(body)
    envelope.required("type")
    kind = envelope.text("type", at_most=MAX_TOPIC)
    if kind != topic:
        envelope.refuse("topic_mismatch", "type")
    if kind in ORDER_TYPES:
        return Parsed((check_snapshot(_read_order(envelope.node("data"), kind, hash_email)),))
    if kind in REFUND_TYPES:
        return Parsed((check_refund(_read_refund(envelope.node("data"))),))
    if kind in DISPUTE_TYPES:
        return Parsed((_read_dispute(envelope.node("data"), DISPUTE_TYPES[kind]),))
    if kind in LEAD_TYPES:
        return Parsed((check_snapshot(_read_lead(envelope.node("data"), hash_email)),))
    if kind == LEAD_REJECTED:
        data = envelope.node("data")
        return Parsed((OrderCancelled(_read_lead_id(data), data.find_time("at")),))
    return Parsed((), IRRELEVANT)


def _read_order(data: Node, kind: str, hash_email: HashEmail) -> OrderSnapshot:
    currency = data.currency("currency")
    is_tax_included = data.flag("tax_included")
    status = data.word("status", _STATUSES)
    lines = tuple(_read_lines(data, currency, is_tax_included=is_tax_included))
    shipping, shipping_tax = (
        _money(data, "shipping", currency),
        _money(data, "shipping_tax", currency),
    )
    landing = query_pairs(data.values.get("landing_url"))
    return OrderSnapshot(
        external_order_id=data.identifier("id"),
        external_number=data.text("number", at_most=80),
        version=microseconds(data.time("updated_at")),
        status=status,
        currency=currency,
        total=_required_money(data, "total", currency),
        lines=lines,
        is_test=data.flag("test"),
        placed_at=data.find_time("placed_at"),
        paid_at=data.time("paid_at") if kind == "order.paid" else data.find_time("paid_at"),
        cancelled_at=_read_cancelled_at(data, kind, status),
        fulfilled_at=data.find_time("fulfilled_at"),
        delivered_at=data.find_time("delivered_at"),
        shipping=shipping - shipping_tax if is_tax_included else shipping,
        shipping_tax=shipping_tax,
        tax_total=sum(line.tax for line in lines) + shipping_tax,
        tax_included=is_tax_included,
        discounts=tuple(_read_discounts(data, currency)),
        customer=_read_customer(data, hash_email),
        subscription=_read_subscription(data),
        clicks=collect_clicks(_click_candidates(data, landing)),
        has_paid_marker=has_paid_marker(landing),
        presentment_currency=_read_presentment(data),
    )


def _read_lead(data: Node, hash_email: HashEmail) -> OrderSnapshot:
    status = data.word("status", _LEAD_STATUSES, default="accepted")
    at, code = data.time("at"), data.text("code")
    changed = data.find_time("updated_at") or at
    landing = query_pairs(data.values.get("landing_url"))
    return OrderSnapshot(
        external_order_id=_read_lead_id(data),
        external_number=data.identifier("id"),
        version=microseconds(changed),
        status=status,
        currency="",
        total=0,
        lines=(),
        is_test=data.flag("test"),
        placed_at=at,
        paid_at=changed if status == "paid" else None,
        discounts=(
            (Discount("code", 0, code=normalise_code(code), raw_code=code),) if code else ()
        ),
        customer=_read_customer(data, hash_email),
        clicks=collect_clicks(_click_candidates(data, landing)),
        has_paid_marker=has_paid_marker(landing),
        kind="lead",
    )


def _read_lead_id(data: Node) -> str:
    """Return the id under which a lead is kept apart from the orders of its shop."""
    found = data.identifier("id")
    if len(found) > MAX_LEAD_ID:
        data.refuse("bad_identifier", "id")
    return f"{LEAD_PREFIX}{found}"


def _read_cancelled_at(data: Node, kind: str, status: OrderStatus) -> datetime | None:
    if kind == "order.cancelled" or status == "cancelled":
        return data.time("cancelled_at")
    return data.find_time("cancelled_at")


def _read_presentment(data: Node) -> str:
    return data.currency("presentment_currency") if data.has("presentment_currency") else ""


def _read_lines(data: Node, currency: str, *, is_tax_included: bool) -> Iterator[Line]:
    data.required("lines")
    for node in data.nodes("lines", at_most=MAX_LINES):
        gross = _required_money(node, "gross", currency)
        discount = _money(node, "discount", currency)
        tax = _money(node, "tax", currency)
        yield Line(
            external_line_id=node.identifier("id"),
            product_ref=node.find_identifier("product_id"),
            variant_ref=node.find_identifier("variant_id"),
            sku=node.text("sku"),
            title=node.text("title"),
            quantity=node.quantity("quantity"),
            gross=gross,
            discount=discount,
            net_ex_tax=gross - discount - (tax if is_tax_included else 0),
            tax=tax,
            is_gift_card=node.flag("gift_card"),
            collections=_read_collections(node),
        )


def _read_collections(node: Node) -> tuple[str, ...] | None:
    if not node.has("collections"):
        return None
    found = node.required("collections")
    if not isinstance(found, list) or not all(isinstance(ref, str) for ref in found):
        node.refuse("wrong_type", "collections")
    return tuple(clean_text(ref)[:80] for ref in found)


def _read_discounts(data: Node, currency: str) -> Iterator[Discount]:
    for node in data.nodes("discounts"):
        raw = node.text("code")
        kind = node.word("kind", _DISCOUNT_KINDS, default="code" if raw else "manual")
        if kind == "code" and not raw:
            node.refuse("missing_field", "code")
        code = raw if kind == "code" else ""
        amount = _required_money(node, "amount", currency)
        yield Discount(kind, amount, code=normalise_code(code), raw_code=code)


def _read_customer(data: Node, hash_email: HashEmail) -> Customer:
    node = data.find_node("customer")
    if node is None:
        return Customer()
    email = normalise_email(node.text("email", at_most=320))
    return Customer(
        external_id=node.find_identifier("id"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(node.text("country")),
        is_first_order=node.flag("is_first_order") if node.has("is_first_order") else None,
    )


def _read_subscription(data: Node) -> Subscription:
    node = data.find_node("subscription")
    if node is None:
        return Subscription()
    return Subscription(node.word("kind", _SUBSCRIPTION_KINDS), node.find_identifier("id"))


def _click_candidates(data: Node, landing: list[tuple[str, str]]) -> Iterator[tuple[object, str]]:
    yield data.text("click"), "body"
    for name, value in landing:
        if name == CLICK_PARAMETER:
            yield value, "landing_url"


def _read_refund(data: Node) -> RefundEvent:
    currency = data.currency("currency")
    lines = tuple(_read_refund_lines(data, currency))
    amount, shipping = _money(data, "amount", currency), _money(data, "shipping", currency)
    total = _required_money(data, "total", currency)
    if total != sum(line.net_ex_tax + line.tax for line in lines) + amount + shipping:
        data.refuse("inconsistent_money", "total")
    return RefundEvent(
        external_order_id=data.identifier("order_id"),
        external_refund_id=data.identifier("id"),
        status=data.word("status", _REFUND_STATUSES, default="succeeded"),
        kind=_refund_kind(lines, amount, shipping),
        currency=currency,
        occurred_at=data.find_time("refunded_at"),
        lines=lines,
        amount=amount,
        shipping=shipping,
        total=total,
        is_test=data.flag("test"),
    )


def _read_refund_lines(data: Node, currency: str) -> Iterator[RefundLine]:
    for node in data.nodes("lines", at_most=MAX_LINES):
        net = _required_money(node, "net", currency)
        tax = _money(node, "tax", currency)
        yield RefundLine(node.identifier("id"), node.quantity("quantity"), net, tax)


def _refund_kind(lines: tuple[RefundLine, ...], amount: int, shipping: int) -> RefundKind:
    if lines:
        return "partial_line"
    return "shipping_only" if shipping and not amount else "amount_only"


def _read_dispute(data: Node, status: DisputeStatus) -> DisputeEvent:
    has_amount = data.has("amount") or data.has("currency")
    amount = _required_money(data, "amount", data.currency("currency")) if has_amount else None
    return DisputeEvent(
        external_order_id=data.identifier("order_id"),
        external_dispute_id=data.identifier("id"),
        status=status,
        occurred_at=data.find_time("at"),
        amount=amount,
    )


def _required_money(node: Node, name: str, currency: str) -> int:
    if not isinstance(node.required(name), str):
        node.refuse("amount_not_text", name)
    return node.amount(name, currency)


def _money(node: Node, name: str, currency: str) -> int:
    return _required_money(node, name, currency) if node.has(name) else 0
