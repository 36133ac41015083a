"""Who sent it: Standard Webhooks (standardwebhooks.com), v1 signatures only."""

from collections.abc import Sequence
from datetime import UTC, datetime

from core import signing
from core.signing import Headers, Refusal, Verified
from tracking.integrations.reading import load_strict_object
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
    return signing.verify(
        scheme="standard_webhooks", secrets=secrets, headers=headers, body=body, now=now
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:
    """Read id and time from the signed headers, and the topic from the body if it can be read.

    A body that cannot be read has no topic: it is stored like any other, and refused by `parse`.
    """
    try:
        topic = load_strict_object(body).text("type", at_most=MAX_TOPIC)
    except PayloadRefused:
        topic = ""
    event_id = signing.find_header(headers, signing.STANDARD_ID) or ""
    timestamp = signing.find_header(headers, signing.STANDARD_TIMESTAMP) or ""
    is_time = timestamp.isdigit() and len(timestamp) <= 10
    triggered_at = datetime.fromtimestamp(int(timestamp), UTC) if is_time else None
    return Delivery(topic, event_id[:MAX_EVENT_ID], triggered_at)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
