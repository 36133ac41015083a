"""Who sent it: a detached JSON Web Signature (RS256), or a MAC where the webhook has a secret key.

Sources: docs.saleor.io, "Payload signature"; RFC 7515 and, for `b64: false`, RFC 7797. The stored
secret is the key set of the shop (`/.well-known/jwks.json`, pasted in whole), its public key as
PEM, or the secret key of the webhook, which Saleor calls deprecated: HMAC-SHA256 in hex.
"""

import base64
from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified, find_header
from tracking.integrations.proof import (
    check_mac,
    check_rsa,
    from_hex,
    is_public_key,
    split_token,
    text_key,
)
from tracking.services.adapters import Delivery

SIGNATURE = "saleor-signature"
MAX_TOPIC = 64


def verify(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - nothing in the scheme is dated
    address: str,  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    offered = find_header(headers, SIGNATURE)
    if not offered:
        return Refusal("missing_header")
    if "." in offered:
        return _check_detached(offered, body, secrets)
    return check_mac(
        headers=headers,
        name=SIGNATURE,
        text=body,
        keys=[None if is_public_key(secret) else text_key(secret) for secret in secrets],
        decode=from_hex,
    )


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - headers say it
    """Read the event from a header; without an id the hash of the body tells repeats."""
    topic = find_header(headers, "saleor-event") or ""
    return Delivery(topic[:MAX_TOPIC].lower(), event_id="", triggered_at=None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False


def _check_detached(offered: str, body: bytes, secrets: Sequence[str]) -> Verified | Refusal:
    """Check the signature over the header of the token and the body it left out."""
    token = split_token(offered)
    if token is None or token.payload:
        return Refusal("bad_signature")
    is_plain = token.header.get("b64", True) is False
    payload = body if is_plain else base64.urlsafe_b64encode(body).rstrip(b"=")
    text = token.first.encode() + b"." + payload
    keys = [secret if is_public_key(secret) else "" for secret in secrets]
    return check_rsa(secrets=keys, text=text, signatures=[token.signature])
