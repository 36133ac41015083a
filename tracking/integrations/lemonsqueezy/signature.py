"""Who sent it: `X-Signature`, a MAC over the body in hex. Nothing is dated and there is no id."""

from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified
from tracking.integrations.proof import check_mac, from_hex, text_key
from tracking.integrations.reading import load_object
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - nothing in the scheme is dated
    address: str = "",  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    return check_mac(
        headers=headers,
        name="x-signature",
        text=body,
        keys=[text_key(secret) for secret in secrets],
        decode=from_hex,
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - they are not signed
    """Read the event's name from the body; the hash of the body tells repeats."""
    try:
        meta = load_object(body).find_node("meta")
        return Delivery(meta.text("event_name", at_most=MAX_TOPIC) if meta else "", "", None)
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
