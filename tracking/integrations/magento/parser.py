"""From a Magento body to canonical events.

A webhook holds an order or a credit memo as it was saved, bare, under its own name, or in the
envelope of Adobe I/O Events (`event.data.value`). What it is, its own fields tell: the topic stands
in a header that is not signed. An invoice says that its order may be paid now, so that is fetched.
`order.pulled` is what REST told: `{"order": …, "creditmemos": […]}`.
"""

from core.signing import Headers
from tracking.integrations.magento.creditmemo import read_creditmemo
from tracking.integrations.magento.order import read_order
from tracking.integrations.reading import Node, load_object
from tracking.services.adapters import NEEDS_FETCH, HashEmail, Parsed

PULLED = "order.pulled"
ENVELOPES = ("event", "data", "value")
NAMES = ("order", "creditmemo", "invoice")


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
    found = load_object(body)
    if topic == PULLED:
        snapshot, running = read_order(found.node("order"), hash_email)
        memos = tuple(read_creditmemo(node) for node in found.nodes("creditmemos"))
        return Parsed((snapshot, *memos, *running))
    entity = _unwrap(found)
    if not entity.has("order_id"):
        snapshot, running = read_order(entity, hash_email)
        return Parsed((snapshot, *running))
    if _is_creditmemo(entity):
        return Parsed((read_creditmemo(entity),))
    return Parsed((), NEEDS_FETCH, fetch=(entity.identifier("order_id"),))


def _unwrap(node: Node) -> Node:
    for name in (*ENVELOPES, *NAMES):
        if isinstance(node.values.get(name), dict) and not node.has("increment_id"):
            node = node.node(name)
    return node


def _is_creditmemo(entity: Node) -> bool:
    return any(name.startswith("base_adjustment") for name in entity.values)
