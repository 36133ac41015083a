"""From a Saleor webhook to canonical events.

A body holds what the query of the webhook asks for, under the same names: `{"order": {…}}` for
every event of an order. Which event it was says the topic, which is not signed and adds nothing.
"""

from core.signing import Headers
from tracking.integrations.reading import load_object
from tracking.integrations.saleor.order import read_order
from tracking.services.adapters import IRRELEVANT, HashEmail, Parsed


def parse(
    *,
    topic: str,  # noqa: ARG001 - the body says what it is
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a verified body into events.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    found = load_object(body)
    if not found.has("order"):
        return Parsed((), IRRELEVANT)
    snapshot, refunds = read_order(found.node("order"), hash_email)
    return Parsed((snapshot, *refunds))
