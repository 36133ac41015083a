"""From a Paddle notification to canonical events, by its `event_type`.

`transaction.*` is the order, whatever it is called for; what was only opened at the checkout
(`draft`, `ready`) is none yet. `adjustment.*` is a refund or a chargeback, and counts when it is
approved. `order.fetched` is what the API told: the transaction with its customer and its code.
"""

from core.signing import Headers
from tracking.integrations.paddle.adjustment import read_adjustment
from tracking.integrations.paddle.transaction import read_transaction
from tracking.integrations.reading import load_object
from tracking.services.adapters import IRRELEVANT, NO_ORDER, HashEmail, Parsed

FETCHED = "order.fetched"
OPENED = frozenset({"draft", "ready"})


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
    event = load_object(body)
    if topic == FETCHED:
        node, is_test = event.node("transaction").node("data"), event.flag("sandbox")
        snapshot = read_transaction(node, hash_email, is_fetched=True, is_test=is_test)
        return Parsed((snapshot, *map(read_adjustment, node.nodes("adjustments"))))
    event.required("event_type")
    kind = event.text("event_type")
    if kind != topic:
        event.refuse("topic_mismatch", "event_type")
    data = event.node("data")
    if kind.startswith("adjustment."):
        return Parsed((read_adjustment(data),))
    if not kind.startswith("transaction."):
        return Parsed((), IRRELEVANT)
    if data.text("status") in OPENED:
        return Parsed((), NO_ORDER)
    snapshot = read_transaction(data, hash_email, is_fetched=False, is_test=False)
    wanted = (snapshot.external_order_id,) if snapshot.paid_at else ()
    return Parsed((snapshot,), fetch=wanted, is_provisional=True)
