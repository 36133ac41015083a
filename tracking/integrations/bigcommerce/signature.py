"""Who sent it: the headers of Standard Webhooks, but the key is the client secret as it stands.

Source: BigCommerce, "Webhooks overview". The `hash` of a body is the same for each delivery of an
event.
"""

from collections.abc import Sequence
from datetime import datetime

from core.signing import (
    STANDARD_ID,
    STANDARD_SIGNATURE,
    STANDARD_TIMESTAMP,
    Headers,
    Refusal,
    Verified,
    find_header,
)
from tracking.integrations.macs import find_date_refusal, match
from tracking.integrations.reading import load_object
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    address: str = "",  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    event_id, timestamp = (
        find_header(headers, STANDARD_ID),
        find_header(headers, STANDARD_TIMESTAMP),
    )
    offered = find_header(headers, STANDARD_SIGNATURE)
    if not (event_id and timestamp and offered):
        return Refusal("missing_header")
    if refusal := find_date_refusal(timestamp, now):
        return refusal
    parts = [part.partition(",") for part in offered.split(" ")]
    signatures = [text for version, _, text in parts if version == "v1"]
    text = f"{event_id}.{timestamp}.".encode() + body
    return match(offered=signatures, secrets=secrets, text=text, encoding="base64")


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - the body has its own id
    try:
        event = load_object(body)
        topic = event.text("scope", at_most=MAX_TOPIC)
        return Delivery(topic, event.find_identifier("hash"), None)
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
