"""Keys of the API: made, shown once, used and revoked."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from brands.models import ApiKey, Scope
from brands.selectors_keys import filter_working, hash_token, list_keys
from core import audit
from core.ids import random_text
from core.locks import lock_row
from core.models import Brand

MAX_KEYS = 50
SECRET_BYTES = 32
NOTE_USE = timedelta(minutes=1)


class NoScope(ValueError):
    """A key that may do nothing, or something nobody knows, is not made."""


class TooManyKeys(ValueError):
    """A brand has at most 50 keys that work."""


class AlreadyRevoked(ValueError):
    """The key was revoked before."""


@transaction.atomic
def create_key(
    *,
    brand_id: int,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    actor_id: int,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key; returns it and its text, which is kept nowhere.

    :raises NoScope: no scope, or an unknown one.
    :raises TooManyKeys: revoke one first.
    """
    wanted = [scope for scope in Scope.values if scope in scopes]
    if not wanted or len(wanted) != len(set(scopes)):
        raise NoScope(", ".join(scopes))
    brand = lock_row(Brand, brand_id)
    if filter_working(list_keys(brand), now=now).count() >= MAX_KEYS:
        raise TooManyKeys(brand.public_id)
    prefix = f"fs_{'test' if brand.is_sandbox else 'live'}_{random_text(10)}"
    text = f"{prefix}_{secrets.token_hex(SECRET_BYTES)}"
    key = ApiKey.objects.create(
        brand=brand,
        name=name.strip(),
        prefix=prefix,
        token_hash=hash_token(text),
        scopes=wanted,
        created_by_id=actor_id,
        created_at=now,
        expires_at=expires_at,
    )
    facts: dict[str, Any] = {"name": key.name, "scopes": wanted}
    if expires_at is not None:
        facts["expires_at"] = expires_at.isoformat()
    _record(key, "api_key.created", actor_id, now, facts)
    return key, text


@transaction.atomic
def revoke_key(*, key_id: int, actor_id: int, now: datetime) -> ApiKey:
    """Make a key open nothing from now on.

    :raises AlreadyRevoked: it was revoked before.
    """
    key = lock_row(ApiKey, key_id)
    if key.revoked_at is not None:
        raise AlreadyRevoked(key.public_id)
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    _record(key, "api_key.revoked", actor_id, now, {"name": key.name})
    return key


def note_use(*, key: ApiKey, now: datetime) -> None:
    """Keep when a key was used last, to the minute: one write a minute however busy it is."""
    if key.last_used_at is not None and now - key.last_used_at < NOTE_USE:
        return
    is_old = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - NOTE_USE)
    ApiKey.objects.filter(is_old, pk=key.pk).update(last_used_at=now)


def _record(key: ApiKey, action: str, actor_id: int, now: datetime, after: dict[str, Any]) -> None:
    audit.record(
        brand_id=key.brand_id, actor_id=actor_id, action=action, target=key, now=now, after=after
    )
