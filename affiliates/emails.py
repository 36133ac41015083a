"""What creators, and the teams they write to, are told by mail, each in his own language."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from affiliates.models import Affiliation, Application, Code, Enrollment, Link, RejectReason
from affiliates.selectors import get_current_slug, short_url
from brands.models import Member, Role
from core.mail import queue_mail
from core.models import User

Compose = Callable[[], tuple[str, str]]


def mail_applied(*, application: Application, now: datetime) -> None:
    """Tell owners and managers that somebody wants to join."""
    brand, program = application.program.brand, application.program
    names = {
        "name": application.affiliate.display_name,
        "program": program.name,
        "where": application.publishes_at,
        "url": f"{settings.SITE_URL}/b/{brand.slug}/creators/",
    }

    def compose() -> tuple[str, str]:
        return (
            _("%(name)s wants to join %(program)s") % names,
            _(
                "%(name)s applied to %(program)s and publishes at: %(where)s\n\n"
                "Approve or reject: %(url)s\n"
            )
            % names,
        )

    team = Member.objects.filter(brand=brand, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user"):
        _send(member.user, compose, brand.pk, now)


def mail_approved(*, enrollment: Enrollment, link: Link, code: Code, now: datetime) -> None:
    """Tell the creator that he is in, with his link and code."""
    affiliation, program = enrollment.affiliation, enrollment.program
    names = {
        "brand": program.brand.name,
        "program": program.name,
        "link": short_url(get_current_slug(link)),
        "code": code.text,
        "url": f"{settings.SITE_URL}/me/",
    }

    def compose() -> tuple[str, str]:
        return (
            _("You are in: %(program)s of %(brand)s") % names,
            _(
                "%(brand)s approved your application to %(program)s.\n\n"
                "Your link: %(link)s\nYour code: %(code)s\n\nYour page: %(url)s\n"
            )
            % names,
        )

    _send(affiliation.affiliate.user, compose, enrollment.brand_id, now)


def mail_rejected(*, application: Application, now: datetime) -> None:
    """Tell the applicant why not, with the note as it was written."""

    def compose() -> tuple[str, str]:
        return compose_rejection(application)

    _send(application.affiliate.user, compose, application.brand_id, now)


def preview_rejection(application: Application) -> tuple[str, str]:
    """Return subject and text as the applicant would read them, in his language."""
    user = application.affiliate.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        return compose_rejection(application)


def compose_rejection(application: Application) -> tuple[str, str]:
    """Return subject and text of the refusal in the active language."""
    program = application.program
    names = {"brand": program.brand.name, "program": program.name, "note": application.reject_note}
    reason = RejectReason(application.reject_reason).label
    subject = _("Your application to %(program)s") % names
    text = (
        _("%(brand)s did not approve your application to %(program)s.\n\nReason: %(reason)s\n")
        if not application.reject_note
        else _(
            "%(brand)s did not approve your application to %(program)s.\n\n"
            "Reason: %(reason)s\n%(brand)s writes: %(note)s\n"
        )
    )
    return subject, text % {**names, "reason": reason}


def mail_suspended(*, affiliation: Affiliation, now: datetime) -> None:
    """Tell the creator that he is suspended, why, and what happens to his money."""
    names = {"brand": affiliation.brand.name, "reason": affiliation.suspended_reason}

    def compose() -> tuple[str, str]:
        return (
            _("%(brand)s suspended your membership") % names,
            _(
                "%(brand)s suspended your membership. Reason: %(reason)s\n\n"
                "Your links still lead to the store and stop earning. What is pending or released "
                "is frozen, not lost, until %(brand)s decides.\n"
            )
            % names,
        )

    _send(affiliation.affiliate.user, compose, affiliation.brand_id, now)


def mail_reinstated(*, affiliation: Affiliation, now: datetime) -> None:
    """Tell the creator that he earns again."""
    names = {"brand": affiliation.brand.name}

    def compose() -> tuple[str, str]:
        return (
            _("Your membership at %(brand)s is active again") % names,
            _("Your links and codes of %(brand)s earn again, and what was frozen goes on.\n")
            % names,
        )

    _send(affiliation.affiliate.user, compose, affiliation.brand_id, now)


def _send(user: User, compose: Compose, brand_id: int, now: datetime) -> None:
    with translation.override(user.language or settings.LANGUAGE_CODE):
        subject, text = compose()
    queue_mail(to=user.email, subject=subject, text=text, brand_id=brand_id, now=now)
