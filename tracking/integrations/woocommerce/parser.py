"""From a WooCommerce body to canonical events, by topic.

A body is built when it is sent, not when its event happened, so the topic says little: an order
of `order.created` may be refunded already. `order.pulled` is what the REST API told: the order,
and its refunds in whole, in `{"order": …, "refunds": […]}`.
"""

from core.signing import Headers
from tracking.domain.events import OrderCancelled
from tracking.integrations.reading import Node, load_object
from tracking.integrations.woocommerce.order import read_hint, read_order
from tracking.integrations.woocommerce.refund import read_refund
from tracking.services.adapters import IRRELEVANT, HashEmail, Parsed

UPDATED = "order.updated"
ORDER_TOPICS = frozenset({"order.created", UPDATED, "order.restored"})
DELETED = "order.deleted"
PULLED = "order.pulled"


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
    if topic in ORDER_TOPICS:
        snapshot, refunds = read_order(load_object(body), hash_email)
        return Parsed((snapshot, *refunds))
    if topic == PULLED:
        return _parse_pulled(load_object(body), hash_email)
    if topic == DELETED:
        order_id = load_object(body).identifier("id")
        return Parsed((OrderCancelled(order_id, occurred_at=None, is_final=False),))
    return Parsed((), IRRELEVANT)


def _parse_pulled(body: Node, hash_email: HashEmail) -> Parsed:
    order = body.node("order")
    snapshot, thin = read_order(order, hash_email)
    hint = read_hint(order)
    whole = tuple(read_refund(node, hint) for node in body.nodes("refunds"))
    known = {refund.external_refund_id for refund in whole}
    rest = tuple(refund for refund in thin if refund.external_refund_id not in known)
    return Parsed((snapshot, *whole, *rest))
