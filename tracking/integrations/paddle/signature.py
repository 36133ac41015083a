"""Who sent it: `Paddle-Signature: ts=…;h1=…`, a MAC over `ts:body`; any h1 will do (rotation)."""

from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified, find_header
from tracking.integrations.macs import find_date_refusal, match
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
    offered = find_header(headers, "paddle-signature")
    if not offered:
        return Refusal("missing_header")
    pairs = [part.partition("=") for part in offered.split(";")]
    times = [value for name, _, value in pairs if name == "ts"]
    if len(times) != 1:
        return Refusal("bad_timestamp")
    if refusal := find_date_refusal(times[0], now):
        return refusal
    signatures = [value for name, _, value in pairs if name == "h1"]
    text = f"{times[0]}:".encode() + body
    return match(offered=signatures, secrets=secrets, text=text, encoding="hex")


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - they say nothing of it
    """Read type and id from the body; one event keeps its id over all of its deliveries."""
    try:
        event = load_object(body)
        topic = event.text("event_type", at_most=MAX_TOPIC)
        return Delivery(topic, event.find_identifier("event_id")[:MAX_EVENT_ID], None)
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
