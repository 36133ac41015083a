"""Orders or refunds from a file: kept, looked at, and then taken as a whole or not at all.

Each becomes a delivery like any other, so merging makes a second upload harmless. On a store that
posts its orders a file only fills gaps: what the store itself said stays.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from brands.models import StoreConnection
from core import audit, faults, jobs
from core.locks import lock_row
from core.models import InboundStatus
from tracking.domain.sheetcells import Options
from tracking.models import OrderUpload, StoreEvent
from tracking.services.adapters import Adapter
from tracking.services.uploadplans import BATCH, Planned, preview


class AlreadyTaken(Exception):
    """The file was confirmed before."""


class HasErrors(Exception):
    """Rows cannot be read, so nothing of the file is taken."""


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
    found = preview(upload=upload, adapter=adapter, is_vouched=is_vouched, now=now)
    if found.errors:
        raise HasErrors(upload.public_id)
    events = [_make_event(upload, one, now) for one in found.to_take]
    StoreEvent.objects.bulk_create(events, batch_size=BATCH)
    faults.point("order_upload.before_commit")
    upload.confirmed_at, upload.confirmed_by_id = now, actor_id
    upload.is_vouched, upload.unchanged = is_vouched, found.count_rest()
    upload.save(update_fields=["confirmed_at", "confirmed_by", "is_vouched", "unchanged"])
    facts = {found.kind: len(events), "vouched": is_vouched, "old_payments": found.old_payments}
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


def _make_event(upload: OrderUpload, one: Planned, now: datetime) -> StoreEvent:
    return StoreEvent(
        brand_id=upload.brand_id,
        connection_id=upload.connection_id,
        upload=upload,
        topic=one.topic,
        event_id=f"{upload.public_id}:{one.draft.order_id}:{one.draft.data['id']}"[:128],
        body=one.body.decode("latin-1"),
        body_sha256=hashlib.sha256(one.body).hexdigest(),
        size_bytes=len(one.body),
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
        "kind": options.kind,
    }
