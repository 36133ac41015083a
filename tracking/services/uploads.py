"""Orders from a file: kept, looked at, and then taken as a whole or not at all.

Each order becomes a delivery like any other, so merging makes a second upload harmless. On a store
that posts its orders a file only fills gaps: what the store itself said stays.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count

from brands.models import Platform, StoreConnection
from core import audit, faults, jobs
from core.crypto import customer_hash
from core.ids import EPOCH
from core.locks import lock_row
from core.models import Brand, InboundStatus
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.domain.ordersheet import MAX_ERRORS, Draft, Options, RowError, Sheet, read_sheet
from tracking.domain.release import MAX_BACKDATING
from tracking.models import Order, OrderUpload, StoreEvent
from tracking.services.adapters import Adapter, Parsed, PayloadRefused
from tracking.services.orders import load_state

TOPIC = "order.updated"
BATCH = 500
NEW, CHANGED, UNCHANGED, LEFT = "new", "changed", "unchanged", "left"


class AlreadyTaken(Exception):
    """The file was confirmed before."""


class HasErrors(Exception):
    """Rows cannot be read, so nothing of the file is taken."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One order of the file and what taking it would do."""

    draft: Draft
    snapshot: OrderSnapshot
    what: str
    body: bytes


@dataclass(slots=True)
class Preview:
    """What a file would do. `old_payments`: paid longer ago than a store may tell."""

    sheet: Sheet
    planned: list[Planned] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    old_payments: int = 0

    def count(self, what: str) -> int:
        return sum(1 for one in self.planned if one.what == what)

    @property
    def to_take(self) -> list[Planned]:
        return [one for one in self.planned if one.what in {NEW, CHANGED}]


@transaction.atomic
def keep_upload(
    *,
    connection: StoreConnection,
    file_name: str,
    body: bytes,
    options: Options,
    actor_id: int,
    now: datetime,
) -> OrderUpload:
    """Keep a file, encrypted; nothing of it counts yet."""
    upload = OrderUpload.objects.create(
        brand_id=connection.brand_id,
        connection=connection,
        file_name=file_name[:120],
        body=body.decode("latin-1"),  # one character a byte: comes back exact
        size_bytes=len(body),
        options=_to_json(options),
        created_at=now,
        created_by_id=actor_id,
    )
    _record(upload, "order_upload.kept", actor_id, now)
    return upload


@transaction.atomic
def set_options(*, upload_id: int, options: Options) -> OrderUpload:
    """Read a file another way.

    :raises AlreadyTaken: it was confirmed.
    """
    upload = lock_row(OrderUpload, upload_id)
    if upload.confirmed_at is not None:
        raise AlreadyTaken(upload.public_id)
    upload.options = _to_json(options)
    upload.save(update_fields=["options"])
    return upload


def get_options(upload: OrderUpload) -> Options:
    return Options(**upload.options)


def raw_body(upload: OrderUpload) -> bytes:
    return (upload.body or "").encode("latin-1")


def preview(*, upload: OrderUpload, adapter: Adapter, now: datetime) -> Preview:
    """Say what taking the file now would do.

    :raises SheetRefused: the file as a whole cannot be read.
    """
    brand = upload.brand
    sheet = read_sheet(raw_body(upload), get_options(upload), ZoneInfo(brand.time_zone))
    found = Preview(sheet, errors=list(sheet.errors))
    version_at = _version_time(upload.connection, now)
    for drafts in _batches(sheet.drafts):
        ids = [draft.order_id for draft in drafts]
        rows = Order.objects.filter(connection=upload.connection, external_order_id__in=ids)
        known = {order.external_order_id: order for order in rows}
        for draft in drafts:
            body = _to_body(draft, version_at, is_vouched=False)
            try:
                parsed = _parse(adapter, brand, body)
            except PayloadRefused as refusal:
                found.errors.append(RowError(draft.row, refusal.detail, f"store.{refusal.code}"))
                continue
            what = _compare(known.get(draft.order_id), parsed)
            snapshot = parsed.events[0]
            assert isinstance(snapshot, OrderSnapshot)  # noqa: S101
            found.planned.append(Planned(draft, snapshot, what, body))
            is_old = snapshot.paid_at is not None and snapshot.paid_at < now - MAX_BACKDATING
            found.old_payments += is_old and what == NEW
    found.errors = sorted(found.errors, key=lambda error: error.row)[:MAX_ERRORS]
    return found


@transaction.atomic
def take_upload(
    *, upload_id: int, adapter: Adapter, is_vouched: bool, actor_id: int, now: datetime
) -> OrderUpload:
    """Store every order of the file as a delivery, all in one transaction.

    `is_vouched`: finance answers for the paid times, which then are not clamped.

    :raises AlreadyTaken: it was confirmed before.
    :raises HasErrors: rows cannot be read.
    :raises SheetRefused: the file as a whole cannot be read, or was deleted after its time.
    """
    upload = lock_row(OrderUpload, upload_id)
    if upload.confirmed_at is not None:
        raise AlreadyTaken(upload.public_id)
    found = preview(upload=upload, adapter=adapter, now=now)
    if found.errors:
        raise HasErrors(upload.public_id)
    version_at = _version_time(upload.connection, now)
    events = [
        _make_event(upload, one, _to_body(one.draft, version_at, is_vouched=is_vouched), now)
        for one in found.to_take
    ]
    StoreEvent.objects.bulk_create(events, batch_size=BATCH)
    faults.point("order_upload.before_commit")
    upload.confirmed_at, upload.confirmed_by_id = now, actor_id
    upload.is_vouched, upload.unchanged = is_vouched, len(found.planned) - len(events)
    upload.save(update_fields=["confirmed_at", "confirmed_by", "is_vouched", "unchanged"])
    facts = {"orders": len(events), "vouched": is_vouched, "old_payments": found.old_payments}
    _record(upload, "order_upload.taken", actor_id, now, facts)
    jobs.enqueue("tracking.process_upload", upload_id=upload.pk)
    return upload


def count_states(upload: OrderUpload) -> dict[str, int]:
    """Return how many deliveries of the file are in which state."""
    rows = StoreEvent.objects.filter(upload=upload).values("status").annotate(count=Count("id"))
    return {row["status"]: row["count"] for row in rows}


def list_waiting(upload: OrderUpload, *, limit: int) -> list[int]:
    """Return the deliveries of the file nobody has worked on yet, oldest first."""
    rows = StoreEvent.objects.filter(upload=upload, status=InboundStatus.STORED)
    return list(rows.order_by("id").values_list("pk", flat=True)[:limit])


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
    before = replace(state.snapshot, is_vouched=False)
    is_same = replace(snapshot, version=before.version, cancelled_at=before.cancelled_at) == before
    return UNCHANGED if is_same and not has_more else CHANGED


def _version_time(connection: StoreConnection, now: datetime) -> datetime:
    """Return the time of change of a file's orders.

    On a store that posts its orders it lies before anything the store can say, and still grows.
    """
    if connection.platform == Platform.CSV:
        return now
    return EPOCH + timedelta(microseconds=int(now.timestamp()))


def _to_body(draft: Draft, version_at: datetime, *, is_vouched: bool) -> bytes:
    data = draft.data | {"updated_at": version_at.astimezone(UTC).isoformat()}
    if data["status"] == "cancelled":
        data.setdefault("cancelled_at", version_at.astimezone(UTC).isoformat())
    if is_vouched:
        data["vouched"] = True
    return json.dumps({"type": TOPIC, "data": data}, ensure_ascii=False).encode()


def _parse(adapter: Adapter, brand: Brand, body: bytes) -> Parsed:
    return adapter.parse(
        topic=TOPIC,
        headers={},
        body=body,
        hash_email=lambda email: customer_hash(brand.public_id, email),
    )


def _make_event(upload: OrderUpload, one: Planned, body: bytes, now: datetime) -> StoreEvent:
    return StoreEvent(
        brand_id=upload.brand_id,
        connection_id=upload.connection_id,
        upload=upload,
        topic=TOPIC,
        event_id=f"{upload.public_id}:{one.draft.order_id}"[:128],
        body=body.decode("latin-1"),
        body_sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        received_at=now,
        next_attempt_at=now,
    )


def _record(
    upload: OrderUpload,
    action: str,
    actor_id: int,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=upload.brand_id,
        actor_id=actor_id,
        action=action,
        target=upload,
        now=now,
        after={"file": upload.file_name, "bytes": upload.size_bytes, **(facts or {})},
    )


def _to_json(options: Options) -> dict[str, Any]:
    return {
        "encoding": options.encoding,
        "delimiter": options.delimiter,
        "decimal": options.decimal,
        "date_order": options.date_order,
        "columns": dict(options.columns),
    }


def _batches(drafts: Sequence[Draft]) -> Iterator[Sequence[Draft]]:
    for start in range(0, len(drafts), BATCH):
        yield drafts[start : start + BATCH]
