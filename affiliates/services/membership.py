"""A creator's standing in a brand and his terms in its programs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from affiliates import emails
from affiliates.models import Affiliation, AffiliationStatus, Enrollment
from affiliates.services.errors import GroupOfOtherProgram, ReasonMissing, StaleTerms
from brands.models import Group, Program
from brands.selectors import find_latest_terms
from core import audit, outbox
from core.locks import lock_row


class AlreadySuspended(ValueError):
    """The creator is suspended."""


class NotSuspended(ValueError):
    """The creator is active."""


@transaction.atomic
def suspend_affiliation(
    *, affiliation_id: UUID, reason: str, actor_id: int, now: datetime
) -> Affiliation:
    """Stop credit at once and freeze what is pending and payable; nothing is posted.

    Links lead to the shop uncredited until he is reinstated.

    :raises AlreadySuspended: he is suspended.
    :raises ReasonMissing: no reason was given.
    """
    reason = _clean(reason)
    affiliation = _lock(affiliation_id)
    if affiliation.status == AffiliationStatus.SUSPENDED:
        raise AlreadySuspended(affiliation.public_id)
    affiliation.status, affiliation.suspended_at = AffiliationStatus.SUSPENDED, now
    affiliation.suspended_reason = reason
    affiliation.save(update_fields=["status", "suspended_at", "suspended_reason"])
    _record(affiliation, "affiliation.suspended", reason, actor_id, now)
    outbox.emit(
        brand_id=affiliation.brand_id,
        topic="affiliate.suspended",
        payload={"creator": affiliation.public_id},
        now=now,
    )
    emails.mail_suspended(affiliation=affiliation, now=now)
    return affiliation


@transaction.atomic
def reinstate_affiliation(
    *, affiliation_id: UUID, reason: str, actor_id: int, now: datetime
) -> Affiliation:
    """Let a suspended creator earn again; what was frozen goes on as if nothing had been.

    :raises NotSuspended: he is active.
    :raises ReasonMissing: no reason was given.
    """
    reason = _clean(reason)
    affiliation = _lock(affiliation_id)
    if affiliation.status != AffiliationStatus.SUSPENDED:
        raise NotSuspended(affiliation.public_id)
    affiliation.status, affiliation.suspended_at = AffiliationStatus.ACTIVE, None
    affiliation.suspended_reason = ""
    affiliation.save(update_fields=["status", "suspended_at", "suspended_reason"])
    _record(affiliation, "affiliation.reinstated", reason, actor_id, now)
    emails.mail_reinstated(affiliation=affiliation, now=now)
    return affiliation


@transaction.atomic
def move_to_group(*, enrollment_id: int, group_id: int, actor_id: int, now: datetime) -> Enrollment:
    """Put a creator into another group of the program: for orders from now on.

    :raises GroupOfOtherProgram: the group belongs to another program.
    """
    enrollment = lock_row(Enrollment, enrollment_id)
    group, before = Group.objects.get(pk=group_id), enrollment.group.name
    if group.program_id != enrollment.program_id:
        raise GroupOfOtherProgram(f"{group.public_id} for {enrollment.public_id}")
    enrollment.group = group
    enrollment.save(update_fields=["group"])
    audit.record(
        brand_id=enrollment.brand_id,
        actor_id=actor_id,
        action="enrollment.moved",
        target=enrollment,
        now=now,
        before={"group": before},
        after={"group": group.name},
    )
    return enrollment


@transaction.atomic
def accept_terms(*, enrollment_id: int, terms_id: int, actor_id: int, now: datetime) -> Enrollment:
    """Accept the newest terms of a program; a repeat changes nothing.

    :raises StaleTerms: these are not the newest.
    """
    enrollment = lock_row(Enrollment, enrollment_id)
    terms = find_latest_terms(Program.objects.get(pk=enrollment.program_id))
    if terms is None or terms.pk != terms_id:
        raise StaleTerms(f"enrollment {enrollment.public_id}: terms {terms_id}")
    before = enrollment.terms
    if before.pk == terms.pk:
        return enrollment
    enrollment.terms, enrollment.terms_accepted_at = terms, now
    enrollment.save(update_fields=["terms", "terms_accepted_at"])
    audit.record(
        brand_id=enrollment.brand_id,
        actor_id=actor_id,
        action="terms.accepted",
        target=enrollment,
        now=now,
        before={"version": before.version},
        after={"version": terms.version},
    )
    outbox.emit(
        brand_id=enrollment.brand_id,
        topic="terms.accepted",
        payload={"enrollment": enrollment.public_id, "version": terms.version},
        now=now,
    )
    return enrollment


def _clean(reason: str) -> str:
    text = reason.strip()[:300]
    if not text:
        raise ReasonMissing
    return text


def _lock(affiliation_id: UUID) -> Affiliation:
    lock_row(Affiliation, affiliation_id)
    return Affiliation.objects.select_related("brand", "affiliate__user").get(pk=affiliation_id)


def _record(
    affiliation: Affiliation, action: str, reason: str, actor_id: int, now: datetime
) -> None:
    audit.record(
        brand_id=affiliation.brand_id,
        actor_id=actor_id,
        action=action,
        target=affiliation,
        now=now,
        after={"status": affiliation.status},
        reason=reason,
    )
