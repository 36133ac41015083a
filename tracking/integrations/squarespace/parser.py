"""From a Squarespace body to canonical events.

A notification (`order.create`, `order.update`) names the order and tells nothing of it, so the
order is fetched. `order.pulled` is an order of the Orders API 1.0 as it came.
"""

from core.signing import Headers
from tracking.integrations.reading import load_object
from tracking.integrations.squarespace.order import read_order
from tracking.services.adapters import (
    IRRELEVANT,
    NEEDS_FETCH,
    UNINSTALLED,
    HashEmail,
    Parsed,
)

PULLED = "order.pulled"
THIN_TOPICS = frozenset({"order.create", "order.update"})
UNINSTALL = "extension.uninstall"


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
        snapshot, refunds = read_order(load_object(body), hash_email)
        return Parsed((snapshot, *refunds))
    if topic in THIN_TOPICS:
        return Parsed((), NEEDS_FETCH, fetch=(find_order_id(body),))
    if topic == UNINSTALL:
        load_object(body)
        return Parsed((), UNINSTALLED)
    return Parsed((), IRRELEVANT)


def find_order_id(body: bytes) -> str:
    """Return the order a notification is about.

    :raises PayloadRefused: it names none.
    """
    return load_object(body).node("data").identifier("orderId")
