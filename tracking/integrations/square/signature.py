"""Who sent it: a MAC over the address as it was registered, followed by the body.

Source: Square, "Verify and validate an event notification". Nothing is dated.
"""

from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified
from tracking.integrations.proof import check_mac, from_base64, text_key
from tracking.integrations.reading import load_object
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64
MAX_EVENT_ID = 128


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - nothing in the scheme is dated
    address: str = "",
) -> Verified | Refusal:
    return check_mac(
        headers=headers,
        name="x-square-hmacsha256-signature",
        text=address.encode("utf-8", "surrogatepass") + body,
        keys=[text_key(secret) for secret in secrets],
        decode=from_base64,
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - the body has its own id
    try:
        event = load_object(body)
        topic = event.text("type", at_most=MAX_TOPIC)
        return Delivery(topic, event.find_identifier("event_id")[:MAX_EVENT_ID], None)
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - its test event is signed as any other
    return False
