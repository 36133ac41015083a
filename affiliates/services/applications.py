"""From an application to a place in a program, or a refusal with its reason."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import transaction

from affiliates import emails
from affiliates.emails_welcome import mail_welcome
from affiliates.keys import is_join_key
from affiliates.models import (
    Affiliate,
    Affiliation,
    AffiliationStatus,
    Application,
    ApplicationStatus,
    Enrollment,
    RejectReason,
)
from affiliates.selectors import is_full
from affiliates.selectors_vetting import find_checklists
from affiliates.services.enrolling import Entry, enroll
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramFull,
    ProgramNotOpen,
    StaleTerms,
)
from affiliates.services.people import ensure_affiliate
from brands.models import Group, Member, Program, ProgramStatus, Question
from brands.selectors import find_latest_terms, get_default_group
from core import audit, outbox
from core.access import NotFound
from core.locks import lock_row
from core.models import BrandStatus


class AlreadyApplied(ValueError):
    """The creator has an application that waits."""


class AlreadyDecided(ValueError):
    """Somebody decided the application before."""

    def __init__(self, application: Application) -> None:
        super().__init__(f"application {application.public_id} is {application.status}")
        self.status = application.status


class ReasonUnknown(ValueError):
    """The reason is not in the list."""


class Joining(TypedDict, total=False):
    """What may come with an application: a name, the key of a join address, what was answered."""

    display_name: str
    join_key: str
    answers: list[tuple[Question, list[str]]]


@transaction.atomic
def apply_to_program(
    *,
    user_id: int,
    program_id: int,
    terms_id: int,
    publishes_at: str,
    message: str,
    now: datetime,
    **joining: Unpack[Joining],
) -> Application:
    """Ask to join; a program that approves by itself takes the creator in at once.

    `terms_id` is the version he accepted: the newest. A sandbox is open to the brand's own team and
    to who holds its join address. The name is taken once, when he becomes a creator.

    :raises core.access.NotFound: the program is not there for this person.
    :raises ProgramNotOpen: it is not live.
    :raises ProgramFull: it has as many creators as it may have.
    :raises AlreadyMember: he is in it.
    :raises AlreadyApplied: his application waits.
    :raises AffiliationSuspended: the brand suspended him.
    :raises StaleTerms: the terms were published anew since he read them.
    """
    affiliate = ensure_affiliate(
        user_id=user_id, display_name=joining.get("display_name", ""), country="", now=now
    )
    lock_row(Affiliate, affiliate.pk)
    program = Program.objects.select_related("brand").get(pk=program_id)
    _check_open(program, user_id, joining.get("join_key", ""))
    _check_applicant(program, affiliate)
    terms = find_latest_terms(program)
    if terms is None or terms.pk != terms_id:
        raise StaleTerms(f"program {program.public_id}: terms {terms_id}")
    application = Application.objects.create(
        brand_id=program.brand_id,
        program=program,
        affiliate=affiliate,
        terms=terms,
        publishes_at=publishes_at.strip(),
        message=message.strip(),
        answers=_keep_words(program, joining.get("answers", [])),
        submitted_at=now,
    )
    _record(application, action="application.submitted", actor_id=user_id, now=now)
    _emit(application, topic="affiliate.applied", now=now)
    if program.is_auto_approving:
        approve_application(application_id=application.pk, group_id=None, actor_id=None, now=now)
        application.refresh_from_db()
    else:
        emails.mail_applied(application=application, now=now)
    return application


@transaction.atomic
def approve_application(
    *, application_id: int, group_id: int | None, actor_id: int | None, now: datetime
) -> Enrollment:
    """Take the creator in, with a first link to the landing page and a first code, and tell him.

    Without a group he joins the default one; `actor_id` None means the program approved by itself.

    :raises AlreadyDecided: somebody decided before.
    :raises AlreadyMember: he came in by an invitation meanwhile.
    :raises GroupOfOtherProgram: the group belongs to another program.
    :raises AffiliationSuspended: the brand suspended him.
    :raises ProgramClosed: the program was closed meanwhile.
    :raises ProgramFull: it has as many creators as it may have.
    """
    application = _lock_waiting(application_id)
    program = application.program
    group = get_default_group(program) if group_id is None else Group.objects.get(pk=group_id)
    entry = Entry(
        program=program,
        affiliate=application.affiliate,
        group=group,
        terms=application.terms,
        accepted_at=application.submitted_at,
    )
    place = enroll(entry=entry, actor_id=actor_id, now=now)
    unchecked = find_checklists([application])[application.pk].missing if actor_id else []
    _decide(application, ApplicationStatus.APPROVED, actor_id, now)
    facts = {"unchecked": unchecked} if unchecked else {}
    _record(application, action="application.approved", actor_id=actor_id, now=now, **facts)
    creator = place.enrollment.affiliation
    _emit(
        application,
        topic="affiliate.approved",
        now=now,
        creator=creator.public_id,
        invitation=None,
    )
    mail_welcome(enrollment=place.enrollment, link=place.link, code=place.code, now=now)
    return place.enrollment


@transaction.atomic
def reject_application(
    *, application_id: int, reason: str, note: str, actor_id: int, now: datetime
) -> Application:
    """Refuse with a reason from the list and, if wished, words of one's own; both are mailed.

    :raises AlreadyDecided: somebody decided before.
    :raises ReasonUnknown: the reason is not in the list.
    """
    if reason not in RejectReason.values:
        raise ReasonUnknown(reason)
    application = _lock_waiting(application_id)
    application.reject_reason, application.reject_note = reason, note.strip()[:500]
    _decide(application, ApplicationStatus.REJECTED, actor_id, now)
    _record(application, action="application.rejected", actor_id=actor_id, now=now)
    _emit(application, topic="affiliate.rejected", now=now, reason=reason)
    emails.mail_rejected(application=application, now=now)
    return application


def _keep_words(
    program: Program, answers: list[tuple[Question, list[str]]]
) -> list[dict[str, Any]]:
    """Return the answers to the program's own questions, each with the words it was asked in."""
    return [
        {"asked": question.words, "kind": question.kind, "said": said}
        for question, said in answers
        if question.program_id == program.pk and said
    ]


def _check_open(program: Program, user_id: int, join_key: str) -> None:
    brand = program.brand
    if brand.archived_at is not None or brand.status != BrandStatus.ACTIVE:
        raise NotFound
    is_team = Member.objects.filter(brand=brand, user_id=user_id).exists()
    is_hidden = brand.is_sandbox and not is_team and not is_join_key(program, join_key)
    if program.status == ProgramStatus.DRAFT or is_hidden:
        raise NotFound
    if program.status != ProgramStatus.LIVE:
        raise ProgramNotOpen(program)
    if is_full(program):
        raise ProgramFull(program)


def _check_applicant(program: Program, affiliate: Affiliate) -> None:
    affiliation = Affiliation.objects.filter(brand=program.brand_id, affiliate=affiliate).first()
    if affiliation and affiliation.status == AffiliationStatus.SUSPENDED:
        raise AffiliationSuspended(affiliation.public_id)
    if Enrollment.objects.filter(affiliation=affiliation, program=program).exists():
        raise AlreadyMember(f"{affiliate.public_id} in {program.public_id}")
    waiting = Application.objects.filter(
        program=program, affiliate=affiliate, status=ApplicationStatus.SUBMITTED
    )
    if waiting.exists():
        raise AlreadyApplied(f"{affiliate.public_id} to {program.public_id}")


def _lock_waiting(application_id: int) -> Application:
    lock_row(Application, application_id)
    application = Application.objects.select_related(
        "affiliate__user", "program__brand", "terms"
    ).get(pk=application_id)
    if application.status != ApplicationStatus.SUBMITTED:
        raise AlreadyDecided(application)
    return application


def _decide(
    application: Application, status: ApplicationStatus, actor_id: int | None, now: datetime
) -> None:
    application.status, application.decided_at = status, now
    application.decided_by_id = actor_id
    application.save(
        update_fields=["status", "decided_at", "decided_by", "reject_reason", "reject_note"]
    )


def _record(
    application: Application,
    *,
    action: str,
    actor_id: int | None,
    now: datetime,
    **facts: list[str],
) -> None:
    audit.record(
        brand_id=application.brand_id,
        actor_id=actor_id,
        action=action,
        target=application,
        now=now,
        after={
            "status": application.status,
            "terms_version": application.terms.version,
            **facts,
        },
        reason=application.reject_note or application.reject_reason,
    )


def _emit(application: Application, *, topic: str, now: datetime, **more: str | None) -> None:
    outbox.emit(
        brand_id=application.brand_id,
        topic=topic,
        payload={
            "application": application.public_id,
            "program": application.program.public_id,
            **more,
        },
        now=now,
    )
