"""From a Wix webhook to canonical events.

Events of `wix.ecom.v1.order` carry the order: `createdEvent.entity`, `updatedEvent.currentEntity`,
or `actionEvent.body.order`, each also as the text of its JSON under a name that ends in `AsJson`.
`order.pulled` is an order of the API as it came.
"""

from core.signing import Headers
from tracking.integrations.reading import Node, load_object
from tracking.integrations.wix.order import read_order
from tracking.integrations.wix.signature import load_text, open_event
from tracking.services.adapters import IRRELEVANT, UNINSTALLED, HashEmail, Parsed

PULLED = "order.pulled"
ORDER = "wix.ecom.v1.order"
REMOVED = frozenset({"wix.devcenter.app_instance_removed", "AppRemoved"})

_PLACES = (
    ("createdEvent", "entity"),
    ("updatedEvent", "currentEntity"),
    ("actionEvent", "body"),
)


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
        return _read(load_object(body), hash_email)
    event = open_event(body)
    if event.event_type in REMOVED:
        return Parsed((), UNINSTALLED)
    if event.data.text("entityFqdn") != ORDER:
        return Parsed((), IRRELEVANT)
    return _read(_find_order(event.data), hash_email)


def _read(order: Node, hash_email: HashEmail) -> Parsed:
    snapshot, refunds = read_order(order, hash_email)
    return Parsed((snapshot, *refunds))


def _find_order(data: Node) -> Node:
    found = [(data.node(event), name) for event, name in _PLACES if data.has(event)]
    if not found:
        data.refuse("missing_field", "createdEvent")
    event, name = found[0]
    entity = load_text(event, f"{name}AsJson" if event.has(f"{name}AsJson") else name)
    return entity.node("order") if entity.has("order") else entity
