"""Who sent it: RSA with SHA-256, under a public key that is stored as the secret (PEM).

Sources: Adobe Commerce "Webhooks signature verification": the signature is over the base64 of the
body; Adobe I/O Events "Signature verification": over the body itself, by either of two keys.
Neither is dated.
"""

import base64
from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified, find_header
from tracking.integrations.proof import check_rsa, from_base64
from tracking.services.adapters import Delivery

COMMERCE = "x-adobe-commerce-webhook-signature"
EVENTS = ("x-adobe-digital-signature-1", "x-adobe-digital-signature-2")
MAX_TOPIC = 64
MAX_EVENT_ID = 80


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - nothing in the schemes is dated
    address: str,  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    names = (COMMERCE,) if find_header(headers, COMMERCE) else EVENTS
    offered = [text for text in (find_header(headers, name) for name in names) if text]
    if not offered:
        return Refusal("missing_header")
    signatures = [raw for raw in map(from_base64, offered) if raw]
    if not signatures:
        return Refusal("bad_signature")
    text = base64.b64encode(body) if names == (COMMERCE,) else body
    return check_rsa(secrets=secrets, text=text, signatures=signatures)


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - the body has no id
    topic = find_header(headers, "x-adobe-event-code") or ""
    event_id = find_header(headers, "x-adobe-event-id") or ""
    return Delivery(topic[-MAX_TOPIC:], event_id[:MAX_EVENT_ID], triggered_at=None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
