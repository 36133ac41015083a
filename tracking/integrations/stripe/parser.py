"""From a Stripe event to canonical events, by its type: one primary event for each sale.

One sale makes a dozen events. What counts: for a payment its Checkout Session, under the payment
intent; for a subscription each paid invoice, under the invoice. The rest of a sale is set aside.
A session of a subscription only lends its first invoice what came with the shopper.

Snapshot events only ("object": "event"); a thin v2 event (`v2.core.event`) has no order in it.
`order.fetched` is what the API told: see `pull`.
"""

from collections.abc import Callable

from core.signing import Headers
from tracking.integrations.minor import find_id, seconds
from tracking.integrations.reading import Node, load_object
from tracking.integrations.stripe.fields import Told
from tracking.integrations.stripe.invoice import read_invoice
from tracking.integrations.stripe.refund import (
    read_charge,
    read_dispute,
    read_payment,
    read_refund,
)
from tracking.integrations.stripe.session import read_session
from tracking.services.adapters import IRRELEVANT, SAME_SALE, HashEmail, Parsed

FETCHED = "order.fetched"

_SESSIONS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
)
_REFUNDS = ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated")
_DISPUTES = (
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
LISTED = (*_SESSIONS, "invoice.paid", "charge.refunded", *_REFUNDS, *_DISPUTES)
_READERS: dict[str, Callable[[Node, Told], Parsed]] = {
    **dict.fromkeys(_SESSIONS, read_session),
    "invoice.paid": read_invoice,
    "charge.refunded": read_charge,
    **dict.fromkeys(_REFUNDS, read_refund),
    **dict.fromkeys(_DISPUTES, read_dispute),
}
_SAME_SALE = frozenset(
    {"charge.succeeded", "invoice.payment_succeeded", "payment_intent.succeeded"}
    | {"invoice.finalized", "invoice_payment.paid"}
)


def parse(
    *,
    topic: str,
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a verified body into events, or into what has to be fetched first.

    :raises PayloadRefused: for whatever cannot be read exactly; `foreign_account`: it happened in
        an account connected to the shop's own (Connect), which is another shop.
    """
    event = load_object(body)
    if topic == FETCHED:
        return _read_fetched(event, hash_email)
    return _read_event(event, topic, hash_email)


def find_wanted(event: Node) -> str:
    """Return the id by which what an event is about is fetched, empty where that is nothing."""
    kind, told = event.text("type"), event.node("data").node("object")
    if kind not in _READERS:
        return ""
    if kind in _SESSIONS or kind == "invoice.paid":
        return told.identifier("id")
    return find_id(told, "payment_intent")


def _read_event(
    event: Node, topic: str, hash_email: HashEmail, *, is_fetched: bool = False
) -> Parsed:
    kind = event.text("type")
    if kind != topic:
        event.refuse("topic_mismatch", "type")
    if event.text("object") != "event":
        return Parsed((), IRRELEVANT) if kind.startswith("v2.") else event.refuse("unknown_word")
    if kind in _SAME_SALE:
        return Parsed((), SAME_SALE)
    if kind not in _READERS:
        return Parsed((), IRRELEVANT)
    if event.has("account"):
        event.refuse("foreign_account", "account")
    event.required("livemode")
    told = Told(
        hash_email,
        is_test=not event.flag("livemode"),
        at=seconds(event, "created"),
        is_fetched=is_fetched,
    )
    return _READERS[kind](event.node("data").node("object"), told)


def _read_fetched(body: Node, hash_email: HashEmail) -> Parsed:
    if body.has("event"):  # one of the list of events, to see if what it is about is known
        event = body.node("event")
        return _read_event(event, event.text("type"), hash_email, is_fetched=True)
    name = next((name for name in ("session", "invoice") if body.has(name)), "")
    if not name:
        return read_payment(body)
    node = body.node(name)
    told = Told(
        hash_email,
        is_test=not node.flag("livemode"),
        at=seconds(node, "created"),
        is_fetched=True,
        lines=body.find_node("lines"),
    )
    return read_session(node, told) if name == "session" else read_invoice(node, told)
