"""Who sent it, and what the headers say of it.

Source: class-wc-webhook.php. Only the body is signed. The delivery id is a hash of webhook and
second, so two orders of one second share it: it is never used to tell deliveries apart.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from core import signing
from core.signing import Headers, Refusal, Verified
from tracking.services.adapters import Delivery

MAX_TOPIC = 64

# Saving a webhook posts this form, unsigned, and reports an error unless 200 comes back.
_PING = re.compile(rb"webhook_id=[0-9]{1,20}\Z")


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    address: str = "",  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    return signing.verify(
        scheme="woocommerce", secrets=secrets, headers=headers, body=body, now=now
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - the body says nothing
    """Read the topic; without an id that can be trusted the hash of the body tells repeats."""
    topic = signing.find_header(headers, "x-wc-webhook-topic") or ""
    return Delivery(topic[:MAX_TOPIC], event_id="", triggered_at=None)


def is_ping(*, body: bytes) -> bool:
    """Tell whether this is the greeting WooCommerce sends when a webhook is saved."""
    return _PING.match(body) is not None
