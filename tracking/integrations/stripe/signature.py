"""Who sent it: Stripe ("Check the webhook signatures"), any v1 of the last five minutes."""

from collections.abc import Sequence
from datetime import datetime

from core import signing
from core.signing import Headers, Refusal, Verified
from tracking.integrations.reading import load_object
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64
MAX_EVENT_ID = 128


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    address: str = "",  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    return signing.verify(scheme="stripe", secrets=secrets, headers=headers, body=body, now=now)


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - they say nothing of it
    """Read type and id from the signed body; what cannot be read is refused by `parse`."""
    try:
        event = load_object(body)
        return Delivery(
            event.text("type", at_most=MAX_TOPIC), event.find_identifier("id")[:MAX_EVENT_ID], None
        )
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
