"""Stores that post orders: their secrets decide whose orders they are."""

from datetime import datetime, timedelta

from django.db import transaction

from brands.models import Platform, StoreConnection
from brands.selectors import live_secrets
from core import audit
from core.locks import lock_row
from core.signing import make_secret

__all__ = [
    "SecretMissing",
    "create_connection",
    "live_secrets",
    "rename_connection",
    "rotate_secret",
    "set_connection_active",
]

KEEP_DAYS = 2


class SecretMissing(ValueError):
    """The platform makes the secret itself: it must be pasted in."""


@transaction.atomic
def create_connection(
    *,
    brand_id: int,
    platform: str,
    name: str,
    shop_url: str = "",
    secret: str | None = None,
    actor_id: int,
    now: datetime,
) -> StoreConnection:
    """Add a store; for a generic one a Standard Webhooks secret is made where none is given.

    :raises SecretMissing: Shopify signs with its app's secret, and none was given.
    """
    if platform not in Platform.values:
        raise ValueError(f"unknown platform {platform}")
    connection = StoreConnection.objects.create(
        brand_id=brand_id,
        platform=platform,
        name=name.strip(),
        shop_url=shop_url,
        secret=_choose_secret(platform, secret),
        created_at=now,
    )
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="connection.created",
        target=connection,
        now=now,
        after={"platform": platform, "name": connection.name, "shop_url": shop_url},
    )
    return connection


@transaction.atomic
def rotate_secret(
    *,
    connection_id: int,
    actor_id: int,
    now: datetime,
    secret: str | None = None,
    keep_days: int = KEEP_DAYS,
) -> StoreConnection:
    """Give a store a new secret; the one before works for `keep_days` more, any older one stops.

    `now` is real time, also in a sandbox: the age of a signature is never offset.

    :raises SecretMissing: Shopify signs with its app's secret, and none was given.
    """
    connection = lock_row(StoreConnection, connection_id)
    new = _choose_secret(connection.platform, secret)
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
    *, connection_id: int, name: str, shop_url: str, actor_id: int, now: datetime
) -> StoreConnection:
    """Call a store something else; its id, and so its address here, stays."""
    connection = lock_row(StoreConnection, connection_id)
    before = {"name": connection.name, "shop_url": connection.shop_url}
    connection.name, connection.shop_url = name.strip(), shop_url
    after = {"name": connection.name, "shop_url": connection.shop_url}
    if after == before:
        return connection
    connection.save(update_fields=["name", "shop_url"])
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


def _choose_secret(platform: str, secret: str | None) -> str:
    given = (secret or "").strip()
    if given:
        return given
    if platform != Platform.GENERIC:
        raise SecretMissing(platform)
    return make_secret()
