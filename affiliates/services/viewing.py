"""A member of the team sees what a creator sees: for a reason, for a while, on record."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from affiliates.models import Affiliation, Viewing
from affiliates.services.errors import ReasonMissing
from core import audit
from core.locks import lock_row

LASTS = timedelta(minutes=30)


@transaction.atomic
def start_viewing(*, affiliation_id: UUID, reason: str, actor_id: int, now: datetime) -> Viewing:
    """Begin to see what a creator sees in this brand, on the brand's record and on his.

    :raises ReasonMissing: no reason was given.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(affiliation_id)
    affiliation = Affiliation.objects.get(pk=affiliation_id)
    viewing = Viewing.objects.create(
        brand_id=affiliation.brand_id,
        affiliation=affiliation,
        user_id=actor_id,
        reason=reason,
        started_at=now,
        ends_at=now + LASTS,
    )
    _record(viewing, "viewing.started", now)
    return viewing


@transaction.atomic
def end_viewing(*, viewing_id: int, now: datetime) -> Viewing:
    """Stop seeing what a creator sees. Safe to repeat, and after its time."""
    viewing = lock_row(Viewing, viewing_id)
    if viewing.left_at is None and now < viewing.ends_at:
        viewing.left_at = now
        viewing.save(update_fields=["left_at"])
        _record(viewing, "viewing.left", now)
    return viewing


def _record(viewing: Viewing, action: str, now: datetime) -> None:
    audit.record(
        brand_id=viewing.brand_id,
        actor_id=viewing.user_id,
        action=action,
        target=viewing.affiliation,
        reason=viewing.reason,
        now=now,
    )
