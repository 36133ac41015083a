"""From a Square event to what has to be fetched, and from that to canonical events.

Events of orders hold ids alone; those of payments and refunds name the order or the payment.
`order.fetched` is what the API told: the order, its payments and its customer.
"""

from core.signing import Headers
from tracking.integrations.reading import Node, load_object
from tracking.integrations.square.order import read_order
from tracking.services.adapters import IRRELEVANT, NO_ORDER, HashEmail, Parsed

FETCHED = "order.fetched"
PAYMENT = "payment/"  # before the id of a payment whose order is to be fetched


def parse(
    *,
    topic: str,
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a verified body into events, or name what has to be fetched.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    event = load_object(body)
    if topic == FETCHED:
        return Parsed(read_order(event, hash_email))
    if event.text("type") != topic:
        event.refuse("topic_mismatch", "type")
    kind = topic.partition(".")[0]
    if kind not in {"order", "payment", "refund"}:
        return Parsed((), IRRELEVANT)
    wanted = _find_wanted(event.node("data"), kind)
    return Parsed((), fetch=(wanted,)) if wanted else Parsed((), NO_ORDER)


def _find_wanted(data: Node, kind: str) -> str:
    if kind == "order":
        return data.identifier("id")
    told = data.node("object").node(kind)
    if kind == "payment":
        return told.find_identifier("order_id")
    payment = told.find_identifier("payment_id")
    return f"{PAYMENT}{payment}" if payment else ""
