"""Who sent it: HMAC-SHA256 in base64 over `eventCreated.eventId`, and over nothing else.

Source: Ecwid's webhook documentation. The rest of the body is not signed, its type and its order
included, so a delivery is only a hint that something may have changed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core.ids import EPOCH
from core.signing import Headers, Refusal, Verified
from tracking.integrations.proof import check_mac, from_base64, text_key
from tracking.integrations.reading import Node, load_object
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64
MAX_SECONDS = 4_102_444_800  # the year 2100


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - the time is signed, but retries repeat it for two days
    address: str,  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    try:
        text = _signed_text(load_object(body))
    except PayloadRefused:
        return Refusal("bad_body")
    return check_mac(
        headers=headers,
        name="x-ecwid-webhook-signature",
        text=text,
        keys=[text_key(secret) for secret in secrets],
        decode=from_base64,
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - all is in the body
    try:
        node = load_object(body)
        topic, event_id = node.text("eventType", at_most=MAX_TOPIC), node.identifier("eventId")
        return Delivery(topic, event_id, read_seconds(node, "eventCreated"))
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False


def read_seconds(node: Node, name: str) -> datetime:
    """Return a time that is told in seconds since 1970.

    :raises PayloadRefused: absent, no whole number, or of another century.
    """
    value = node.required(name)
    if type(value) is not int:
        node.refuse("wrong_type", name)
    if not 0 <= value <= MAX_SECONDS:
        node.refuse("bad_time", name)
    return (EPOCH + timedelta(seconds=value)).astimezone(UTC)


def _signed_text(node: Node) -> bytes:
    return f"{node.identifier('eventCreated')}.{node.identifier('eventId')}".encode()
