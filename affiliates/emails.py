"""What creators, and the teams they write to, are told by mail, each in his own language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from affiliates.models import (
    Affiliation,
    Application,
    Enrollment,
    Receipt,
    RejectReason,
)
from brands.models import Member, Role, Terms
from brands.wording_terms import describe_changes, say_change
from core import formats
from core.mail import Letter, Params, compose, language_of, send_notice
from core.notices import ANNOUNCEMENTS, APPLICATIONS, MEMBERSHIP, Kind, register

_PROGRAM = _("Autumn program")

APPLIED = register(
    Kind(
        name="application_received",
        group=APPLICATIONS,
        label=_("Somebody wants to join"),
        subject=_("{name} wants to join {program}"),
        text=_(
            "{name} applied to {program} and publishes at: {where}\n\nApprove or reject: {url}\n"
        ),
        samples={
            "name": "Anna Beck",
            "program": _PROGRAM,
            "where": "https://anna.example",
            "url": f"{settings.SITE_URL}/b/…/creators/",
        },
    )
)
REJECTED = register(
    Kind(
        name="application_rejected",
        group=MEMBERSHIP,
        label=_("Application rejected"),
        subject=_("Your application to {program}"),
        text=_(
            "{brand} did not approve your application to {program}.\n\n"
            "Reason: {reason}\n{brand} writes: {note}\n"
        ),
        samples={
            "program": _PROGRAM,
            "reason": RejectReason.CONTENT.label,
            "note": _("Apply again in spring."),
        },
    )
)
SUSPENDED = register(
    Kind(
        name="membership_suspended",
        group=MEMBERSHIP,
        label=_("Membership suspended"),
        subject=_("{brand} suspended your membership"),
        text=_(
            "{brand} suspended your membership. Reason: {reason}\n\n"
            "Your links still lead to the store and stop earning. What is pending or released "
            "is frozen, not lost, until {brand} decides.\n"
        ),
        samples={"reason": _("Ads on the name of the brand")},
    )
)
REINSTATED = register(
    Kind(
        name="membership_reinstated",
        group=MEMBERSHIP,
        label=_("Membership active again"),
        subject=_("Your membership at {brand} is active again"),
        text=_("Your links and codes of {brand} earn again, and what was frozen goes on.\n"),
        samples={},
    )
)
TERMS_CHANGED = register(
    Kind(
        name="terms_changed",
        group=MEMBERSHIP,
        label=_("Terms changed"),
        subject=_("The terms of {program} change: version {version}"),
        text=_(
            "{brand} published version {version} of the terms of {program}. "
            "It applies from {day}; what is better for you applies already.\n\n"
            "What changes:\n\n{changes}\n\n"
            "What you have earned keeps its rate and its date. Orders go on earning; "
            "payouts from {day} on need your acceptance if the version is worse for you.\n\n"
            "Read and accept: {url}\n"
        ),
        samples={
            "program": _PROGRAM,
            "version": 4,
            "day": date(2026, 10, 1),
            "changes": _("Instead of “A click counts for 30 days.”: A click counts for 14 days."),
            "url": f"{settings.SITE_URL}/p/…/terms/4/",
        },
    )
)

ANNOUNCED = register(
    Kind(
        name="announcement",
        group=ANNOUNCEMENTS,
        label=_("News from a brand"),
        subject=_("{title}"),
        text=_("{text}\n\nAll news: {url}\n"),
        samples={
            "title": _("New cups in October"),
            "text": _("From the first of October there are new cups. Your links lead to them."),
            "url": f"{settings.SITE_URL}/me/resources/?tab=news",
        },
    )
)


def mail_applied(*, application: Application, now: datetime) -> None:
    """Tell owners and managers that somebody wants to join."""
    brand, program = application.program.brand, application.program
    params: Params = {
        "name": application.affiliate.display_name,
        "program": program.name,
        "where": application.publishes_at,
        "url": settings.SITE_URL
        + reverse("affiliates:application-detail", args=[brand.slug, application.public_id]),
    }
    team = Member.objects.filter(brand=brand, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user"):
        send_notice(kind=APPLIED, to=member.user, brand=brand, params=params, now=now)


def mail_rejected(*, application: Application, now: datetime) -> None:
    """Tell the applicant why not, with the note as it was written."""
    send_notice(
        kind=REJECTED,
        to=application.affiliate.user,
        brand=application.program.brand,
        params=_rejection(application),
        now=now,
    )


def preview_rejection(application: Application) -> Letter:
    """Return subject and text as the applicant would read them, in his language."""
    return compose(
        kind=REJECTED,
        to=application.affiliate.user,
        brand=application.program.brand,
        params=_rejection(application),
    )


def mail_suspended(*, affiliation: Affiliation, now: datetime) -> None:
    """Tell the creator that he is suspended, why, and what happens to his money."""
    send_notice(
        kind=SUSPENDED,
        to=affiliation.affiliate.user,
        brand=affiliation.brand,
        params={"reason": affiliation.suspended_reason},
        now=now,
    )


def mail_reinstated(*, affiliation: Affiliation, now: datetime) -> None:
    """Tell the creator that he earns again."""
    send_notice(
        kind=REINSTATED,
        to=affiliation.affiliate.user,
        brand=affiliation.brand,
        params={},
        now=now,
    )


def _rejection(application: Application) -> Params:
    return {
        "program": application.program.name,
        "reason": RejectReason(application.reject_reason).label,
        "note": application.reject_note,
    }


def mail_terms(*, terms: Terms, enrollment: Enrollment, now: datetime) -> None:
    """Tell a member what the newest terms change against those he accepted, in words."""
    user, program = enrollment.affiliation.affiliate.user, terms.program
    with translation.override(language_of(user.language)):
        changes = [say_change(one) for one in describe_changes(enrollment.terms, terms)]
    path = reverse("portal:terms", args=[program.brand.slug, program.slug, terms.version])
    send_notice(
        kind=TERMS_CHANGED,
        to=user,
        brand=program.brand,
        params={
            "program": program.name,
            "version": terms.version,
            "day": formats.local_day(terms.effective_from, zone=ZoneInfo(program.brand.time_zone)),
            "changes": "\n\n".join(changes),
            "url": f"{settings.SITE_URL}{path}",
        },
        now=now,
    )


def mail_announcement(*, receipt: Receipt, now: datetime) -> None:
    """Send a creator what was announced to him, as it was written."""
    announcement = receipt.announcement
    send_notice(
        kind=ANNOUNCED,
        to=receipt.affiliation.affiliate.user,
        brand=announcement.brand,
        params={
            "title": announcement.title,
            "text": announcement.text,
            "url": f"{settings.SITE_URL}/me/resources/?tab=news",
        },
        now=now,
    )
