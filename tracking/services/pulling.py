"""Fetch the orders a shop failed to post, page by page, through the same intake.

The cursor moves in the transaction that stores what was read before it. A run that dies is done
again, two runs at once store the same deliveries once, and merging makes repeats harmless. One
order that the shop cannot give holds up none of the others: see `unread`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from brands.models import StoreConnection
from core import faults
from tracking.models import OrderPull
from tracking.services import unread
from tracking.services.adapters import Adapter
from tracking.services.intake import store_delivery
from tracking.services.sources import (
    Found,
    Place,
    Poller,
    PullFailed,
    complete_order,
    find_next,
)

EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)  # a change may be written later than the time it carries
CLAIM = timedelta(minutes=4)
LONGEST_WAIT = timedelta(hours=6)
MAX_PAGES = 20


@dataclass(frozen=True, slots=True)
class _Read:
    """What one page gave: bodies to store, and the orders that could not be read, with why."""

    bodies: list[bytes]
    unread: list[tuple[Found, str]]
    next: Place
    is_last: bool


def list_due(*, platforms: Sequence[str], real_now: datetime) -> list[OrderPull]:
    """Return the shops of these platforms whose turn it is; one that got its keys is begun."""
    stores = StoreConnection.objects.filter(
        is_active=True, api_key__isnull=False, platform__in=platforms, brand__archived_at=None
    )
    OrderPull.objects.bulk_create(
        [
            OrderPull(
                brand_id=store.brand_id,
                connection=store,
                cursor_at=min(store.created_at, real_now),
                next_at=real_now,
            )
            for store in stores.filter(orderpull=None)
        ],
        ignore_conflicts=True,
    )
    rows = OrderPull.objects.filter(next_at__lte=real_now, connection__in=stores)
    return list(rows.select_related("connection", "brand").order_by("next_at"))


def claim(*, pull_id: int, real_now: datetime) -> OrderPull | None:
    """Take a turn, so that no second run begins meanwhile; None where it was taken."""
    taken = OrderPull.objects.filter(pk=pull_id, next_at__lte=real_now).update(
        next_at=real_now + CLAIM, tried_at=real_now
    )
    rows = OrderPull.objects.select_related("connection", "brand")
    return rows.get(pk=pull_id) if taken else None


def pull_orders(
    *, pull: OrderPull, source: Poller, adapter: Adapter, now: datetime, real_now: datetime
) -> list[int]:
    """Fetch what changed since the cursor; returns the ids of the new deliveries.

    `now` is the brand's time. A failure is kept with its words and not raised. What fails again at
    the next turn, while the shop still tells which orders there are, is set aside order by order.
    """
    stored: list[int] = []
    place = Place(pull.cursor_at - OVERLAP, 1)
    if pull.is_behind:
        place = Place(pull.cursor_at, pull.cursor_page)
    try:
        for _ in range(MAX_PAGES):
            read = _read_page(pull, source, adapter, place)
            place = read.next
            stored += _keep(pull, source.topic, read, now=now, real_now=real_now)
            if read.is_last:
                break
        stored += unread.read_again(
            pull=pull, source=source, adapter=adapter, now=now, real_now=real_now
        )
    except PullFailed as failure:
        _put_off(pull, failure, real_now)
    else:
        _finish(pull, real_now)
    return stored


def _read_page(pull: OrderPull, source: Poller, adapter: Adapter, place: Place) -> _Read:
    without = unread.list_left_out(pull.connection)
    is_lasting = pull.failures > 0
    try:
        page = source.list_orders(after=place.after, page=place.page, without=without)
    except PullFailed as failure:
        if not (is_lasting and failure.may_be_one_order):
            raise
        page = source.list_ids(after=place.after, page=place.page, without=without)
        aside = [(found, failure.code) for found in page.orders]
        return _Read([], aside, find_next(page, place, is_shorter=bool(aside)), page.is_last)
    bodies, aside = [], []
    for found in page.orders:
        body, code = complete_order(
            source=source,
            connection=pull.connection,
            adapter=adapter,
            found=found,
            is_lasting=is_lasting,
        )
        bodies += [body] if body is not None else []
        aside += [(found, code)] if code else []
    return _Read(bodies, aside, find_next(page, place, is_shorter=bool(aside)), page.is_last)


def _keep(
    pull: OrderPull, topic: str, read: _Read, *, now: datetime, real_now: datetime
) -> list[int]:
    with transaction.atomic():
        rows = [
            store_delivery(
                connection=pull.connection,
                topic=topic,
                event_id="",
                body=body,
                key_index=0,
                now=now,
            )
            for body in read.bodies
        ]
        new = [event.pk for event, is_new in rows if is_new]
        unread.set_aside(pull=pull, orders=read.unread, real_now=real_now)
        faults.point("order_pull.before_cursor")
        pull.is_behind = not read.is_last
        after = read.next.after
        pull.cursor_at = max(after, pull.cursor_at) if read.is_last else after
        pull.cursor_page = read.next.page
        pull.brought += len(new)
        pull.save(update_fields=["cursor_at", "cursor_page", "is_behind", "brought"])
    return new


def _finish(pull: OrderPull, real_now: datetime) -> None:
    pull.failures, pull.code, pull.succeeded_at = 0, "", real_now
    has_more = pull.is_behind or unread.has_due(pull=pull, real_now=real_now)
    pull.next_at = real_now if has_more else real_now + EVERY
    pull.save(update_fields=["failures", "code", "succeeded_at", "next_at"])


def _put_off(pull: OrderPull, failure: PullFailed, real_now: datetime) -> None:
    pull.failures += 1
    pull.code = f"pull.{failure.code}"
    wait = max(EVERY * 2 ** min(pull.failures - 1, 10), failure.retry_after)
    pull.next_at = real_now + min(wait, LONGEST_WAIT)
    pull.save(update_fields=["failures", "code", "next_at"])
