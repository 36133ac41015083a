"""Encryption at rest and keyed hashes. Keys come from settings; the first one is the current."""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.signing import normalise_email


class Undecryptable(ValueError):
    """No configured key opens this value: FIELD_ENCRYPTION_KEYS lost a key."""


def encrypt(text: str) -> bytes:
    """Encrypt text with the current key."""
    return _fernet().encrypt(text.encode())


def decrypt(token: bytes) -> str:
    """Decrypt what any configured key encrypted.

    :raises Undecryptable: no key fits.
    """
    try:
        return _fernet().decrypt(token).decode()
    except InvalidToken:
        raise Undecryptable("no key in FIELD_ENCRYPTION_KEYS opens this value") from None


def keyed_hash(purpose: str, scope: str, text: str) -> str:
    """Return 32 hex characters of HMAC-SHA256: equal texts match within one purpose and scope."""
    key = settings.FIELD_ENCRYPTION_KEYS[-1].encode()
    return hmac.new(key, f"{purpose}\0{scope}\0{text}".encode(), hashlib.sha256).hexdigest()[:32]


def customer_hash(brand_id: str, email: str) -> str:
    """Return the hash an address has in one brand (its public id): of a shopper or a creator."""
    return keyed_hash("customer-email", brand_id, normalise_email(email)) if email else ""


@lru_cache(maxsize=1)
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
