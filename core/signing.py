"""Signatures of webhooks, coming in and going out; the keyed hash; the normal form of an e-mail.

Verifying is total: whatever a stranger sends ends as a `Refusal` with a code, never as an
exception. Schemes: Standard Webhooks (standardwebhooks.com, v1), Shopify ("Deliver webhooks
through HTTPS"), WooCommerce (class-wc-webhook.php), Stripe ("Check the webhook signatures").

Refusal codes: bad_headers, bad_body, bad_clock, no_secret, unknown_scheme, missing_header,
duplicate_header, header_too_long, bad_header, bad_signature, bad_timestamp, timestamp_too_old,
timestamp_in_future, signature_mismatch.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets as randomness
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=300)
MAX_HEADER = 2048
MAX_SIGNATURES = 16

STANDARD_ID = "webhook-id"
STANDARD_TIMESTAMP = "webhook-timestamp"
STANDARD_SIGNATURE = "webhook-signature"
SHOPIFY_PREFIXES = ("x-shopify-", "shopify-")
SHOPIFY_SIGNATURE = "hmac-sha256"

Headers = Mapping[str, str] | Sequence[tuple[str, str]]

_DIGEST_SIZE = hashlib.sha256().digest_size
_TIMESTAMP = re.compile(r"[0-9]{1,10}\Z")
_MESSAGE_ID = re.compile(r"[!-\-/-~]{1,128}\Z")  # printable, but no dot: it parts the signed text
_HEX_DIGEST = re.compile(r"[0-9a-fA-F]{64}\Z")


@dataclass(frozen=True, slots=True)
class Verified:
    """The body is what the holder of `secrets[key_index]` signed."""

    key_index: int
    event_id: str | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not believed."""

    code: str


_HeaderLists = dict[str, list[str]]
_Check = Callable[[Sequence[str], _HeaderLists, bytes, datetime], Verified]


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def verify(
    *, scheme: str, secrets: Sequence[str], headers: Headers, body: bytes, now: datetime
) -> Verified | Refusal:
    """Check a request against every live secret of its endpoint.

    `standard_webhooks`: secrets are `whsec_` and base64; any v1 of the header will do; dated.
    `shopify`: either header family; only the body is signed, so the event id is hearsay.
    `woocommerce`: only the body is signed; it has no event id that can be trusted.
    `stripe`: the whole `whsec_…` string is the key; any v1 will do, v0 is ignored; dated.
    """
    try:
        check = _find_check(scheme)
        return check(_live(secrets), _collect(headers), _checked_body(body), _checked_now(now))
    except _Refused as refused:
        return Refusal(refused.code)


def sign_standard_webhooks(
    *, secrets: Sequence[str], event_id: str, body: bytes, now: datetime
) -> dict[str, str]:
    """Return the three headers, one signature for each live secret.

    :raises ValueError: for an id, a time or a secret the scheme cannot carry.
    """
    timestamp = str(int(now.timestamp()))
    keys = [_standard_key(secret) for secret in secrets]
    if not _MESSAGE_ID.match(event_id) or not keys or None in keys:
        raise ValueError("Standard Webhooks need an id without dots and whsec_ base64 secrets")
    text = _standard_text(event_id, timestamp, body)
    signatures = ["v1," + _base64(_mac(key, text)) for key in keys if key]
    return {
        STANDARD_ID: event_id,
        STANDARD_TIMESTAMP: timestamp,
        STANDARD_SIGNATURE: " ".join(signatures),
    }


def sign_shopify(*, secret: str, body: bytes) -> dict[str, str]:
    """Return the classic MAC header as Shopify sends it."""
    return {"X-Shopify-Hmac-Sha256": _base64(_mac(_required_key(secret), body))}


def sign_woocommerce(*, secret: str, body: bytes) -> dict[str, str]:
    """Return the MAC header as WooCommerce sends it."""
    return {"X-WC-Webhook-Signature": _base64(_mac(_required_key(secret), body))}


def sign_stripe(*, secrets: Sequence[str], body: bytes, now: datetime) -> dict[str, str]:
    """Return the header as Stripe sends it, one v1 for each live secret."""
    timestamp = str(int(now.timestamp()))
    macs = [_mac(_required_key(secret), _stripe_text(timestamp, body)) for secret in secrets]
    return {"Stripe-Signature": ",".join([f"t={timestamp}", *(f"v1={mac.hex()}" for mac in macs)])}


def make_secret() -> str:
    """Make a Standard Webhooks secret: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + _base64(randomness.token_bytes(32))


def find_header(headers: Headers, name: str) -> str | None:
    """Return the one header of that name, whatever its case; None when absent or repeated."""
    try:
        return _header(_collect(headers), name)
    except _Refused:
        return None


def shopify_prefix(headers: Headers) -> str:
    """Return the prefix of the header family whose MAC is checked; the classic one first."""
    try:
        return _shopify_prefix(_collect(headers))
    except _Refused:
        return SHOPIFY_PREFIXES[0]


def keyed_hash(key: bytes, text: str) -> str:
    """Return HMAC-SHA256 of a text in hex: comparable under one key, useless without it.

    :raises ValueError: for an empty key.
    """
    if not key:
        raise ValueError("a keyed hash needs a key")
    return _mac(key, text.encode("utf-8", "surrogatepass")).hex()


def normalise_email(address: str) -> str:
    """Return the form under which an address is compared, or "" when it is none.

    Trimmed, NFKC, casefolded. Dots and plus-tags stay: what they mean is the provider's rule.
    """
    folded = unicodedata.normalize("NFKC", address).strip().casefold()
    text = unicodedata.normalize("NFKC", folded)  # casefolding may undo the normal form
    local, at, domain = text.rpartition("@")
    return text if at and local and domain and len(text) <= 320 else ""


def _find_check(scheme: object) -> _Check:
    checks: Mapping[str, _Check] = {
        "standard_webhooks": _verify_standard_webhooks,
        "shopify": _verify_shopify,
        "woocommerce": _verify_woocommerce,
        "stripe": _verify_stripe,
    }
    if isinstance(scheme, str) and scheme in checks:
        return checks[scheme]
    raise _Refused("unknown_scheme")


def _verify_standard_webhooks(
    secrets: Sequence[str], headers: _HeaderLists, body: bytes, now: datetime
) -> Verified:
    event_id = _needed(headers, STANDARD_ID)
    timestamp = _needed(headers, STANDARD_TIMESTAMP)
    offered = _needed(headers, STANDARD_SIGNATURE)
    if not _MESSAGE_ID.match(event_id):
        raise _Refused("bad_header")
    signed_at = _checked_time(timestamp, now)
    parts = [part.partition(",") for part in offered.split(" ")]
    signatures = _decoded([text for version, _, text in parts if version == "v1"], _from_base64)
    keys = [_standard_key(secret) for secret in secrets]
    index = _match(keys, _standard_text(event_id, timestamp, body), signatures)
    return Verified(index, event_id, signed_at)


def _verify_shopify(
    secrets: Sequence[str], headers: _HeaderLists, body: bytes, now: datetime
) -> Verified:
    del now  # nothing in the scheme is dated
    prefix = _shopify_prefix(headers)
    offered = _needed(headers, prefix + SHOPIFY_SIGNATURE)
    return Verified(_match_body(secrets, body, offered), _header(headers, prefix + "event-id"))


def _verify_woocommerce(
    secrets: Sequence[str], headers: _HeaderLists, body: bytes, now: datetime
) -> Verified:
    del now  # nothing in the scheme is dated
    offered = _needed(headers, "x-wc-webhook-signature")
    return Verified(_match_body(secrets, body, offered))


def _verify_stripe(
    secrets: Sequence[str], headers: _HeaderLists, body: bytes, now: datetime
) -> Verified:
    pairs = [part.partition("=") for part in _needed(headers, "stripe-signature").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1:
        raise _Refused("bad_timestamp")
    signed_at = _checked_time(times[0], now)
    signatures = _decoded([value for name, _, value in pairs if name == "v1"], _from_hex)
    index = _match([_key(s) for s in secrets], _stripe_text(times[0], body), signatures)
    return Verified(index, None, signed_at)


def _live(secrets: object) -> Sequence[str]:
    if isinstance(secrets, str | bytes) or not isinstance(secrets, Sequence):
        raise _Refused("no_secret")
    if not any(isinstance(secret, str) and secret for secret in secrets):
        raise _Refused("no_secret")
    return [secret if isinstance(secret, str) else "" for secret in secrets]


def _collect(headers: object) -> _HeaderLists:
    if isinstance(headers, Mapping):
        pairs: list[object] = list(headers.items())
    elif isinstance(headers, Sequence) and not isinstance(headers, str | bytes):
        pairs = list(headers)
    else:
        raise _Refused("bad_headers")
    found: _HeaderLists = {}
    for pair in pairs:
        match pair:
            case (str(name), str(value)):
                found.setdefault(name.lower(), []).append(value)
            case _:
                raise _Refused("bad_headers")
    return found


def _checked_body(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    raise _Refused("bad_body")


def _checked_now(now: object) -> datetime:
    if isinstance(now, datetime) and now.utcoffset() is not None:
        return now
    raise _Refused("bad_clock")


def _header(headers: _HeaderLists, name: str) -> str | None:
    values = headers.get(name.lower(), [])
    if len(values) > 1:
        raise _Refused("duplicate_header")
    if not values:
        return None
    if len(values[0]) > MAX_HEADER:
        raise _Refused("header_too_long")
    if not (values[0].isascii() and values[0].isprintable()):
        raise _Refused("bad_header")
    return values[0]


def _needed(headers: _HeaderLists, name: str) -> str:
    value = _header(headers, name)
    if not value:
        raise _Refused("missing_header")
    return value


def _shopify_prefix(headers: _HeaderLists) -> str:
    for prefix in SHOPIFY_PREFIXES:
        if prefix + SHOPIFY_SIGNATURE in headers:
            return prefix
    return SHOPIFY_PREFIXES[0]


def _checked_time(text: str, now: datetime) -> datetime:
    if not _TIMESTAMP.match(text):
        raise _Refused("bad_timestamp")
    signed_at = datetime.fromtimestamp(int(text), UTC)
    ahead = signed_at - now
    if abs(ahead) > TOLERANCE:
        raise _Refused("timestamp_in_future" if ahead > TOLERANCE else "timestamp_too_old")
    return signed_at


def _decoded(texts: list[str], decode: Callable[[str], bytes | None]) -> list[bytes]:
    if len(texts) > MAX_SIGNATURES:
        raise _Refused("bad_signature")
    signatures = [found for found in map(decode, texts) if found is not None]
    if not signatures:
        raise _Refused("bad_signature")
    return signatures


def _match_body(secrets: Sequence[str], body: bytes, offered: str) -> int:
    return _match([_key(secret) for secret in secrets], body, _decoded([offered], _from_base64))


def _match(keys: Sequence[bytes | None], text: bytes, signatures: list[bytes]) -> int:
    if not any(keys):
        raise _Refused("no_secret")
    for index, key in enumerate(keys):
        expected = _mac(key, text) if key else None
        if expected and any(hmac.compare_digest(expected, found) for found in signatures):
            return index
    raise _Refused("signature_mismatch")


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _key(secret: str) -> bytes | None:
    try:
        return secret.encode() or None
    except UnicodeEncodeError:
        return None


def _required_key(secret: str) -> bytes:
    key = _key(secret)
    if key is None:
        raise ValueError("a signature needs a secret")
    return key


def _standard_key(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _standard_text(event_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{event_id}.{timestamp}.".encode() + body


def _stripe_text(timestamp: str, body: bytes) -> bytes:
    return f"{timestamp}.".encode() + body


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _from_base64(text: str) -> bytes | None:
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if len(digest) == _DIGEST_SIZE else None


def _from_hex(text: str) -> bytes | None:
    return bytes.fromhex(text) if _HEX_DIGEST.match(text) else None
