"""From what the subscriber posts to canonical events: `{"event": …, "medusa": 2, "order": {…}}`.

Version 1 tells money in minor units and version 2 in major ones, so the version must be certain:
it is told beside the order, or by fields that only one of them has.
"""

from collections.abc import Mapping

from core.signing import Headers
from tracking.integrations.medusa.money import Read, read_minor
from tracking.integrations.medusa.order import read_order
from tracking.integrations.reading import Node, load_object
from tracking.integrations.sums import read_rounded
from tracking.services.adapters import IRRELEVANT, HashEmail, Parsed

READERS: Mapping[str, Read] = {"1": read_minor, "2": read_rounded}
ONLY_V1 = ("refundable_amount", "payments", "region")
ONLY_V2 = ("summary", "payment_collections")


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
    snapshot, refunds = read_order(found.node("order"), _choose_reader(found), hash_email)
    return Parsed((snapshot, *refunds))


def _choose_reader(found: Node) -> Read:
    if found.has("medusa"):
        return found.word("medusa", READERS)
    order = found.node("order")
    is_v1 = any(order.has(name) for name in ONLY_V1)
    is_v2 = any(order.has(name) for name in ONLY_V2)
    if is_v1 == is_v2:
        found.refuse("missing_field", "medusa")
    return read_minor if is_v1 else read_rounded
