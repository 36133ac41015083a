"""Orders or refunds from a file: kept, read, looked at, and then taken as a whole or not at all.

What a person asks for is here; a worker does it, see `uploadwork`. Each order becomes a delivery
like any other, so merging makes a second upload harmless. On a store that posts its orders a file
only fills gaps: what the store itself said stays.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from brands.models import StoreConnection
from core import audit, jobs
from core.locks import lock_row
from core.models import InboundStatus
from tracking.domain.findings import Findings
from tracking.domain.sheetcells import Options
from tracking.models import OrderUpload, StoreEvent

WORK = "tracking.work_on_upload"


class AlreadyTaken(Exception):
    """The file was confirmed before."""


class NotRead(Exception):
    """The file waits to be read, so nobody could look at what it would do."""


class NothingToTake(Exception):
    """The file cannot be read without errors, or everything in it is known."""


@transaction.atomic
def keep_upload(  # a file is these facts
    *,
    connection: StoreConnection,
    file_name: str,
    body: bytes,
    options: Options,
    actor_id: int,
    now: datetime,
    real_now: datetime,
) -> OrderUpload:
    """Keep a file, encrypted, to be read; nothing of it counts yet."""
    upload = OrderUpload.objects.create(
        brand_id=connection.brand_id,
        connection=connection,
        file_name=file_name[:120],
        body=body.decode("latin-1"),  # one character a byte: comes back exact
        body_sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        options=_to_json(options),
        created_at=now,
        created_by_id=actor_id,
        next_at=real_now,
    )
    record(upload, "order_upload.kept", actor_id, now)
    jobs.enqueue(WORK, upload_id=upload.pk)
    return upload


@transaction.atomic
def set_options(*, upload_id: int, options: Options, real_now: datetime) -> OrderUpload:
    """Have a file read another way.

    :raises AlreadyTaken: it was confirmed.
    """
    upload = lock_row(OrderUpload, upload_id)
    if upload.confirmed_at is not None:
        raise AlreadyTaken(upload.public_id)
    upload.options, upload.findings, upload.stop_code = _to_json(options), None, ""
    upload.next_at, upload.work_done, upload.work_total = real_now, 0, 0
    upload.save(
        update_fields=["options", "findings", "stop_code", "next_at", "work_done", "work_total"]
    )
    jobs.enqueue(WORK, upload_id=upload.pk)
    return upload


@transaction.atomic
def confirm_upload(
    *, upload_id: int, is_vouched: bool, actor_id: int, now: datetime, real_now: datetime
) -> OrderUpload:
    """Have every order of the file taken, as of now.

    `is_vouched`: finance answers for the paid times, which then are not clamped.

    :raises AlreadyTaken: it was confirmed before.
    :raises NotRead: it waits to be read.
    :raises NothingToTake: it has errors, or nothing new.
    """
    upload = lock_row(OrderUpload, upload_id)
    if upload.confirmed_at is not None:
        raise AlreadyTaken(upload.public_id)
    if upload.findings is None:
        raise NotRead(upload.public_id)
    if not Findings.from_json(upload.findings).can_take:
        raise NothingToTake(upload.public_id)
    upload.confirmed_at, upload.confirmed_by_id = now, actor_id
    upload.is_vouched, upload.stop_code = is_vouched, ""
    upload.next_at, upload.work_done, upload.work_total = real_now, 0, 0
    upload.save()
    record(upload, "order_upload.confirmed", actor_id, now, {"vouched": is_vouched})
    jobs.enqueue(WORK, upload_id=upload.pk)
    return upload


def list_uploads(connection: StoreConnection) -> QuerySet[OrderUpload]:
    """Return the files of a store without what is in them, newest first."""
    rows = OrderUpload.objects.filter(connection=connection).select_related("brand", "connection")
    return rows.defer("body", "findings").order_by("-id")


def find_same(upload: OrderUpload) -> OrderUpload | None:
    """Return the latest earlier taking of exactly these bytes at this store, if there is one."""
    rows = list_uploads(upload.connection).filter(body_sha256=upload.body_sha256)
    return rows.filter(confirmed_at__isnull=False).exclude(pk=upload.pk).first()


def count_states(upload: OrderUpload) -> dict[str, int]:
    """Return how many deliveries of the file are in which state."""
    rows = StoreEvent.objects.filter(upload=upload).values("status").annotate(count=Count("id"))
    return {row["status"]: row["count"] for row in rows}


def list_waiting(upload: OrderUpload, *, limit: int) -> list[int]:
    """Return the deliveries of the file nobody has worked on yet, oldest first."""
    rows = StoreEvent.objects.filter(upload=upload, status=InboundStatus.STORED)
    return list(rows.order_by("id").values_list("pk", flat=True)[:limit])


def record(
    upload: OrderUpload,
    action: str,
    actor_id: int | None,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Write what happened to a file into the audit log."""
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
