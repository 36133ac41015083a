"""Who sent it, and what the headers say of it.

Sources: shopify.dev "Delivery structure of webhooks" and "Ignore duplicate webhooks". Two header
families exist, `X-Shopify-…` and the same without `X-`; the one whose MAC is checked is read.
"""

from collections.abc import Sequence
from datetime import datetime

from core import signing
from core.signing import Headers, Refusal, Verified
from tracking.integrations.reading import parse_time
from tracking.services.adapters import Delivery

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
    return signing.verify(scheme="shopify", secrets=secrets, headers=headers, body=body, now=now)


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - the body says nothing
    """Read topic, event and time from the headers, which Shopify does not sign.

    One event is delivered once for each subscription: dedupe on event id and topic together.
    """
    prefix = signing.shopify_prefix(headers)
    event_id = signing.find_header(headers, prefix + "event-id")
    return Delivery(
        topic=(signing.find_header(headers, prefix + "topic") or "")[:MAX_TOPIC],
        event_id=(event_id or "")[:MAX_EVENT_ID],
        triggered_at=read_triggered_at(headers),
    )


def read_triggered_at(headers: Headers) -> datetime | None:
    """Return when the event happened; a retry repeats the first attempt's time."""
    prefix = signing.shopify_prefix(headers)
    return parse_time(signing.find_header(headers, prefix + "triggered-at") or "")


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
