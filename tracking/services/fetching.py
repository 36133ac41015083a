"""Fetch what a shop only told of, order by order, as often as it takes.

What is to be fetched stands as a row beside the orders a shop could not give (`UnreadOrder`), and
goes by its rules: it waits by itself, longer after every try, and is shown with its reason. What
is told again while it is being fetched is fetched once more: only the telling that was read may go.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from brands.models import StoreConnection
from core import jobs
from tracking.models import UnreadOrder
from tracking.services import unread
from tracking.services.sources import Found, PullFailed, Source

WORK = "tracking.fetch_told"
TOLD, NO_KEYS = "pull.told", "pull.no_keys"
CLAIM = timedelta(minutes=4)
TRIES_A_TURN = 25


def tell(*, connection: StoreConnection, order_ids: Iterable[str], real_now: datetime) -> None:
    """Note, in the caller's transaction, that orders changed; a worker fetches them."""
    UnreadOrder.objects.bulk_create(
        [
            UnreadOrder(
                brand_id=connection.brand_id,
                connection=connection,
                external_order_id=order_id,
                code=TOLD if connection.api_key else NO_KEYS,
                told=uuid.uuid4(),
                since=real_now,
                next_at=real_now,
            )
            for order_id in sorted(set(order_ids))
        ],
        update_conflicts=True,
        unique_fields=["connection", "external_order_id"],
        update_fields=["told", "next_at"],
    )
    jobs.enqueue(WORK, connection_id=connection.pk)


def list_due(*, platforms: Sequence[str], real_now: datetime) -> list[int]:
    """Return the stores of these platforms that told of an order, and gave keys to fetch it."""
    rows = UnreadOrder.objects.filter(
        next_at__lte=real_now,
        told__isnull=False,
        connection__platform__in=platforms,
        connection__is_active=True,
        connection__api_key__isnull=False,
        brand__archived_at=None,
    )
    return list(rows.order_by("connection_id").values_list("connection_id", flat=True).distinct())


def fetch_told(
    *, connection: StoreConnection, source: Source, now: datetime, real_now: datetime
) -> list[int]:
    """Fetch what is due, each order by itself; returns the ids of the new deliveries.

    `now` is the brand's time. The first failure that is the whole shop's ends the turn.
    """
    stored: list[int] = []
    due = UnreadOrder.objects.filter(
        connection=connection, next_at__lte=real_now, told__isnull=False
    )
    for row in due.order_by("next_at", "pk")[:TRIES_A_TURN]:
        if not _claim(row, real_now):
            continue
        body, failure = _fetch(source, row.external_order_id)
        stored += unread.settle(
            connection=connection,
            row=row,
            topic=source.topic,
            body=body,
            failure=failure,
            now=now,
            real_now=real_now,
        )
        if failure is not None and not failure.may_be_one_order:
            break
    return stored


def _claim(row: UnreadOrder, real_now: datetime) -> bool:
    """Take a row, so that no second worker asks meanwhile; told again, it is due again."""
    mine = UnreadOrder.objects.filter(pk=row.pk, told=row.told, next_at__lte=real_now)
    return bool(mine.update(next_at=real_now + CLAIM, tried_at=real_now))


def _fetch(source: Source, order_id: str) -> tuple[bytes | None, PullFailed | None]:
    try:
        found: Found | None = source.get_order(order_id)
        if found is None:
            return None, PullFailed("gone")
        return source.complete(found, ()), None
    except PullFailed as failure:
        return None, failure
