"""Fetch the orders a shop failed to post, page by page, through the same intake.

The cursor moves in the transaction that stores what was read before it. A run that dies is done
again, two runs at once store the same deliveries once, and merging makes repeats harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from brands.domain.platforms import TRAITS
from brands.models import StoreConnection
from core import faults
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.domain.standing import is_cancelled
from tracking.models import Order, OrderPull
from tracking.services.adapters import Adapter, PayloadRefused
from tracking.services.intake import store_delivery
from tracking.services.orders import load_state

EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)  # a change may be written later than the time it carries
CLAIM = timedelta(minutes=4)
LONGEST_WAIT = timedelta(hours=6)
SECOND = timedelta(seconds=1)
MAX_PAGES = 20


class PullFailed(Exception):
    """The shop gave no orders. `code` says why, `retry_after` how long the shop wants peace."""

    def __init__(self, code: str, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Found:
    """One order as the shop told it; `changed_at` None where that cannot be read."""

    body: bytes
    order_id: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Orders by their time of change, oldest first."""

    orders: tuple[Found, ...]
    is_last: bool


class Source(Protocol):
    """A shop's own interface. Each method raises PullFailed."""

    topic: str

    def list_orders(self, *, after: datetime, page: int) -> Page: ...

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        """Return the body of a delivery: the order with what it leaves out of its refunds."""
        ...


def list_due(*, real_now: datetime) -> list[OrderPull]:
    """Return the shops whose turn it is; one that got its keys just now is begun."""
    platforms = [name for name, traits in TRAITS.items() if traits.takes_keys]
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
    *, pull: OrderPull, source: Source, adapter: Adapter, now: datetime, real_now: datetime
) -> list[int]:
    """Fetch what changed since the cursor; returns the ids of the new deliveries.

    `now` is the brand's time. A failure is kept with its words and not raised.
    """
    stored: list[int] = []
    after = pull.cursor_at if pull.is_behind else pull.cursor_at - OVERLAP
    page = pull.cursor_page if pull.is_behind else 1
    try:
        for _ in range(MAX_PAGES):
            found = source.list_orders(after=after, page=page)
            bodies = [
                source.complete(one, refunds)
                for one in found.orders
                if (refunds := _missing(pull, one, adapter)) is not None
            ]
            after, page = _next_place(found, after, page)
            stored += _keep(pull, source.topic, bodies, (after, page), found, now)
            if found.is_last:
                break
    except PullFailed as failure:
        _put_off(pull, failure, real_now)
    else:
        _finish(pull, real_now)
    return stored


def _missing(pull: OrderPull, found: Found, adapter: Adapter) -> list[RefundEvent] | None:
    """Return the refunds of an order of which only totals are known; None: nothing is new."""
    try:
        parsed = adapter.parse(
            topic="order.updated", headers={}, body=found.body, hash_email=lambda _: ""
        )
    except PayloadRefused:
        return []  # kept, and shown with its reason
    snapshot, *thin = parsed.events
    assert isinstance(snapshot, OrderSnapshot)  # noqa: S101
    order = Order.objects.filter(
        connection=pull.connection, external_order_id=snapshot.external_order_id
    ).first()
    state = load_state(order) if order else None
    known = {
        refund.external_refund_id
        for refund in (state.refunds if state else ())
        if refund.lines or refund.amount or refund.shipping or not refund.total
    }
    refunds = [
        refund
        for refund in thin
        if isinstance(refund, RefundEvent) and refund.external_refund_id not in known
    ]
    is_told = state is not None and state.snapshot is not None
    if order is None or state is None or not is_told or refunds:
        return refunds
    is_gone = is_cancelled(state) and order.status != "cancelled"
    return [] if order.version < snapshot.version or is_gone else None


def _next_place(found: Page, after: datetime, page: int) -> tuple[datetime, int]:
    """Return where to read on: from the last second seen, or its next page if it fills pages.

    Pages alone would lose orders: one that changes meanwhile moves to the end, and all move up.
    """
    newest = max((one.changed_at for one in found.orders if one.changed_at), default=after)
    if newest - SECOND > after:
        return newest - SECOND, 1
    return after, page + 1


def _keep(  # one transaction needs all of it
    pull: OrderPull,
    topic: str,
    bodies: Sequence[bytes],
    place: tuple[datetime, int],
    found: Page,
    now: datetime,
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
            for body in bodies
        ]
        new = [event.pk for event, is_new in rows if is_new]
        faults.point("order_pull.before_cursor")
        pull.is_behind = not found.is_last
        pull.cursor_at = max(place[0], pull.cursor_at) if found.is_last else place[0]
        pull.cursor_page = place[1]
        pull.brought += len(new)
        pull.save(update_fields=["cursor_at", "cursor_page", "is_behind", "brought"])
    return new


def _finish(pull: OrderPull, real_now: datetime) -> None:
    pull.failures, pull.code, pull.succeeded_at = 0, "", real_now
    pull.next_at = real_now if pull.is_behind else real_now + EVERY
    pull.save(update_fields=["failures", "code", "succeeded_at", "next_at"])


def _put_off(pull: OrderPull, failure: PullFailed, real_now: datetime) -> None:
    pull.failures += 1
    pull.code = f"pull.{failure.code}"
    wait = max(EVERY * 2 ** min(pull.failures - 1, 10), failure.retry_after)
    pull.next_at = real_now + min(wait, LONGEST_WAIT)
    pull.save(update_fields=["failures", "code", "next_at"])
