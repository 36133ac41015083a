"""From a Shopify webhook to canonical events, by topic.

The topic only says what kind of body it is. Whether an order is paid, cancelled or a test is read
from the body: Shopify's own sample for orders/create is a cancelled test order.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from core.signing import Headers
from tracking.domain.events import DisputeEvent, DisputeStatus, OrderCancelled
from tracking.integrations.reading import Node, load_object, parse_time
from tracking.integrations.shopify.order import read_order
from tracking.integrations.shopify.refund import read_refund
from tracking.integrations.shopify.signature import read_triggered_at
from tracking.services.adapters import (
    CUSTOMER_REDACT,
    DATA_REQUEST,
    IRRELEVANT,
    NEEDS_FETCH,
    NO_MONEY,
    NO_ORDER,
    SHOP_REDACT,
    UNINSTALLED,
    HashEmail,
    Parsed,
)

PULLED = "orders/pulled"  # what the Admin API told, which is the body of a webhook

ORDER_TOPICS = frozenset(
    {
        PULLED,
        "orders/create",
        "orders/paid",
        "orders/updated",
        "orders/cancelled",
        "orders/fulfilled",
        "orders/partially_fulfilled",
    }
)

NOTES: Mapping[str, str] = {
    "app/uninstalled": UNINSTALLED,
    "customers/data_request": DATA_REQUEST,
    "customers/redact": CUSTOMER_REDACT,
    "shop/redact": SHOP_REDACT,
}

# charge_refunded and prevented end a dispute without a chargeback: a refund comes as a refund.
DISPUTE_STATUSES: Mapping[str, DisputeStatus] = {
    "needs_response": "opened",
    "under_review": "opened",
    "won": "won",
    "prevented": "won",
    "charge_refunded": "won",
    "lost": "lost",
    "accepted": "lost",
}


def parse(*, topic: str, headers: Headers, body: bytes, hash_email: HashEmail) -> Parsed:
    """Turn a verified body into events.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    if topic in ORDER_TOPICS:
        return _parse_order(load_object(body), hash_email)
    if topic in NOTES:
        load_object(body)
        return Parsed((), NOTES[topic])
    reader = _READERS.get(topic)
    if reader is None:
        return Parsed((), IRRELEVANT)
    return reader(load_object(body), read_triggered_at(headers))


def _parse_order(body: Node, hash_email: HashEmail) -> Parsed:
    snapshot, refunds = read_order(body, hash_email)
    return Parsed((snapshot, *refunds))


def _parse_refund(body: Node, triggered_at: datetime | None) -> Parsed:
    del triggered_at  # the refund tells its own time
    event = read_refund(body).event
    return Parsed((event,)) if event else Parsed((), NO_MONEY)


def _parse_edit(body: Node, triggered_at: datetime | None) -> Parsed:
    """Name the order of an edit, which tells only what was added and removed.

    Where it cannot be fetched, orders/updated follows with all of it.
    """
    del triggered_at
    edit = body.find_node("order_edit") or body
    order_id = edit.find_identifier("order_id")
    wanted = (order_id,) if order_id else ()
    return Parsed((), NEEDS_FETCH, fetch=wanted, is_provisional=True)


def _parse_deletion(body: Node, triggered_at: datetime | None) -> Parsed:
    return Parsed((OrderCancelled(body.identifier("id"), triggered_at),))


def _parse_dispute(body: Node, triggered_at: datetime | None) -> Parsed:
    """Read a chargeback or an inquiry.

    Its amount is in the card's currency and the body does not name the shop's, so the whole order
    is held: an amount of another currency must never be compared with the order's.
    """
    status = body.word("status", DISPUTE_STATUSES)
    if not body.has("order_id"):
        return Parsed((), NO_ORDER)
    occurred = body.text("initiated_at" if status == "opened" else "finalized_on")
    event = DisputeEvent(
        external_order_id=body.identifier("order_id"),
        external_dispute_id=body.identifier("id"),
        status=status,
        occurred_at=parse_time(occurred) or triggered_at,
    )
    return Parsed((event,))


_READERS: Mapping[str, Callable[[Node, datetime | None], Parsed]] = {
    "orders/edited": _parse_edit,
    "orders/delete": _parse_deletion,
    "refunds/create": _parse_refund,
    "disputes/create": _parse_dispute,
    "disputes/update": _parse_dispute,
}
