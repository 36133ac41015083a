"""A worker's side of a file of orders: read it, take it as a whole, see its orders worked on.

Each step is a turn: one worker has it at a time, and who dies loses it a while later. Whatever he
had done is done again from the rows as they are; what a step means commits together, once.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from core import faults, jobs
from core.models import InboundStatus
from tracking import emails
from tracking.domain.findings import Findings
from tracking.domain.sheetcells import SheetRefused
from tracking.models import OrderUpload, StoreEvent
from tracking.services.adapters import Adapter
from tracking.services.uploadplans import (
    Planned,
    Preview,
    Progress,
    batches,
    get_options,
    ignore_progress,
    preview,
)
from tracking.services.uploads import WORK, count_states, record

TURN = timedelta(minutes=2)  # without a word of its worker; far above the time between two
WORTH_A_MAIL = timedelta(minutes=1)
STOPPED = "upload.stopped"


class TurnLost(Exception):
    """Another worker has the file meanwhile, or what was asked for changed."""


def list_due(*, real_now: datetime) -> list[int]:
    """Return the files somebody has to go on with, whatever message was lost."""
    rows = OrderUpload.objects.filter(next_at__lte=real_now).order_by("next_at")
    return list(rows.values_list("pk", flat=True))


def claim(*, upload_id: int, real_now: datetime) -> OrderUpload | None:
    """Take a turn at a file; None where somebody else has it or nothing is to be done."""
    rows = OrderUpload.objects.filter(pk=upload_id)
    if not rows.filter(next_at__lte=real_now).update(next_at=real_now + TURN):
        return None
    return rows.select_related("brand", "connection").get()


def note_progress(*, upload: OrderUpload, done: int, total: int, real_now: datetime) -> None:
    """Say how far a turn is, which keeps it.

    :raises TurnLost: it went to another worker.
    """
    until = real_now + TURN
    mine = OrderUpload.objects.filter(pk=upload.pk, next_at=upload.next_at)
    if not mine.update(work_done=done, work_total=total, next_at=until):
        raise TurnLost(upload.public_id)
    upload.next_at = until


def read(
    *, upload: OrderUpload, adapter: Adapter, now: datetime, progress: Progress = ignore_progress
) -> None:
    """Read a file and keep what it would do.

    :raises TurnLost: another worker has it, or it is to be read another way.
    """
    found = _plan(upload, adapter, progress, now)
    with transaction.atomic():
        row = _lock_turn(upload)
        _keep_findings(row, found)


def take(
    *,
    upload: OrderUpload,
    adapter: Adapter,
    now: datetime,
    real_now: datetime,
    progress: Progress = ignore_progress,
) -> bool:
    """Store every order of a confirmed file as a delivery, all in one transaction.

    They are received as of when it was confirmed, so that a second try stores the same. False
    where rows cannot be read any more: then nothing is taken, and the file is to be looked at.

    :raises TurnLost: another worker has it.
    """
    assert upload.confirmed_at is not None  # noqa: S101
    found = _plan(upload, adapter, progress, upload.confirmed_at)
    with transaction.atomic():
        row = _lock_turn(upload)
        if isinstance(found, Findings) or found.errors:
            _stop(row, found, now)
            return False
        _store(row, found.to_take)
        faults.point("order_upload.before_commit")
        row.taken_at, row.unchanged = now, found.count_rest()
        row.next_at, row.work_done, row.work_total = real_now, 0, len(found.to_take)
        row.save()
        facts = {found.kind: len(found.to_take), "old_payments": found.old_payments}
        record(row, "order_upload.taken", row.confirmed_by_id, now, facts)
        jobs.enqueue(WORK, upload_id=row.pk)
    return True


def put_down(*, upload: OrderUpload, now: datetime, real_now: datetime) -> bool:
    """End a turn at the orders of a taken file; True once each of them was worked on.

    Who confirmed it gets a mail then, where it took longer than anybody waits for.

    :raises TurnLost: another worker has it.
    """
    with transaction.atomic():
        row = _lock_turn(upload)
        states = count_states(row)
        waiting = states.get(InboundStatus.STORED, 0)
        row.work_done = sum(states.values()) - waiting
        row.next_at = real_now if waiting else None
        if not waiting:
            row.finished_at = now
            faults.point("order_upload.before_finish")
            _mail(row, states, now)
        row.save(update_fields=["work_done", "next_at", "finished_at"])
        if waiting:
            jobs.enqueue(WORK, upload_id=row.pk)
    return not waiting


def _plan(
    upload: OrderUpload, adapter: Adapter, progress: Progress, now: datetime
) -> Preview | Findings:
    try:
        return preview(
            upload=upload,
            adapter=adapter,
            is_vouched=upload.is_vouched,
            now=now,
            progress=progress,
        )
    except SheetRefused as refused:
        return Findings(get_options(upload).kind, refused=refused.code)


def _lock_turn(upload: OrderUpload) -> OrderUpload:
    rows = OrderUpload.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("brand", "connection", "confirmed_by").get(pk=upload.pk)
    if row.next_at is None or row.next_at != upload.next_at:
        raise TurnLost(upload.public_id)
    return row


def _keep_findings(row: OrderUpload, found: Preview | Findings) -> None:
    findings = found if isinstance(found, Findings) else found.to_findings()
    row.findings, row.next_at = findings.to_json(), None
    row.save()


def _stop(row: OrderUpload, found: Preview | Findings, now: datetime) -> None:
    """Give a file back to be looked at: since somebody looked, rows of it became wrong."""
    by, since = row.confirmed_by, row.confirmed_at
    row.confirmed_at, row.confirmed_by, row.is_vouched = None, None, False
    row.stop_code = STOPPED
    _keep_findings(row, found)
    record(row, "order_upload.stopped", None, now)
    if by and since and now - since >= WORTH_A_MAIL:
        emails.mail_upload_stopped(upload=row, to=by, now=now)


def _mail(row: OrderUpload, states: dict[str, int], now: datetime) -> None:
    assert row.confirmed_by is not None and row.confirmed_at is not None  # noqa: S101
    if now - row.confirmed_at >= WORTH_A_MAIL:
        emails.mail_upload_finished(
            upload=row,
            to=row.confirmed_by,
            taken=sum(states.values()),
            refused=states.get(InboundStatus.REFUSED, 0),
            later=states.get(InboundStatus.FAILED, 0),
            now=now,
        )


def _store(upload: OrderUpload, planned: Sequence[Planned]) -> None:
    """Write deliveries by COPY, a third of what inserting costs; a batch is a short statement."""
    fields = [field for field in StoreEvent._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{StoreEvent._meta.db_table}" ({columns}) FROM STDIN'
    for some in batches(planned):
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for one in some:
                event = _make_event(upload, one)
                values = ((field, getattr(event, field.attname)) for field in fields)
                copy.write_row([field.get_db_prep_save(v, connection) for field, v in values])


def _make_event(upload: OrderUpload, one: Planned) -> StoreEvent:
    at = upload.confirmed_at
    assert at is not None  # noqa: S101
    return StoreEvent(
        brand_id=upload.brand_id,
        connection_id=upload.connection_id,
        upload_id=upload.pk,
        topic=one.topic,
        event_id=f"{upload.public_id}:{one.draft.order_id}:{one.draft.data['id']}"[:128],
        body=one.body.decode("latin-1"),
        body_sha256=hashlib.sha256(one.body).hexdigest(),
        size_bytes=len(one.body),
        received_at=at,
        next_attempt_at=at,
    )
