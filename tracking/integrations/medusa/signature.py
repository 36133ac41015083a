"""Who sent it: Standard Webhooks, as the subscriber of `docs/stores/medusa.md` signs.

Medusa posts nothing by itself, so the scheme is ours to choose, and this one is dated.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

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
    address: str,  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    return signing.verify(
        scheme="standard_webhooks", secrets=secrets, headers=headers, body=body, now=now
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:
    """Read id and time from the signed headers, and the event from the body if it can be read."""
    try:
        topic = load_object(body).text("event", at_most=MAX_TOPIC)
    except PayloadRefused:
        topic = ""
    event_id = signing.find_header(headers, signing.STANDARD_ID) or ""
    timestamp = signing.find_header(headers, signing.STANDARD_TIMESTAMP) or ""
    is_time = timestamp.isdigit() and len(timestamp) <= 10
    triggered_at = datetime.fromtimestamp(int(timestamp), UTC) if is_time else None
    return Delivery(topic, event_id[:MAX_EVENT_ID], triggered_at)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
