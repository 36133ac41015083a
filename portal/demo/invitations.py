"""Whom the demo's brand asked to join, and what became of each asking."""

from datetime import datetime, timedelta
from functools import partial

from affiliates.domain.invitesheet import Row
from affiliates.models import Enrollment, Invitation
from affiliates.services.accepting import (
    Consent,
    accept_invitation,
    decline_invitation,
    note_opening,
)
from affiliates.services.invitations import (
    Inviting,
    make_invite_link,
    revoke_invitation,
    send_invitations,
)
from brands.models import Group
from brands.selectors import find_latest_terms
from core.models import MailAddress
from core.notices import INVITATIONS
from core.stopping import Stop, stop_mails
from portal.demo.cast import Creator, email_of
from portal.demo.world import Timeline, World

LIFE_DAYS = 30
BY_LINK = "tove"
BY_MAIL = "oskar"
SENT = ("nora", "otto", "paula", "quirin", "rosa")
FORGOTTEN = "silas"


def schedule_invitations(world: World, timeline: Timeline) -> None:
    """Plan invitations that are open, answered, taken back, forgotten and not wanted."""
    calendar = world.calendar
    for at, act in (
        (calendar.at(45, "10:20"), partial(_send, world, (FORGOTTEN,))),
        (calendar.at(9, "10:05"), partial(_send, world, SENT)),
        (calendar.at(8, "17:30"), partial(_answer, world)),
        (calendar.at(7, "12:10"), partial(_make_link, world)),
    ):
        timeline.add(at, act)


def join_invited(world: World, creator: Creator, *, at: datetime) -> Enrollment:
    """Let a creator who was asked join: by a link for one, or by a mail."""
    terms = find_latest_terms(world.program)
    assert terms is not None  # noqa: S101  # the program is live
    invitation = _ask(world, creator, at - timedelta(days=2))
    consent = Consent(world.users[creator.key], terms.pk, creator.name)
    return accept_invitation(invitation_id=invitation.pk, consent=consent, now=at)


def _ask(world: World, creator: Creator, now: datetime) -> Invitation:
    if creator.key != BY_LINK:
        _send(world, (creator.key,), now)
        return _get(world, creator.key)
    return make_invite_link(
        inviting=_inviting(world),
        name="For the speaker of the autumn fair",
        max_uses=1,
        actor_id=world.team["manager"],
        now=now,
    )


def _send(world: World, keys: tuple[str, ...], now: datetime) -> None:
    """Mail invitations; the last of several takes no such mail."""
    if len(keys) > 1:
        address, _ = MailAddress.objects.get_or_create(email=email_of(keys[-1]))
        stop_mails(Stop(address, INVITATIONS), now=now)
    rows = [Row(line=line, email=email_of(key)) for line, key in enumerate(keys, start=1)]
    send_invitations(inviting=_inviting(world), rows=rows, actor_id=world.team["manager"], now=now)


def _answer(world: World, now: datetime) -> None:
    _waiting, opened, declined, revoked, _unwanted = (_get(world, key) for key in SENT)
    for one in (opened, declined):
        note_opening(invitation_id=one.pk, now=now)
    decline_invitation(invitation_id=declined.pk, now=now)
    revoke_invitation(invitation_id=revoked.pk, actor_id=world.team["manager"], now=now)


def _make_link(world: World, now: datetime) -> None:
    make_invite_link(
        inviting=_inviting(world),
        name="Coffee fair",
        max_uses=None,
        actor_id=world.team["manager"],
        now=now,
    )


def _get(world: World, key: str) -> Invitation:
    return Invitation.objects.get(program=world.program, email=email_of(key))


def _inviting(world: World) -> Inviting:
    group = Group.objects.get(program=world.program, is_default=True)
    return Inviting(program_id=world.program.pk, group_id=group.pk, days=LIFE_DAYS)
