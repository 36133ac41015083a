"""Ask creators to join, and take such an asking back. Accepting is in services.accepting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from affiliates.domain.invitesheet import Row
from affiliates.emails_invitations import mail_invitation
from affiliates.models import Invitation, InvitationKind
from affiliates.selectors_invitations import OPEN, with_state
from affiliates.services.errors import GroupOfOtherProgram, ProgramNotOpen
from affiliates.services.invitation_plan import Plan, plan_invitations
from brands.models import Group, Program, ProgramStatus
from core import audit
from core.locks import lock_row

REST = timedelta(hours=24)


class HasErrors(ValueError):
    """Rows of the table are wrong, so nobody of it is invited."""


class InvitationEnded(ValueError):
    """Nothing can be done with the invitation any more; `state` says what became of it."""

    def __init__(self, invitation: Invitation, state: str) -> None:
        super().__init__(f"invitation {invitation.public_id} is {state}")
        self.state = state


class SentLately(ValueError):
    """The last mail is less than a day old: nobody is pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    """To what people are invited, and how; `message` is for rows without their own."""

    program_id: int
    group_id: int
    message: str = ""
    language: str = ""
    days: int | None = None


@transaction.atomic
def make_invite_link(
    *, inviting: Inviting, name: str, max_uses: int | None, actor_id: int, now: datetime
) -> Invitation:
    """Make an address by which whoever has it joins at once; `name` is for the team alone.

    :raises GroupOfOtherProgram: the group belongs to another program.
    """
    program, group = _lock_program(inviting)
    invitation = Invitation.objects.create(
        brand_id=program.brand_id,
        program=program,
        group=group,
        kind=InvitationKind.LINK,
        name=name.strip(),
        message=inviting.message.strip(),
        max_uses=max_uses,
        expires_at=_expiry(inviting.days, now),
        created_by_id=actor_id,
        created_at=now,
    )
    _record(invitation, "invitation.created", actor_id, now, {"max_uses": max_uses})
    return invitation


@transaction.atomic
def send_invitations(
    *, inviting: Inviting, rows: Sequence[Row], actor_id: int, now: datetime
) -> Plan:
    """Invite everybody of a table by mail, or nobody; returns what was done.

    The table is looked at anew under a lock, so that two who send at once invite nobody twice.

    :raises ProgramNotOpen: it takes no creators now.
    :raises HasErrors: a row is wrong.
    :raises GroupOfOtherProgram: the group belongs to another program.
    """
    program, group = _lock_program(inviting)
    if program.status != ProgramStatus.LIVE:
        raise ProgramNotOpen(program)
    plan = plan_invitations(program=program, default=group, rows=rows)
    if plan.errors:
        raise HasErrors(program.public_id)
    for invitee in plan.invitees:
        invitation = Invitation.objects.create(
            brand_id=program.brand_id,
            program=program,
            group=invitee.group,
            kind=InvitationKind.EMAIL,
            email=invitee.email,
            name=invitee.row.name,
            code=invitee.row.code,
            message=invitee.row.message or inviting.message.strip(),
            language=inviting.language,
            expires_at=_expiry(inviting.days, now),
            created_by_id=actor_id,
            created_at=now,
        )
        _mail(invitation, now)
        _record(invitation, "invitation.sent", actor_id, now)
    return plan


@transaction.atomic
def resend_invitation(*, invitation_id: int, actor_id: int, now: datetime) -> Invitation:
    """Mail it once more; an expired one is good again for as long as it was at first.

    :raises InvitationEnded: it was answered or revoked, or is a link.
    :raises SentLately: it was mailed within the last day.
    """
    invitation, state = lock_invitation(invitation_id, now)
    is_sendable = state in {*OPEN, "expired"} and invitation.kind == InvitationKind.EMAIL
    if not is_sendable:
        raise InvitationEnded(invitation, state)
    if invitation.sent_at is not None and invitation.sent_at > now - REST:
        raise SentLately(invitation.public_id)
    if invitation.expires_at is not None:
        life = invitation.expires_at - (invitation.sent_at or invitation.created_at)
        invitation.expires_at = now + life
        invitation.save(update_fields=["expires_at"])
    _mail(invitation, now)
    _record(invitation, "invitation.sent", actor_id, now)
    return invitation


@transaction.atomic
def revoke_invitation(*, invitation_id: int, actor_id: int, now: datetime) -> Invitation:
    """Make an invitation open nothing from now on; who joined by it stays.

    :raises InvitationEnded: it was answered or revoked.
    """
    invitation, state = lock_invitation(invitation_id, now)
    if state in {"joined", "declined", "revoked"}:
        raise InvitationEnded(invitation, state)
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])
    _record(invitation, "invitation.revoked", actor_id, now)
    return invitation


def lock_invitation(invitation_id: int, now: datetime) -> tuple[Invitation, str]:
    """Return a locked invitation, with its program and brand, and its state."""
    lock_row(Invitation, invitation_id)
    rows = Invitation.objects.select_related("program__brand", "group", "created_by")
    invitation = with_state(rows, now=now).get(pk=invitation_id)
    return invitation, invitation.state  # type: ignore[attr-defined]


def _lock_program(inviting: Inviting) -> tuple[Program, Group]:
    lock_row(Program, inviting.program_id)
    program = Program.objects.select_related("brand").get(pk=inviting.program_id)
    group = Group.objects.get(pk=inviting.group_id)
    if group.program_id != program.pk:
        raise GroupOfOtherProgram(f"{group.public_id} for {program.public_id}")
    return program, group


def _expiry(days: int | None, now: datetime) -> datetime | None:
    return None if days is None else now + timedelta(days=days)


def _mail(invitation: Invitation, now: datetime) -> None:
    """Mail an invitation and note when; not where the person takes none by mail."""
    if mail_invitation(invitation=invitation, now=now) is not None:
        invitation.sent_at = now
        invitation.save(update_fields=["sent_at"])


def _record(
    invitation: Invitation,
    action: str,
    actor_id: int | None,
    now: datetime,
    more: dict[str, Any] | None = None,
) -> None:
    after = {"program": invitation.program.public_id, "group": invitation.group.name}
    audit.record(
        brand_id=invitation.brand_id,
        actor_id=actor_id,
        action=action,
        target=invitation,
        now=now,
        after=after | (more or {}),
    )
