"""What taking a file of orders or refunds would do now, row by row; nothing is changed here."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from brands.models import StoreConnection
from core.crypto import customer_hash
from core.ids import EPOCH
from core.models import Brand
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.domain.findings import Findings, Sample
from tracking.domain.ordersheet import read_orders
from tracking.domain.refundsheet import KnownOrder, match_refunds, read_refund_rows
from tracking.domain.release import MAX_BACKDATING
from tracking.domain.sheetcells import Draft, Kind, Options, RowError, Sheet
from tracking.domain.standing import named_refunds
from tracking.models import Order, OrderKind, OrderUpload
from tracking.services.adapters import FILES, Adapter, Parsed, PayloadRefused
from tracking.services.orders import load_state

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told how many of how many rows are done, every BATCH of them."""

TOPICS: dict[Kind, str] = {"orders": "order.updated", "refunds": "refund.created"}
BATCH = 500
SAMPLE = 10
NEW, CHANGED, UNCHANGED, LEFT = "new", "changed", "unchanged", "left"

# Fields of the webhook that have another name in a file.
_FIELDS = {"id": "order_id", "gross": "line_total", "email": "email", "refunded_total": "refunded"}


@dataclass(frozen=True, slots=True)
class Planned:
    """One order or refund of the file and what taking it would do."""

    draft: Draft
    what: str
    topic: str
    body: bytes
    event: OrderSnapshot | RefundEvent


@dataclass(slots=True)
class Preview:
    """What a file would do. `old_payments`: paid longer ago than a store may tell.

    `known`: refunds of which no more than their number is kept, as they are known already.
    """

    sheet: Sheet
    kind: Kind
    planned: list[Planned] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    known: int = 0
    old_payments: int = 0

    def count(self, what: str) -> int:
        known = self.known if what == UNCHANGED else 0
        return known + sum(1 for one in self.planned if one.what == what)

    def count_rest(self) -> int:
        return self.count(UNCHANGED) + self.count(LEFT)

    @property
    def to_take(self) -> list[Planned]:
        return [one for one in self.planned if one.what in {NEW, CHANGED}]

    def to_findings(self) -> Findings:
        """Return what is kept and shown of it."""
        return Findings(
            kind=self.kind,
            counts={name: self.count(name) for name in (NEW, CHANGED, UNCHANGED, LEFT)},
            has_no_zone=self.sheet.has_no_zone,
            old_payments=self.old_payments,
            errors=tuple(self.errors),
            sample=tuple(_show(one) for one in self.to_take[:SAMPLE]),
        )


def get_options(upload: OrderUpload) -> Options:
    return Options(**upload.options)


def raw_body(upload: OrderUpload) -> bytes:
    return (upload.body or "").encode("latin-1")


def ignore_progress(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def preview(
    *,
    upload: OrderUpload,
    adapter: Adapter,
    is_vouched: bool,
    now: datetime,
    progress: Progress = ignore_progress,
) -> Preview:
    """Say what taking the file now would do.

    `is_vouched`: finance answers for the paid times, which then are not clamped.

    :raises SheetRefused: the file as a whole cannot be read.
    """
    options = get_options(upload)
    if options.kind == "refunds":
        found = _plan_refunds(upload, options, adapter, progress)
    else:
        reading = _Reading(adapter, is_vouched, now, progress)
        found = _plan_orders(upload, options, reading)
    found.errors = sorted(found.errors, key=lambda error: error.row)
    return found


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield BATCH of them at a time."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


@dataclass(frozen=True, slots=True)
class _Reading:
    adapter: Adapter
    is_vouched: bool
    now: datetime
    progress: Progress


def _plan_orders(upload: OrderUpload, options: Options, reading: _Reading) -> Preview:
    brand, now = upload.brand, reading.now
    sheet = read_orders(raw_body(upload), options, ZoneInfo(brand.time_zone))
    found = Preview(sheet, "orders", errors=sheet.errors)
    version_at = _version_time(upload.connection, now)
    for place, drafts in enumerate(batches(sheet.drafts)):
        reading.progress(place * BATCH, len(sheet.drafts))
        known = find_by_id(upload.connection, [draft.order_id for draft in drafts])
        for draft in drafts:
            body = _to_body(draft, version_at, is_vouched=reading.is_vouched)
            parsed = _parse(reading.adapter, brand, "orders", draft, body, sheet)
            if parsed is None:
                continue
            what = _compare(known.get(draft.order_id), parsed)
            snapshot = parsed.events[0]
            assert isinstance(snapshot, OrderSnapshot)  # noqa: S101
            found.planned.append(Planned(draft, what, TOPICS["orders"], body, snapshot))
            is_old = snapshot.paid_at is not None and snapshot.paid_at < now - MAX_BACKDATING
            found.old_payments += is_old and what == NEW
    return found


def _plan_refunds(
    upload: OrderUpload, options: Options, adapter: Adapter, progress: Progress
) -> Preview:
    rows = read_refund_rows(raw_body(upload), options)
    orders = _find_orders(upload.connection, sorted(rows.references), progress)
    zone = ZoneInfo(upload.brand.time_zone)
    drafts, known = match_refunds(rows, orders, options, zone)
    found = Preview(rows.sheet, "refunds", errors=rows.sheet.errors, known=known)
    for draft in drafts:
        body = _dump("refunds", draft.data)
        parsed = _parse(adapter, upload.brand, "refunds", draft, body, rows.sheet)
        if parsed is None:
            continue
        refund = parsed.events[0]
        assert isinstance(refund, RefundEvent)  # noqa: S101
        found.planned.append(Planned(draft, NEW, TOPICS["refunds"], body, refund))
    return found


def _find_orders(
    connection: StoreConnection, references: Sequence[str], progress: Progress
) -> dict[str, KnownOrder]:
    """Return orders by their id, or by their number where just one has it."""
    found: dict[str, KnownOrder] = {}
    by_order: dict[str, KnownOrder] = {}
    for place, some in enumerate(batches(references)):
        progress(place * BATCH, len(references))
        rows = find_by_id(connection, some)
        rows |= find_by_number(connection, [one for one in some if one not in rows])
        for reference, order in rows.items():
            if known := _read_known(order):
                # An order named in two ways is one order, and has its rest once.
                found[reference] = by_order.setdefault(order.external_order_id, known)
    return found


def _read_known(order: Order) -> KnownOrder | None:
    state = load_state(order)
    if state.snapshot is None:
        return None
    refunds = named_refunds(state)
    left = max(0, state.snapshot.total - sum(refunds.values()))
    return KnownOrder(order.external_order_id, state.snapshot.currency, left, refunds)


def find_by_id(connection: StoreConnection, ids: Sequence[str]) -> dict[str, Order]:
    """Return orders of a store by their ids."""
    rows = Order.objects.filter(connection=connection, external_order_id__in=ids)
    return {order.external_order_id: order for order in rows}


def find_by_number(connection: StoreConnection, numbers: Sequence[str]) -> dict[str, Order]:
    """Return orders of a store by their numbers, where just one has it."""
    found: dict[str, list[Order]] = {}
    for order in Order.objects.filter(
        connection=connection, kind=OrderKind.ORDER, external_number__in=numbers
    ):
        found.setdefault(order.external_number, []).append(order)
    return {number: same[0] for number, same in found.items() if len(same) == 1}


def _compare(order: Order | None, parsed: Parsed) -> str:
    state = load_state(order) if order else None
    if order is None or state is None or state.snapshot is None:
        return NEW
    snapshot, *refunds = parsed.events
    assert isinstance(snapshot, OrderSnapshot)  # noqa: S101
    if snapshot.version <= order.version:
        return LEFT  # the store itself told of it
    told = dict(state.cumulative)
    has_more = any(
        isinstance(one, RefundEvent) and (one.cumulative_total or 0) > told.get(one.currency, 0)
        for one in refunds
    )
    before = state.snapshot
    is_same = before == replace(
        snapshot,
        version=before.version,
        cancelled_at=before.cancelled_at,
        is_vouched=before.is_vouched,
    )
    return UNCHANGED if is_same and not has_more else CHANGED


def _version_time(connection: StoreConnection, now: datetime) -> datetime:
    """Return the time of change of a file's orders.

    On a store that posts its orders it lies before anything the store can say, and still grows.
    """
    if connection.platform == FILES:
        return now
    return EPOCH + timedelta(microseconds=int(now.timestamp()))


def draft_body(draft: Draft, version_at: datetime) -> bytes:
    """Return an order of a file as the body of a delivery."""
    return _to_body(draft, version_at, is_vouched=False)


def _to_body(draft: Draft, version_at: datetime, *, is_vouched: bool) -> bytes:
    data = draft.data | {"updated_at": version_at.astimezone(UTC).isoformat()}
    if data["status"] == "cancelled":
        data.setdefault("cancelled_at", version_at.astimezone(UTC).isoformat())
    if is_vouched:
        data["vouched"] = True
    return _dump("orders", data)


def _dump(kind: Kind, data: dict[str, object]) -> bytes:
    return json.dumps({"type": TOPICS[kind], "data": data}, ensure_ascii=False).encode()


def _parse(  # what a row becomes, and where what is wrong with it is noted
    adapter: Adapter, brand: Brand, kind: Kind, draft: Draft, body: bytes, sheet: Sheet
) -> Parsed | None:
    try:
        return adapter.parse(
            topic=TOPICS[kind],
            headers={},
            body=body,
            hash_email=lambda email: customer_hash(brand.public_id, email),
        )
    except PayloadRefused as refusal:
        name = _name_field(refusal.detail, kind)
        sheet.note(draft.row, name, f"store.{refusal.code}")
        return None


def _name_field(detail: str, kind: Kind) -> str:
    """Return the field of a file that a field of the webhook comes from."""
    name = re.split(r"[.\]]+", detail)[-1] or "total"
    if name == "id":
        return "line_id" if "lines" in detail else "refund_id" if kind == "refunds" else "order_id"
    return _FIELDS.get(name, name)


def _show(one: Planned) -> Sample:
    event = one.event
    known: dict[str, Any] = {
        "order_id": event.external_order_id,
        "status": event.status,
        "currency": event.currency,
        "net": sum(line.net_ex_tax for line in event.lines),
        "total": event.total,
    }
    if isinstance(event, OrderSnapshot):
        times: dict[str, Any] = {"placed_at": event.placed_at, "at": event.paid_at}
        return Sample(id=event.external_order_id, reason="", **known, **times)
    return Sample(
        id=event.external_refund_id,
        reason=str(one.draft.data["reason"]),
        placed_at=None,
        at=event.occurred_at,
        **known,
    )
