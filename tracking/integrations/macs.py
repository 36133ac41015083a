"""Signatures of which a header may hold several, and those that are dated."""

import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from core.signing import MAX_SIGNATURES, TOLERANCE, Refusal, Verified
from tracking.integrations.proof import from_base64, from_hex, text_key

DECODERS = {"hex": from_hex, "base64": from_base64}

_TIMESTAMP = re.compile(r"[0-9]{1,10}\Z")


def match(
    *, offered: Sequence[str], secrets: Sequence[str], text: bytes, encoding: str
) -> Verified | Refusal:
    """Tell which secret signed the text, if any of the signatures offered is its own."""
    decoded = [DECODERS[encoding](one) for one in offered[:MAX_SIGNATURES]]
    signatures = [digest for digest in decoded if digest]
    if not signatures:
        return Refusal("bad_signature")
    keys = [text_key(secret) for secret in secrets]
    if not any(keys):
        return Refusal("no_secret")
    for index, key in enumerate(keys):
        expected = hmac.digest(key, text, "sha256") if key else b""
        if key and any(hmac.compare_digest(expected, found) for found in signatures):
            return Verified(index)
    return Refusal("signature_mismatch")


def find_date_refusal(timestamp: str, now: datetime) -> Refusal | None:
    """Return why a signed time in seconds is not believed: it is none, or five minutes away."""
    if not _TIMESTAMP.match(timestamp):
        return Refusal("bad_timestamp")
    ahead = datetime.fromtimestamp(int(timestamp), UTC) - now
    if abs(ahead) <= TOLERANCE:
        return None
    return Refusal("timestamp_in_future" if ahead > TOLERANCE else "timestamp_too_old")
