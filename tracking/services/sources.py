"""A shop that lets its orders be fetched: what is asked of it, and how it may fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from brands.models import StoreConnection
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.domain.standing import is_cancelled
from tracking.models import Order
from tracking.services.adapters import Adapter, PayloadRefused
from tracking.services.orders import load_state

SECOND = timedelta(seconds=1)
# What a shop answers when one order breaks it as well as when all of it is down.
OF_ONE_ORDER = frozenset({"shop_failed", "no_orders", "no_order", "gone", "timeout", "too_large"})


class PullFailed(Exception):
    """The shop gave no orders. `code` says why, `retry_after` how long the shop wants peace."""

    def __init__(self, code: str, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after

    @property
    def may_be_one_order(self) -> bool:
        return self.code in OF_ONE_ORDER


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where to read on: orders changed after a time, and which page of them."""

    after: datetime
    page: int


class Source(Protocol):
    """A shop's own interface. Each method raises PullFailed.

    `topic`: of what `complete` returns.
    """

    topic: str

    def get_order(self, order_id: str) -> Found | None:
        """Return one order; None where the shop has it no more."""
        ...

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        """Return the body of a delivery: the order with what it leaves out of its refunds."""
        ...


class Poller(Source, Protocol):
    """One that can be asked which orders changed, too.

    `listed_topic`: of the bodies of a list, as they are. They tell at least whose order it is and
    its version, so that `complete` asks for the rest of new ones alone.
    """

    listed_topic: str

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page: ...

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        """Return the same page without the bodies, which is all that can be had if one breaks."""
        ...


def find_next(page: Page, place: Place, *, is_shorter: bool) -> Place:
    """Return where to read on: from the last second seen, or its next page if it fills pages.

    Pages alone would lose orders: one that changes meanwhile moves to the end, and all move up.
    So they do when one is set aside: then the list is shorter by it, and its page is read again.
    """
    newest = max((one.changed_at for one in page.orders if one.changed_at), default=place.after)
    if newest - SECOND > place.after:
        return Place(newest - SECOND, 1)
    return place if is_shorter else Place(place.after, place.page + 1)


def complete_order(
    *,
    source: Poller,
    connection: StoreConnection,
    adapter: Adapter,
    found: Found,
    is_lasting: bool,
) -> tuple[bytes | None, str]:
    """Return the body of a delivery, None if nothing is new, and why its refunds are not whole.

    `is_lasting`: the trouble was there before, so what may be this order's own is borne, and the
    totals of its refunds count until the whole is known.

    :raises PullFailed: otherwise.
    """
    refunds = _find_missing(connection, found, adapter, source.listed_topic)
    if refunds is None:
        return None, ""
    try:
        return source.complete(found, refunds), ""
    except PullFailed as failure:
        if not (is_lasting and failure.may_be_one_order):
            raise
        return _complete_thin(source, found), failure.code


def _complete_thin(source: Poller, found: Found) -> bytes | None:
    """Return what can be had of an order; None where a list tells too little to stand alone."""
    try:
        return source.complete(found, ())
    except PullFailed:
        return None


def _find_missing(
    connection: StoreConnection, found: Found, adapter: Adapter, topic: str
) -> list[RefundEvent] | None:
    """Return the refunds of an order of which only totals are known; None: nothing is new."""
    try:
        parsed = adapter.parse(topic=topic, headers={}, body=found.body, hash_email=lambda _: "")
    except PayloadRefused:
        return []  # kept, and shown with its reason
    snapshot = next((one for one in parsed.events if isinstance(one, OrderSnapshot)), None)
    if snapshot is None:
        return []  # about no order, or about one that has to be fetched to be told
    order = Order.objects.filter(
        connection=connection, external_order_id=snapshot.external_order_id
    ).first()
    state = load_state(order) if order else None
    known = {
        refund.external_refund_id
        for refund in (state.refunds if state else ())
        if refund.lines or refund.amount or refund.shipping or not refund.total
    }
    refunds = [
        refund
        for refund in parsed.events
        if isinstance(refund, RefundEvent) and refund.external_refund_id not in known
    ]
    is_told = state is not None and state.snapshot is not None
    if order is None or state is None or not is_told or refunds:
        return refunds
    is_gone = is_cancelled(state) and order.status != "cancelled"
    return [] if order.version < snapshot.version or is_gone else None
