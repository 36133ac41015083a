"""Reads of the keys of the API."""

import hashlib
import hmac
import re
from datetime import datetime

from django.db.models import Q, QuerySet

from brands.models import ApiKey
from core.models import Brand

_TOKEN = re.compile(r"(fs_(?:live|test)_[0-9a-z]{10})_[0-9a-f]{64}")


def list_keys(brand: Brand) -> QuerySet[ApiKey]:
    """Return the keys of a brand, revoked ones too, newest first."""
    return ApiKey.objects.filter(brand=brand).select_related("created_by").order_by("-pk")


def get_key_state(key: ApiKey, *, now: datetime) -> str:
    """Return what a key is, as core.states knows it: only an active one opens something."""
    if key.revoked_at is not None:
        return "revoked"
    return "active" if key.expires_at is None or key.expires_at > now else "expired"


def filter_working(keys: QuerySet[ApiKey], *, now: datetime) -> QuerySet[ApiKey]:
    """Narrow to keys that open something; `now` is real time."""
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return keys.filter(alive, revoked_at__isnull=True)


def hash_token(text: str) -> str:
    """Return what is kept of a key: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def find_key(text: str, *, now: datetime) -> ApiKey | None:
    """Return the working key of a text, with its brand; every text costs the same comparison."""
    match = _TOKEN.fullmatch(text)
    prefix = match[1] if match else ""
    key = ApiKey.objects.select_related("brand", "created_by").filter(prefix=prefix).first()
    is_same = hmac.compare_digest(key.token_hash if key else "0" * 64, hash_token(text[:200]))
    return key if key and is_same and get_key_state(key, now=now) == "active" else None
