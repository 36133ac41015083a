"""Checks of signatures that several platforms share: a MAC in one header, and RSA with SHA-256.

Total like `core.signing.verify`: whatever a stranger sends ends as a `Refusal`. What kind of key
is looked for is said by the stored secret and never by the request, so a public key can not be
made to serve as the key of a MAC.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.signing import Headers, Refusal, Verified, find_header

MIN_KEY_BITS = 2048
MAX_KEY_BITS = 8192
MAX_KEYS = 16

_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){1,512}\Z")
# Its line breaks do not matter: a field of one line takes them out of what is pasted.
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,4096})-----END PUBLIC KEY-----")
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A JSON Web Signature in its compact form, taken apart and not yet believed."""

    header: dict[str, object]
    first: str  # the header as it came, which is part of what was signed
    payload: str
    signature: bytes


def check_mac(
    *,
    headers: Headers,
    name: str,
    text: bytes,
    keys: Sequence[bytes | None],
    decode: Callable[[str], bytes | None],
) -> Verified | Refusal:
    """Check the HMAC-SHA256 of a text in the header of that name, under any of the keys."""
    offered = find_header(headers, name)
    if not offered:
        return Refusal("missing_header")
    mac = decode(offered)
    if mac is None:
        return Refusal("bad_signature")
    if not any(keys):
        return Refusal("no_secret")
    for index, key in enumerate(keys):
        if key and hmac.compare_digest(hmac.digest(key, text, "sha256"), mac):
            return Verified(index)
    return Refusal("signature_mismatch")


def check_rsa(
    *, secrets: Sequence[str], text: bytes, signatures: Sequence[bytes]
) -> Verified | Refusal:
    """Check an RSA signature (PKCS #1 v1.5, SHA-256) under any public key of the secrets."""
    has_key = False
    for index, secret in enumerate(secrets):
        for key in load_public_keys(secret):
            has_key = True
            if any(_is_signed(key, text, signature) for signature in signatures):
                return Verified(index)
    return Refusal("signature_mismatch" if has_key else "no_secret")


def is_public_key(secret: str) -> bool:
    """Tell whether a secret is a public key or a set of them, and not a shared secret."""
    return secret.lstrip().startswith(("{", "-----BEGIN"))


def load_public_keys(secret: str) -> list[RSAPublicKey]:
    """Return the RSA keys of a PEM text or of a JSON Web Key Set; none of anything else."""
    text = secret.strip()
    found = _from_key_set(text) if text.startswith("{") else _from_pem(text)
    return [key for key in found if MIN_KEY_BITS <= key.key_size <= MAX_KEY_BITS][:MAX_KEYS]


def split_token(text: str) -> Token | None:
    """Take a compact JWS apart: only RS256, and no extension but `b64` (RFC 7797)."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    raw, signature = from_base64url(parts[0]), from_base64url(parts[2])
    if raw is None or not signature:
        return None
    header = _load_json(raw.decode("latin-1"))
    if not isinstance(header, dict) or header.get("alg") != "RS256":
        return None
    if header.get("crit", ["b64"]) != ["b64"]:
        return None
    return Token(header, parts[0], parts[1], signature)


def text_key(secret: str) -> bytes | None:
    """Return a secret whose characters are the key."""
    try:
        return secret.encode() or None
    except UnicodeEncodeError:
        return None


def from_hex(text: str) -> bytes | None:
    return bytes.fromhex(text) if _HEX.match(text) else None


def from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def from_base64url(text: str) -> bytes | None:
    """Decode base64url without its padding; None for anything else."""
    if not _URL_SAFE.match(text):
        return None
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None


def _is_signed(key: RSAPublicKey, text: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, text, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _from_pem(text: str) -> Iterator[RSAPublicKey]:
    for block in _PEM.findall(text)[:MAX_KEYS]:
        try:
            key = load_der_public_key(from_base64("".join(block.split())) or b"")
        except (ValueError, UnsupportedAlgorithm):
            continue
        if isinstance(key, RSAPublicKey):
            yield key


def _from_key_set(text: str) -> Iterator[RSAPublicKey]:
    found = _load_json(text)
    entries = found.get("keys") if isinstance(found, dict) else None
    for entry in entries[:MAX_KEYS] if isinstance(entries, list) else []:
        key = _from_jwk(entry) if isinstance(entry, dict) else None
        if key is not None:
            yield key


def _from_jwk(entry: dict[str, object]) -> RSAPublicKey | None:
    modulus, exponent = _number(entry.get("n")), _number(entry.get("e"))
    if entry.get("kty") != "RSA" or modulus is None or exponent is None:
        return None
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except (ValueError, OverflowError, UnsupportedAlgorithm):
        return None


def _number(text: object) -> int | None:
    raw = from_base64url(text) if isinstance(text, str) else None
    return int.from_bytes(raw) if raw and len(raw) <= MAX_KEY_BITS // 8 else None


def _load_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
