"""From an Ecwid body to canonical events.

A webhook is signed in two fields only and names an order, so the order is fetched, also where it
says that the order was deleted. `order.pulled` is `{"currency": …, "order": …}`: an order as the
API told it, with the currency of the shop's profile, which no order names. Unfinished orders are
carts that were left: they are no orders.
"""

from core.signing import Headers
from tracking.integrations.ecwid.order import UNFINISHED, read_order
from tracking.integrations.reading import load_object
from tracking.services.adapters import IRRELEVANT, NEEDS_FETCH, NO_ORDER, HashEmail, Parsed

PULLED = "order.pulled"
THIN_TOPICS = frozenset({"order.created", "order.updated", "order.deleted"})


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
    if topic == PULLED:
        found = load_object(body)
        order = found.node("order")
        if order.text("paymentStatus") == UNFINISHED:
            return Parsed((), NO_ORDER)
        snapshot, refunds = read_order(order, found.currency("currency"), hash_email)
        return Parsed((snapshot, *refunds))
    if topic in THIN_TOPICS:
        return Parsed((), NEEDS_FETCH, fetch=(find_order_id(body),))
    return Parsed((), IRRELEVANT)


def find_order_id(body: bytes) -> str:
    """Return the order a webhook is about, as the API takes it.

    :raises PayloadRefused: it names none.
    """
    node = load_object(body)
    data = node.find_node("data")
    told = data.find_identifier("orderId") if data else ""
    return told or node.identifier("entityId")
