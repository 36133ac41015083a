"""Who sent it: HMAC-SHA256 in hex over the body; the key is the secret decoded from hex.

Source: developers.squarespace.com, "Verifying notifications". Nothing in it is dated.
"""

from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified
from tracking.integrations.proof import check_mac, from_hex
from tracking.integrations.reading import load_object, parse_time
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64
MAX_EVENT_ID = 80


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - nothing in the scheme is dated
    address: str,  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    return check_mac(
        headers=headers,
        name="squarespace-signature",
        text=body,
        keys=[from_hex(secret.strip()) for secret in secrets],
        decode=from_hex,
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - all is in the body
    try:
        node = load_object(body)
        topic, event_id = node.text("topic", at_most=MAX_TOPIC), node.find_identifier("id")
        created = node.text("createdOn")
    except PayloadRefused:
        return Delivery("", "", None)
    return Delivery(topic, event_id[:MAX_EVENT_ID], parse_time(created))


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
