"""Tax forms creators upload: encrypted, read by finance on record, asked for, reminded of."""

import base64
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from affiliates.models import Affiliation
from core import audit
from core.locks import lock_row
from core.models import Brand
from payouts.emails_tax import mail_form_ends
from payouts.models import TaxDocument, TaxSettings

REMIND_AHEAD = timedelta(days=30)


class DocumentGone(Exception):
    """The creator is erased, and what he uploaded with him."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was checked: what it is, its bytes, and until when it holds."""

    kind: str
    content_type: str
    content: bytes
    valid_until: date | None


@transaction.atomic
def add_document(
    *, affiliation_id: UUID, upload: Upload, actor_id: int, now: datetime
) -> TaxDocument:
    """Keep a form; it counts from now on in place of the one before."""
    affiliation = Affiliation.objects.select_for_update(of=("self",), no_key=True).get(
        pk=affiliation_id
    )
    row = TaxDocument.objects.create(
        brand_id=affiliation.brand_id,
        affiliation=affiliation,
        kind=upload.kind,
        content_type=upload.content_type,
        content=base64.b64encode(upload.content).decode("ascii"),
        size_bytes=len(upload.content),
        valid_until=upload.valid_until,
        uploaded_at=now,
    )
    _record(row, "tax_document.uploaded", actor_id, now)
    return row


@transaction.atomic
def open_document(*, document_id: int, actor_id: int, now: datetime) -> bytes:
    """Return the bytes of a form, and put on record who read it.

    :raises DocumentGone: its creator is erased.
    """
    row = TaxDocument.objects.get(pk=document_id)
    if row.content is None:
        raise DocumentGone(row.public_id)
    _record(row, "tax_document.read", actor_id, now)
    return base64.b64decode(row.content)


@transaction.atomic
def require_documents(*, brand_id: int, is_on: bool, actor_id: int, now: datetime) -> TaxSettings:
    """Let a brand's payouts wait for a form that holds, or not."""
    brand = lock_row(Brand, brand_id)
    row, _ = TaxSettings.objects.update_or_create(
        brand=brand, defaults={"requires_document": is_on, "changed_at": now}
    )
    audit.record(
        brand_id=brand_id,
        actor_id=actor_id,
        action="tax_document.required" if is_on else "tax_document.not_required",
        target=brand,
        now=now,
    )
    return row


def remind_of_documents(*, brand: Brand, now: datetime) -> int:
    """Mail, once, whoever's latest form ends within 30 days; returns how many."""
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    newer = TaxDocument.objects.filter(affiliation=OuterRef("affiliation"), pk__gt=OuterRef("pk"))
    due = TaxDocument.objects.filter(
        ~Exists(newer),
        brand=brand,
        content__isnull=False,
        reminded_at__isnull=True,
        valid_until__lte=today + REMIND_AHEAD,
    )
    told = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = due.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if row is None:
                continue
            mail_form_ends(document=row, now=now)
            row.reminded_at = now
            row.save(update_fields=["reminded_at"])
            told += 1
    return told


def _record(row: TaxDocument, action: str, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=row.brand_id,
        actor_id=actor_id,
        action=action,
        target=row,
        after={"kind": row.kind, "ends_on": row.valid_until and row.valid_until.isoformat()},
        now=now,
    )
