"""Answer an invitation: join at once, or decline."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from affiliates.emails_invitations import mail_joined
from affiliates.emails_welcome import mail_welcome
from affiliates.models import (
    Affiliate,
    Application,
    ApplicationStatus,
    Enrollment,
    Invitation,
    InvitationKind,
)
from affiliates.selectors_invitations import OPEN
from affiliates.services.enrolling import Entry, enroll
from affiliates.services.errors import ProgramNotOpen, StaleTerms
from affiliates.services.invitations import InvitationEnded, lock_invitation
from affiliates.services.people import ensure_affiliate
from brands.models import ProgramStatus
from brands.selectors import find_latest_terms
from core import audit, outbox
from core.locks import lock_row
from core.models import User


class InvitedAnother(ValueError):
    """The invitation was mailed to another address than this person's."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who accepts, and the version of the terms he read; the name counts for new creators."""

    user_id: int
    terms_id: int
    display_name: str = ""


@transaction.atomic
def accept_invitation(*, invitation_id: int, consent: Consent, now: datetime) -> Enrollment:
    """Take the person in at once; an application of his that waits is approved by it.

    :raises InvitationEnded: it was used, declined, revoked, or its time is over.
    :raises InvitedAnother: it was mailed to another address.
    :raises ProgramNotOpen: the program takes no creators now.
    :raises StaleTerms: the terms were published anew since he read them.
    :raises affiliates.services.errors.AlreadyMember: he is in the program.
    :raises affiliates.services.errors.AffiliationSuspended: the brand suspended him.
    """
    invitation, state = lock_invitation(invitation_id, now)
    _check(invitation, state, consent)
    program, terms = invitation.program, find_latest_terms(invitation.program)
    if terms is None or terms.pk != consent.terms_id:
        raise StaleTerms(f"program {program.public_id}: terms {consent.terms_id}")
    affiliate = ensure_affiliate(
        user_id=consent.user_id, display_name=consent.display_name, country="", now=now
    )
    waiting = _lock_waiting(invitation, affiliate)
    entry = Entry(
        program=program,
        affiliate=affiliate,
        group=invitation.group,
        terms=terms,
        accepted_at=now,
        invitation=invitation,
        code=invitation.code,
    )
    place = enroll(entry=entry, actor_id=consent.user_id, now=now)
    if waiting is not None:
        waiting.status, waiting.decided_at = ApplicationStatus.APPROVED, now
        waiting.save(update_fields=["status", "decided_at"])
    if invitation.kind == InvitationKind.EMAIL:
        invitation.joined_at = now
        invitation.save(update_fields=["joined_at"])
    _tell(place.enrollment, invitation, consent, now)
    mail_welcome(enrollment=place.enrollment, link=place.link, code=place.code, now=now)
    mail_joined(enrollment=place.enrollment, now=now)
    return place.enrollment


@transaction.atomic
def decline_invitation(*, invitation_id: int, now: datetime) -> Invitation:
    """Note that the person does not want it; whoever opened his mail may say so, without account.

    :raises InvitationEnded: it was answered or revoked, or is a link for many.
    """
    invitation, state = lock_invitation(invitation_id, now)
    if state not in {*OPEN, "expired"} or invitation.kind != InvitationKind.EMAIL:
        raise InvitationEnded(invitation, state)
    invitation.declined_at = now
    invitation.save(update_fields=["declined_at"])
    audit.record(
        brand_id=invitation.brand_id,
        actor_id=None,
        action="invitation.declined",
        target=invitation,
        now=now,
    )
    return invitation


def note_opening(*, invitation_id: int, now: datetime) -> bool:
    """Note when an invitation was first opened, as a click is noted; False afterwards."""
    rows = Invitation.objects.filter(pk=invitation_id, opened_at__isnull=True)
    return bool(rows.update(opened_at=now))


def is_for(invitation: Invitation, user: User) -> bool:
    """Tell whether this person may accept it: a mailed one is for its address alone."""
    return invitation.kind == InvitationKind.LINK or invitation.email == user.email.lower()


def _check(invitation: Invitation, state: str, consent: Consent) -> None:
    if state not in OPEN:
        raise InvitationEnded(invitation, state)
    if not is_for(invitation, User.objects.get(pk=consent.user_id)):
        raise InvitedAnother(invitation.public_id)
    if invitation.program.status != ProgramStatus.LIVE:
        raise ProgramNotOpen(invitation.program)


def _lock_waiting(invitation: Invitation, affiliate: Affiliate) -> Application | None:
    """Lock his application before himself, in the order in which it is approved."""
    rows = Application.objects.filter(
        program=invitation.program, affiliate=affiliate, status=ApplicationStatus.SUBMITTED
    )
    found = rows.first()
    if found is None:
        return None
    application = lock_row(Application, found.pk)
    return application if application.status == ApplicationStatus.SUBMITTED else None


def _tell(enrollment: Enrollment, invitation: Invitation, consent: Consent, now: datetime) -> None:
    audit.record(
        brand_id=invitation.brand_id,
        actor_id=consent.user_id,
        action="invitation.accepted",
        target=enrollment,
        now=now,
        after={"group": enrollment.group.name, "terms_version": enrollment.terms.version},
    )
    outbox.emit(
        brand_id=invitation.brand_id,
        topic="affiliate.approved",
        payload={
            "invitation": invitation.public_id,
            "program": invitation.program.public_id,
            "creator": enrollment.affiliation.public_id,
            "application": None,
        },
        now=now,
    )
