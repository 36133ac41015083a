"""What people who are asked to join a program are told by mail, and the team that asked them."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment, Invitation
from affiliates.selectors_invitations import invite_url
from brands.models import Member, Role
from core.mail import Address, Params, send_notice
from core.models import Mail, User
from core.notices import APPLICATIONS, INVITATIONS, Kind, register

_PROGRAM = _("Autumn program")

INVITED = register(
    Kind(
        name="invitation",
        group=INVITATIONS,
        label=_("Invitation to a program"),
        subject=_("{brand} invites you to {program}"),
        text=_(
            "{brand} asks you to join {program}: share its links and codes, and earn a commission "
            "on the orders that come of it.\n\n{message}\n\n"
            "See the offer and answer: {url}\n\n"
            "Made ready for you: the code {code}\n"
            "The invitation is for you alone. If you do not want it, do nothing.\n"
        ),
        samples={
            "program": _PROGRAM,
            "message": _("We read your report on our cups with pleasure."),
            "code": "ANNA10",
            "url": f"{settings.SITE_URL}/p/…/invited/…/",
        },
    )
)
JOINED = register(
    Kind(
        name="invitation_joined",
        group=APPLICATIONS,
        label=_("Somebody accepted an invitation"),
        subject=_("{name} joined {program}"),
        text=_("{name} accepted your invitation and is in {program} now.\n\nCreator: {url}\n"),
        samples={
            "name": "Anna Beck",
            "program": _PROGRAM,
            "url": f"{settings.SITE_URL}/b/…/creators/…/",
        },
    )
)


def mail_invitation(*, invitation: Invitation, now: datetime) -> Mail | None:
    """Ask a person to join; None where he takes no invitations."""
    user = User.objects.filter(email=invitation.email, is_active=True).first()
    return send_notice(
        kind=INVITED,
        to=user or Address(invitation.email, invitation.name, invitation.language),
        brand=invitation.program.brand,
        params={
            "program": invitation.program.name,
            "message": invitation.message,
            "code": invitation.code,
            "url": invite_url(invitation),
        },
        now=now,
    )


def mail_joined(*, enrollment: Enrollment, now: datetime) -> None:
    """Tell owners and managers that an invitation was accepted."""
    program, affiliation = enrollment.program, enrollment.affiliation
    url = f"{settings.SITE_URL}/b/{program.brand.slug}/creators/{affiliation.public_id}/"
    params: Params = {"name": str(affiliation), "program": program.name, "url": url}
    team = Member.objects.filter(brand=program.brand, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user"):
        send_notice(kind=JOINED, to=member.user, brand=program.brand, params=params, now=now)
