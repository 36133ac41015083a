"""Stores that post orders: their secrets decide whose orders they are."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from urllib.parse import urlsplit

from django.db import transaction

from brands.models import StoreConnection
from brands.selectors import live_secrets
from brands.services.platforms import Traits
from core import audit
from core.locks import lock_row
from core.signing import make_secret

__all__ = [
    "NoKeysHere",
    "SecretMissing",
    "create_connection",
    "live_secrets",
    "rename_connection",
    "rotate_secret",
    "set_api_keys",
    "set_connection_active",
]

KEEP_DAYS = 2
KEYS = ("api_key", "api_secret", "api_extra")


class SecretMissing(ValueError):
    """The platform makes the secret itself: it must be pasted in."""


class NoKeysHere(ValueError):
    """The platform takes no such keys, or the shop's address is not known."""


@transaction.atomic
def create_connection(
    *,
    brand_id: int,
    traits: Traits,
    name: str,
    shop_url: str = "",
    secret: str | None = None,
    actor_id: int,
    now: datetime,
) -> StoreConnection:
    """Add a store; unless its shop makes the secret itself, one is made where none is given.

    :raises SecretMissing: the shop signs with its own secret, and none was given.
    """
    connection = StoreConnection.objects.create(
        brand_id=brand_id,
        platform=traits.platform,
        name=name.strip(),
        shop_url=shop_url,
        secret=_choose_secret(traits, secret),
        created_at=now,
    )
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="connection.created",
        target=connection,
        now=now,
        after={"platform": traits.platform, "name": connection.name, "shop_url": shop_url},
    )
    return connection


@transaction.atomic
def rotate_secret(
    *,
    connection_id: int,
    traits: Traits,
    actor_id: int,
    now: datetime,
    secret: str | None = None,
    keep_days: int = KEEP_DAYS,
) -> StoreConnection:
    """Give a store a new secret; the one before works for `keep_days` more, any older one stops.

    `now` is real time, also in a sandbox: the age of a signature is never offset.

    :raises SecretMissing: the shop signs with its own secret, and none was given.
    """
    connection = lock_row(StoreConnection, connection_id)
    new = _choose_secret(traits, secret)
    connection.old_secret = connection.secret
    connection.old_secret_until = now + timedelta(days=keep_days)
    connection.secret = new
    connection.save(update_fields=["secret", "old_secret", "old_secret_until"])
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.secret_rotated",
        target=connection,
        now=now,
        after={"old_secret_until": connection.old_secret_until.isoformat()},
    )
    return connection


@transaction.atomic
def rename_connection(
    *,
    connection_id: int,
    traits: Traits,
    name: str,
    shop_url: str,
    actor_id: int,
    now: datetime,
) -> StoreConnection:
    """Call a store something else; its id, and so its address here, stays.

    Keys that are sent to the shop's address are for the shop they were given for: a change of its
    host forgets them.
    """
    connection = lock_row(StoreConnection, connection_id)
    before = {"name": connection.name, "shop_url": connection.shop_url}
    connection.name, connection.shop_url = name.strip(), shop_url
    after = {"name": connection.name, "shop_url": connection.shop_url}
    if after == before:
        return connection
    if traits.address and urlsplit(before["shop_url"]).netloc != urlsplit(shop_url).netloc:
        connection.api_key = connection.api_secret = connection.api_extra = None
    connection.save(update_fields=["name", "shop_url", *KEYS])
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.renamed",
        target=connection,
        now=now,
        before=before,
        after=after,
    )
    return connection


@transaction.atomic
def set_api_keys(
    *,
    connection_id: int,
    traits: Traits,
    keys: Sequence[str],
    actor_id: int,
    now: datetime,
) -> StoreConnection:
    """Keep the keys by which orders are fetched from the shop; no keys stop the fetching.

    :raises NoKeysHere: not as many as the platform has, or the shop's address is missing.
    """
    connection = lock_row(StoreConnection, connection_id)
    least = sum(not field.is_optional for field in traits.keys)
    has_place = not keys or (least <= len(keys) <= len(traits.keys) and all(keys[:least]))
    if not traits.keys or not has_place or (traits.address and not connection.shop_url):
        raise NoKeysHere(connection.public_id)
    for column, key in zip_longest(KEYS, keys):
        setattr(connection, column, key or None)
    connection.save(update_fields=KEYS)
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.keys_set" if keys else "connection.keys_removed",
        target=connection,
        now=now,
    )
    return connection


@transaction.atomic
def set_connection_active(
    *, connection_id: int, is_active: bool, actor_id: int, now: datetime
) -> StoreConnection:
    """Let a store post orders, or stop it; what it sent stays."""
    connection = lock_row(StoreConnection, connection_id)
    before = connection.is_active
    connection.is_active = is_active
    connection.save(update_fields=["is_active"])
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.switched",
        target=connection,
        now=now,
        before={"is_active": before},
        after={"is_active": is_active},
    )
    return connection


def _choose_secret(traits: Traits, secret: str | None) -> str:
    given = (secret or "").strip()
    if given:
        return given
    if traits.gives_secret:
        raise SecretMissing(str(traits.name))
    return secrets.token_hex(20) if traits.has_plain_secret else make_secret()
