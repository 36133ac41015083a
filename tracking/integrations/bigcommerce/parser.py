"""From a BigCommerce webhook to what has to be fetched, and from that to canonical events.

A webhook holds ids alone. `order.fetched` is what the API told: the order (v2), its lines, its
coupons and its refunds (v3).
"""

from core.signing import Headers
from tracking.integrations.bigcommerce.order import read_order
from tracking.integrations.bigcommerce.refund import read_refund
from tracking.integrations.reading import load_object
from tracking.services.adapters import IRRELEVANT, NO_ORDER, HashEmail, Parsed

FETCHED = "order.fetched"
ORDERS = "store/order/"


def parse(
    *,
    topic: str,
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a verified body into events, or name the order to be fetched.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    event = load_object(body)
    if topic != FETCHED:
        if event.text("scope") != topic:
            event.refuse("topic_mismatch", "scope")
        if not topic.startswith(ORDERS):
            return Parsed((), IRRELEVANT)
        return Parsed((), fetch=(event.node("data").identifier("id"),))
    snapshot = read_order(event, hash_email)
    if snapshot is None:
        return Parsed((), NO_ORDER)
    found = event.find_node("refunds")
    refunds = found.nodes("data") if found else []
    return Parsed((snapshot, *(read_refund(node, snapshot) for node in refunds)))
