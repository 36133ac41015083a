"""Changes of which creators had notice: announced, taken back, applied on their day."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.models import ChangeSubject, Group, PendingChange, Program
from brands.services.groups import change_group
from brands.services.notice import check_change_notice
from brands.services.payouts import (
    change_payout_policy,
    check_payout_policy,
    lock_policy,
    lock_programs,
)
from brands.services.programs import change_program, check_hold_days, check_program
from brands.services.terms import refresh_terms
from core import audit
from core.clock import brand_now
from core.locks import lock_row

logger = logging.getLogger(__name__)


class ChangeOver(ValueError):
    """The change is in force or was taken back."""


@transaction.atomic
def announce_program_change(
    *,
    program_id: int,
    changes: Mapping[str, Any],
    applies_at: datetime,
    actor_id: int,
    now: datetime,
) -> PendingChange:
    """Announce settings of a program for a later day; the terms say it from now on.

    :raises brands.services.notice.NoticeNeeded: the day is too early.
    :raises brands.services.notice.AlreadyAnnounced: another value of one is announced.

    Raises what update_program raises.
    """
    program = lock_row(Program, program_id)
    check_program(program, changes)
    change = _start(ChangeSubject.PROGRAM, program.brand_id, changes, applies_at, actor_id, now)
    change.program = program
    return _announce(change, [program])


@transaction.atomic
def announce_group_change(
    *,
    group_id: int,
    changes: Mapping[str, Any],
    applies_at: datetime,
    actor_id: int,
    now: datetime,
) -> PendingChange:
    """Announce settings of a group for a later day.

    :raises brands.services.notice.NoticeNeeded: the day is too early.
    :raises brands.services.notice.AlreadyAnnounced: another value of one is announced.
    """
    program = lock_row(Program, Group.objects.values_list("program_id", flat=True).get(pk=group_id))
    if changes.get("hold_days") is not None:
        check_hold_days(changes["hold_days"])
    change = _start(ChangeSubject.GROUP, program.brand_id, changes, applies_at, actor_id, now)
    change.program, change.group = program, Group.objects.get(pk=group_id)
    return _announce(change, [program])


@transaction.atomic
def announce_payout_change(
    *,
    brand_id: int,
    changes: Mapping[str, Any],
    applies_at: datetime,
    actor_id: int,
    now: datetime,
) -> PendingChange:
    """Announce a payout policy for a later day, in the terms of all the brand's programs.

    :raises brands.services.notice.NoticeNeeded: the day is too early.
    :raises brands.services.notice.AlreadyAnnounced: another value of one is announced.
    """
    lock_policy(brand_id)
    check_payout_policy(changes)
    change = _start(ChangeSubject.PAYOUTS, brand_id, changes, applies_at, actor_id, now)
    return _announce(change, lock_programs(brand_id))


@transaction.atomic
def cancel_change(*, change_id: int, actor_id: int, now: datetime) -> PendingChange:
    """Take back what is announced: everything stays as it is in force.

    :raises ChangeOver: it is in force or was taken back.
    """
    programs, change = _lock(change_id)
    change.cancelled_at = now
    change.save(update_fields=["cancelled_at"])
    _record(change, "change.cancelled", actor_id, now)
    for program in programs:
        refresh_terms(program=program, now=now)
    return change


def apply_due_changes(*, real_now: datetime) -> int:
    """Put in force what is due by each brand's clock; returns how many."""
    waiting = PendingChange.objects.filter(
        applied_at__isnull=True, cancelled_at__isnull=True, brand__archived_at__isnull=True
    ).select_related("brand")
    due = [
        change
        for change in waiting.order_by("applies_at", "pk")
        if change.applies_at <= brand_now(change.brand, real_now)
    ]
    for change in due:
        try:
            apply_change(change_id=change.pk, now=brand_now(change.brand, real_now))
        except ChangeOver:
            logger.info("change %s was over already", change.public_id)
    return len(due)


@transaction.atomic
def apply_change(*, change_id: int, now: datetime) -> PendingChange:
    """Put an announced change in force, in the name of who announced it.

    :raises ChangeOver: it is in force or was taken back.
    """
    programs, change = _lock(change_id)
    change.applied_at = now
    change.save(update_fields=["applied_at"])
    _record(change, "change.applied", change.announced_by_id, now)
    values: Mapping[str, Any] = change.changes
    if change.subject == ChangeSubject.PROGRAM:
        change_program(programs[0], values, actor_id=change.announced_by_id, now=now)
    elif change.group_id is not None:
        group = lock_row(Group, change.group_id)
        change_group(group, values, actor_id=change.announced_by_id, now=now)
    else:
        policy = lock_policy(change.brand_id)
        change_payout_policy(policy, values, actor_id=change.announced_by_id, now=now)
    for program in programs:
        refresh_terms(program=program, now=now)
    return change


def _start(
    subject: str,
    brand_id: int,
    changes: Mapping[str, Any],
    applies_at: datetime,
    actor_id: int,
    now: datetime,
) -> PendingChange:
    return PendingChange(
        brand_id=brand_id,
        subject=subject,
        changes=dict(changes),
        applies_at=applies_at,
        announced_at=now,
        announced_by_id=actor_id,
    )


def _announce(change: PendingChange, programs: list[Program]) -> PendingChange:
    for program in programs:
        check_change_notice(
            program=program, change=change, at=change.applies_at, now=change.announced_at
        )
    change.save()
    _record(change, "change.announced", change.announced_by_id, change.announced_at)
    for program in programs:
        refresh_terms(program=program, now=change.announced_at)
    return change


def _lock(change_id: int) -> tuple[list[Program], PendingChange]:
    """Lock the programs whose terms say it, then the change, in the order all services keep."""
    seen = PendingChange.objects.get(pk=change_id)
    if seen.program_id is None:
        lock_policy(seen.brand_id)
        programs = lock_programs(seen.brand_id)
    else:
        programs = [lock_row(Program, seen.program_id)]
    change = lock_row(PendingChange, change_id)
    if change.applied_at or change.cancelled_at:
        raise ChangeOver(change.public_id)
    return programs, change


def _record(change: PendingChange, action: str, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=change.brand_id,
        actor_id=actor_id,
        action=action,
        target=change,
        now=now,
        after={"changes": change.changes, "applies_at": change.applies_at.isoformat()},
    )
