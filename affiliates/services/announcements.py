"""Announcements: written, seen as their readers will, sent once, at a time or at once.

Whom one is for is fixed when it is sent: a receipt for each. Mails are then written receipt by
receipt, so that a worker which dies goes on where it stopped and nobody gets two.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from affiliates import emails
from affiliates.domain.segments import Segment
from affiliates.models import Announcement, Receipt
from affiliates.selectors_resources import list_recipients
from core import audit, outbox
from core.jobs import enqueue
from core.locks import lock_row

TASK = "affiliates.send_announcements"


class AlreadySent(ValueError):
    """It was sent: what people have read does not change."""


class NobodyMeant(ValueError):
    """No creator is what the announcement asks for, so there is nobody to send it to."""


class TimePassed(ValueError):
    """The time to send it at is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementFacts:
    """What is announced and to whom; `program_id` None: creators of all the brand's programs."""

    title: str
    text: str
    program_id: int | None = None
    audience: Segment = field(default_factory=Segment)


@transaction.atomic
def draft_announcement(
    *, brand_id: int, facts: AnnouncementFacts, actor_id: int, now: datetime
) -> Announcement:
    """Write a new announcement; nothing is sent."""
    announcement = Announcement(brand_id=brand_id, created_by_id=actor_id, created_at=now)
    _apply(announcement, facts)
    announcement.save(force_insert=True)
    _record(announcement, "announcement.created", actor_id, now, after=_facts(announcement))
    return announcement


@transaction.atomic
def update_announcement(
    *, announcement_id: int, facts: AnnouncementFacts, actor_id: int, now: datetime
) -> Announcement:
    """Change what was not sent yet.

    :raises AlreadySent: it was.
    """
    announcement = _lock(announcement_id)
    before = _facts(announcement)
    _apply(announcement, facts)
    announcement.save()
    after = _facts(announcement)
    _record(announcement, "announcement.updated", actor_id, now, before, after)
    return announcement


@transaction.atomic
def schedule_announcement(
    *, announcement_id: int, send_at: datetime | None, actor_id: int, now: datetime
) -> Announcement:
    """Send at a time, or at once where none is given. Who gets it is looked up then.

    :raises AlreadySent: it was.
    :raises NobodyMeant: nobody fits as things stand.
    :raises TimePassed: the time is past.
    """
    announcement = _lock(announcement_id)
    if send_at is not None and send_at <= now:
        raise TimePassed(announcement.public_id)
    if not list_recipients(announcement, now=now):
        raise NobodyMeant(announcement.public_id)
    announcement.send_at = send_at or now
    announcement.save(update_fields=["send_at"])
    after = {"send_at": announcement.send_at.isoformat()}
    _record(announcement, "announcement.scheduled", actor_id, now, after=after)
    enqueue(TASK)
    return announcement


@transaction.atomic
def withdraw_announcement(*, announcement_id: int, actor_id: int, now: datetime) -> Announcement:
    """Make what waits for its time a draft again.

    :raises AlreadySent: it was sent.
    """
    announcement = _lock(announcement_id)
    if announcement.send_at is not None:
        announcement.send_at = None
        announcement.save(update_fields=["send_at"])
        _record(announcement, "announcement.withdrawn", actor_id, now)
    return announcement


@transaction.atomic
def send_announcement(*, announcement_id: int, now: datetime) -> int:
    """Fix whom a due announcement is for; returns how many. Nothing where it is not due."""
    row = Announcement.objects.select_for_update(of=("self",), skip_locked=True)
    announcement = row.select_related("brand").filter(pk=announcement_id).first()
    is_due = announcement is not None and announcement.send_at and announcement.send_at <= now
    if announcement is None or not is_due or announcement.sent_at is not None:
        return 0
    people = list_recipients(announcement, now=now)
    Receipt.objects.bulk_create(
        Receipt(brand_id=announcement.brand_id, announcement=announcement, affiliation=one)
        for one in people
    )
    announcement.sent_at = now
    announcement.save(update_fields=["sent_at"])
    after = {"count": len(people)}
    _record(announcement, "announcement.sent", None, now, after=after)
    payload = {"announcement": announcement.public_id, **after}
    outbox.emit(brand_id=announcement.brand_id, topic="announcement.sent", payload=payload, now=now)
    return len(people)


@transaction.atomic
def mail_receipt(*, receipt_id: int, now: datetime) -> bool:
    """Write the mail of one receipt; False where another worker has it or it is written."""
    rows = Receipt.objects.select_for_update(of=("self",), skip_locked=True)
    receipt = (
        rows.select_related("announcement__brand", "affiliation__affiliate__user")
        .filter(pk=receipt_id, mailed_at__isnull=True)
        .first()
    )
    if receipt is None:
        return False
    emails.mail_announcement(receipt=receipt, now=now)
    receipt.mailed_at = now
    receipt.save(update_fields=["mailed_at"])
    return True


def mark_read(*, affiliation_ids: Collection[UUID], now: datetime) -> int:
    """Note that a creator has read the news of these places; returns how many were new to him."""
    rows = Receipt.objects.filter(affiliation__in=affiliation_ids, read_at__isnull=True)
    return rows.update(read_at=now)


def _lock(announcement_id: int) -> Announcement:
    """Return a locked announcement that may still change.

    :raises AlreadySent: it was sent.
    """
    announcement = lock_row(Announcement, announcement_id)
    if announcement.sent_at is not None:
        raise AlreadySent(announcement.public_id)
    return announcement


def _apply(announcement: Announcement, facts: AnnouncementFacts) -> None:
    announcement.title, announcement.text = facts.title.strip(), facts.text.strip()
    announcement.program_id = facts.program_id
    announcement.audience = facts.audience.store()


def _facts(announcement: Announcement) -> dict[str, Any]:
    return {
        "title": announcement.title,
        "text": announcement.text,
        "program": announcement.program.public_id if announcement.program else "",
        "audience": announcement.audience,
    }


def _record(
    announcement: Announcement,
    action: str,
    actor_id: int | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=announcement.brand_id,
        actor_id=actor_id,
        action=action,
        target=announcement,
        now=now,
        before=before,
        after=after,
    )
