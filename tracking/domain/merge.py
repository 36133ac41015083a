"""What is known of one order: the join of all its events, in any order, any number of times.

An event is lifted to the smallest state that holds it and joined to what was known, field by
field: the newest snapshot, the union of refunds and disputes by id, the earliest of each time.
Every part is a maximum, a minimum or a union, so the join is commutative, associative and
idempotent, and lost order, repeats and replays cannot matter. Nothing here reads the clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from tracking.domain.codec import canonical_json, decode_as, encode, to_utc
from tracking.domain.events import (
    CanonicalEvent,
    ClickSignal,
    DisputeEvent,
    OrderCancelled,
    OrderSnapshot,
    RefundEvent,
)

T = TypeVar("T")

# Two snapshots of one version: stores with a clock of whole seconds send "pending" and "paid"
# within one of them, so the later station of an order's life wins before its text is compared.
_STATUS_RANK = {
    "pending": 0,
    "failed": 1,
    "authorized": 2,
    "partially_paid": 3,
    "paid": 4,
    "partially_refunded": 5,
    "refunded": 6,
    "cancelled": 7,
}
_REFUND_RANK = {"pending": 0, "succeeded": 1, "cancelled": 2, "failed": 3}
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
MAX_VERSIONS = 20  # a hundred edits of one order must not make its row grow without end


@dataclass(frozen=True, slots=True)
class OrderState:
    """All that is known of one order. Tuples are sorted, so that equal knowledge is equal.

    `versions`: of each content that edits gave the order the earliest version, oldest first and
    without the snapshot itself; see `list_versions`.
    `cumulative`: the largest running refund total by currency, from events that tell no more.
    `received_at`: first receipt of any event; `paid_received_at`: first receipt of a payment.
    `cancelled_at` stays None where the store told no time of the cancellation.
    `is_marked_test`: a person of the brand says that it is a test, whatever the store says.
    `gone_at`: last receipt of a deletion that may be taken back; `seen_at`: of a body of the order.
    """

    snapshot: OrderSnapshot | None = None
    versions: tuple[OrderSnapshot, ...] = ()
    refunds: tuple[RefundEvent, ...] = ()
    disputes: tuple[DisputeEvent, ...] = ()
    cumulative: tuple[tuple[str, int], ...] = ()
    clicks: tuple[ClickSignal, ...] = ()
    is_cancelled: bool = False
    cancelled_at: datetime | None = None
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    fulfilled_at: datetime | None = None
    delivered_at: datetime | None = None
    received_at: datetime | None = None
    paid_received_at: datetime | None = None
    gone_at: datetime | None = None
    seen_at: datetime | None = None
    is_marked_test: bool = False

    @property
    def is_test(self) -> bool:
        """Tell whether the store or the brand says so."""
        return self.is_marked_test or (self.snapshot is not None and self.snapshot.is_test)


EMPTY = OrderState()


def merge_event(state: OrderState, event: CanonicalEvent, *, received_at: datetime) -> OrderState:
    """Return what is known after one more event of the same order.

    :raises ValueError: for a time without its zone.
    """
    return join_states(state, _lift(event, to_utc(received_at)))


def join_states(a: OrderState, b: OrderState) -> OrderState:
    """Return the least state that knows all that both know."""
    snapshot = _join_optional(a.snapshot, b.snapshot, _newer_snapshot)
    return OrderState(
        snapshot=snapshot,
        versions=_join_versions(a, b, snapshot),
        refunds=_join_by_id(a.refunds + b.refunds, _refund_id, _join_refund),
        disputes=_join_by_id(a.disputes + b.disputes, _dispute_id, _join_dispute),
        cumulative=_join_by_id(a.cumulative + b.cumulative, _currency_of, max),
        clicks=tuple(sorted({*a.clicks, *b.clicks}, key=lambda c: (c.token, c.carrier))),
        is_cancelled=a.is_cancelled or b.is_cancelled,
        cancelled_at=_earliest(a.cancelled_at, b.cancelled_at),
        placed_at=_earliest(a.placed_at, b.placed_at),
        paid_at=_earliest(a.paid_at, b.paid_at),
        fulfilled_at=_earliest(a.fulfilled_at, b.fulfilled_at),
        delivered_at=_earliest(a.delivered_at, b.delivered_at),
        received_at=_earliest(a.received_at, b.received_at),
        paid_received_at=_earliest(a.paid_received_at, b.paid_received_at),
        gone_at=_latest(a.gone_at, b.gone_at),
        seen_at=_latest(a.seen_at, b.seen_at),
        is_marked_test=a.is_marked_test or b.is_marked_test,
    )


def list_versions(state: OrderState) -> tuple[OrderSnapshot, ...]:
    """Return the contents an order went through, oldest first; the last is what it is now.

    A line keeps the rule it had before an edit, so pricing must know the earlier versions, also
    one that arrived after the edit; else the commission would depend on the order of arrival.
    """
    if state.snapshot is None:
        return ()
    return (*state.versions, state.snapshot)


def to_json(state: OrderState) -> dict[str, Any]:
    """Return the state as a value for a JSON column."""
    stored: dict[str, Any] = encode(state)
    return stored


def from_json(stored: Mapping[str, Any]) -> OrderState:
    """Rebuild a state from `to_json`."""
    return decode_as(OrderState, stored)


def _lift(event: CanonicalEvent, received_at: datetime) -> OrderState:
    if isinstance(event, OrderSnapshot):
        return _lift_snapshot(event, received_at)
    if isinstance(event, RefundEvent):
        return _lift_refund(event, received_at)
    if isinstance(event, DisputeEvent):
        return OrderState(disputes=(event,), received_at=received_at)
    return _lift_cancelled(event, received_at)


def _lift_snapshot(event: OrderSnapshot, received_at: datetime) -> OrderState:
    return OrderState(
        snapshot=event,
        clicks=event.clicks,
        is_cancelled=event.cancelled_at is not None,
        cancelled_at=event.cancelled_at,
        placed_at=event.placed_at,
        paid_at=event.paid_at,
        fulfilled_at=event.fulfilled_at,
        delivered_at=event.delivered_at,
        received_at=received_at,
        paid_received_at=_heard_of_payment(event, received_at),
        seen_at=received_at,
    )


def _heard_of_payment(event: OrderSnapshot, received_at: datetime) -> datetime | None:
    """Return when the payment was heard of; one that finance answers for, when it was made."""
    if event.paid_at is None:
        return None
    return min(event.paid_at, received_at) if event.is_vouched else received_at


def _lift_refund(event: RefundEvent, received_at: datetime) -> OrderState:
    """Keep a refund by its id; one that tells only the running total has no content of its own."""
    if event.cumulative_total is None:
        return OrderState(refunds=(event,), received_at=received_at)
    counts = event.status == "succeeded" and not event.is_test
    cumulative = ((event.currency, event.cumulative_total),) if counts else ()
    return OrderState(cumulative=cumulative, received_at=received_at)


def _lift_cancelled(event: OrderCancelled, received_at: datetime) -> OrderState:
    if not event.is_final:
        return OrderState(gone_at=received_at, received_at=received_at)
    return OrderState(is_cancelled=True, cancelled_at=event.occurred_at, received_at=received_at)


def _newer_snapshot(a: OrderSnapshot, b: OrderSnapshot) -> OrderSnapshot:
    if a.version != b.version:
        return max(a, b, key=lambda snapshot: snapshot.version)
    return max(a, b, key=lambda snapshot: (_STATUS_RANK[snapshot.status], canonical_json(snapshot)))


def _join_versions(
    a: OrderState, b: OrderState, newest: OrderSnapshot | None
) -> tuple[OrderSnapshot, ...]:
    earliest: dict[str, OrderSnapshot] = {}
    for version in (*list_versions(a), *list_versions(b)):
        known = earliest.setdefault(_content(version), version)
        earliest[_content(version)] = min(known, version, key=_age)
    kept = sorted(earliest.values(), key=_age)[:MAX_VERSIONS]
    return tuple(version for version in kept if version != newest)


def _content(snapshot: OrderSnapshot) -> str:
    """Return what the rules look at: an update that changes none of it is no other version."""
    facts = (snapshot.currency, snapshot.customer.country, snapshot.shipping, snapshot.shipping_tax)
    return canonical_json([*facts, snapshot.lines])


def _age(snapshot: OrderSnapshot) -> tuple[int, int, str]:
    return snapshot.version, _STATUS_RANK[snapshot.status], canonical_json(snapshot)


def _join_refund(a: RefundEvent, b: RefundEvent) -> RefundEvent:
    """Join status and content apart: a bare "it succeeded" keeps the lines told before.

    A failed or cancelled refund undoes a succeeded one, whatever came first.
    """
    status = max(a.status, b.status, key=_REFUND_RANK.__getitem__)
    return max(replace(a, status=status), replace(b, status=status), key=_richness)


def _richness(refund: RefundEvent) -> tuple[int, int, int, str]:
    goods = sum(line.net_ex_tax + line.tax for line in refund.lines)
    parts = goods + refund.amount + refund.shipping
    return len(refund.lines), parts, refund.total, canonical_json(refund)


def _join_dispute(a: DisputeEvent, b: DisputeEvent) -> DisputeEvent:
    """Let a verdict beat an opening, and the later verdict the earlier: appeals turn them around.

    Two verdicts of one time, or of none: lost, because money that is gone must not be paid on.
    """
    return max(a, b, key=_finality)


def _finality(dispute: DisputeEvent) -> tuple[bool, datetime, bool, str]:
    return (
        dispute.status != "opened",
        dispute.occurred_at or _LONG_AGO,
        dispute.status == "lost",
        canonical_json(dispute),
    )


def _join_by_id(
    items: Iterable[T], key: Callable[[T], str], join: Callable[[T, T], T]
) -> tuple[T, ...]:
    joined: dict[str, T] = {}
    for item in items:
        known = joined.get(key(item))
        joined[key(item)] = item if known is None else join(known, item)
    return tuple(joined[name] for name in sorted(joined))


def _join_optional(a: T | None, b: T | None, join: Callable[[T, T], T]) -> T | None:
    if a is None or b is None:
        return b if a is None else a
    return join(a, b)


def _earliest(a: datetime | None, b: datetime | None) -> datetime | None:
    return _join_optional(a, b, min)


def _latest(a: datetime | None, b: datetime | None) -> datetime | None:
    return _join_optional(a, b, max)


def _refund_id(refund: RefundEvent) -> str:
    return refund.external_refund_id


def _dispute_id(dispute: DisputeEvent) -> str:
    return dispute.external_dispute_id


def _currency_of(entry: tuple[str, int]) -> str:
    return entry[0]
