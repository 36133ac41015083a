"""Groups of creators in a program."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from brands.models import ChangeSubject, Group, PartnerType, PendingChange, Program
from brands.services.notice import check_change_notice
from brands.services.programs import check_hold_days
from brands.services.terms import refresh_terms
from core import audit
from core.locks import lock_row


class GroupNameTaken(ValueError):
    """Another group of the program has the name."""


@transaction.atomic
def create_group(
    *,
    program_id: int,
    name: str,
    partner_type: str = PartnerType.AFFILIATE,
    hold_days: int | None = None,
    actor_id: int,
    now: datetime,
) -> Group:
    """Add a group; without `hold_days` the program's hold applies.

    :raises GroupNameTaken: another group of the program has the name.
    :raises brands.services.programs.HoldOutOfRange: outside what this installation allows.
    """
    program = lock_row(Program, program_id)
    group = Group(
        brand_id=program.brand_id,
        program=program,
        name=name.strip(),
        partner_type=partner_type,
        hold_days=hold_days,
    )
    _save(group)
    _record(group, action="group.created", before={}, actor_id=actor_id, now=now)
    refresh_terms(program=program, now=now)
    return group


@transaction.atomic
def update_group(
    *,
    group_id: int,
    name: str,
    partner_type: str,
    hold_days: int | None,
    actor_id: int,
    now: datetime,
) -> Group:
    """Change a group for what comes from now on; commissions that exist keep their dates.

    :raises brands.services.notice.NoticeNeeded: its hold gets longer; creators must have notice.
    :raises brands.services.notice.AlreadyAnnounced: another hold is announced.
    :raises GroupNameTaken: another group of the program has the name.
    :raises brands.services.programs.HoldOutOfRange: outside what this installation allows.
    """
    program = lock_row(Program, Group.objects.values_list("program_id", flat=True).get(pk=group_id))
    group = lock_row(Group, group_id)
    values = {"name": name.strip(), "partner_type": partner_type, "hold_days": hold_days}
    before = _facts(group)
    changes = {key: value for key, value in values.items() if value != before[key]}
    change = PendingChange(
        subject=ChangeSubject.GROUP, program=program, group=group, changes=changes
    )
    check_change_notice(program=program, change=change, at=now, now=now)
    change_group(group, changes, actor_id=actor_id, now=now)
    refresh_terms(program=program, now=now)
    return group


def change_group(group: Group, changes: Mapping[str, Any], *, actor_id: int, now: datetime) -> None:
    """Change a locked group, of which creators had the notice they must have."""
    before = _facts(group)
    for key, value in changes.items():
        setattr(group, key, value)
    if _facts(group) == before:
        return
    _save(group)
    _record(group, action="group.updated", before=before, actor_id=actor_id, now=now)


def _save(group: Group) -> None:
    if group.hold_days is not None:
        check_hold_days(group.hold_days)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        if "brands_group_name_unique" in str(error):
            raise GroupNameTaken(group.name) from None
        raise


def _facts(group: Group) -> dict[str, str | int | None]:
    return {
        "name": group.name,
        "partner_type": group.partner_type,
        "hold_days": group.hold_days,
    }


def _record(
    group: Group,
    *,
    action: str,
    before: dict[str, str | int | None],
    actor_id: int,
    now: datetime,
) -> None:
    audit.record(
        brand_id=group.brand_id,
        actor_id=actor_id,
        action=action,
        target=group,
        now=now,
        before=before,
        after=_facts(group),
    )
