"""A creator's standing in a brand and his terms in its programs."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from affiliates import emails
from affiliates.emails_tiers import mail_moved
from affiliates.models import Affiliation, AffiliationStatus, Enrollment, GroupMove
from affiliates.services.codes import CODES_CHANGED
from affiliates.services.errors import GroupOfOtherProgram, ReasonMissing, StaleTerms
from brands.models import Group, Program
from brands.selectors import find_latest_terms
from brands.selectors_ladders import find_ladder_at, list_tiers
from core import audit, jobs, outbox
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
    """Put a creator into another group of the program, for orders placed from now on.

    Where the program has tiers he is pinned: they do not undo what a person decided.

    :raises GroupOfOtherProgram: the group belongs to another program.
    """
    enrollment = lock_row(Enrollment, enrollment_id)
    group = Group.objects.get(pk=group_id)
    if group.program_id != enrollment.program_id:
        raise GroupOfOtherProgram(f"{group.public_id} for {enrollment.public_id}")
    if list_tiers(find_ladder_at(enrollment.program, now)):
        enrollment.pinned_at, enrollment.pinned_by_id = now, actor_id
    move = GroupMove(
        brand_id=enrollment.brand_id,
        enrollment=enrollment,
        from_group_id=enrollment.group_id,
        to_group=group,
        at=now,
        effective_from=now,
        by_id=actor_id,
        reread_at=now,
    )
    store_move(enrollment=enrollment, move=move, now=now)
    return enrollment


def store_move(*, enrollment: Enrollment, move: GroupMove, now: datetime) -> None:
    """Put a locked place into the group of a move, and tell its creator; no move, no news."""
    is_elsewhere = move.from_group_id != move.to_group_id
    enrollment.group_id, enrollment.falls_on = move.to_group_id, None
    enrollment.save(update_fields=["group", "falls_on", "pinned_at", "pinned_by"])
    if not is_elsewhere:
        return
    move.save(force_insert=True)
    audit.record(
        brand_id=enrollment.brand_id,
        actor_id=move.by_id,
        action="enrollment.moved",
        target=enrollment,
        now=now,
        before={"group": move.from_group.name},
        after={"group": move.to_group.name},
    )
    outbox.emit(
        brand_id=enrollment.brand_id,
        topic="enrollment.moved",
        payload={"enrollment": enrollment.public_id, "group": move.to_group.public_id},
        now=now,
    )
    mail_moved(move=move, now=now)


@transaction.atomic
def set_pinned(*, enrollment_id: int, is_pinned: bool, actor_id: int, now: datetime) -> Enrollment:
    """Keep a creator in his group whatever he reaches, or let the tiers decide again."""
    enrollment = lock_row(Enrollment, enrollment_id)
    if (enrollment.pinned_at is not None) == is_pinned:
        return enrollment
    enrollment.pinned_at = now if is_pinned else None
    enrollment.pinned_by_id = actor_id if is_pinned else None
    enrollment.falls_on = None
    enrollment.save(update_fields=["pinned_at", "pinned_by", "falls_on"])
    audit.record(
        brand_id=enrollment.brand_id,
        actor_id=actor_id,
        action="enrollment.pinned" if is_pinned else "enrollment.unpinned",
        target=enrollment,
        now=now,
        after={"group": enrollment.group.name},
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
    jobs.enqueue(CODES_CHANGED, brand_id=affiliation.brand_id)
