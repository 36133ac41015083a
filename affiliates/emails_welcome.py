"""What who is taken into a program is told: by an approval or an invitation, he has the same."""

from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from affiliates.models import Application, Code, Enrollment, Link
from affiliates.selectors import get_current_slug, short_url
from brands.selectors import find_link_host
from core.mail import Letter, Params, compose, send_notice
from core.notices import MEMBERSHIP, Kind, Value, register

_LATER = _("(made when you are taken in)")


def _welcome(name: str, label: Promise, opening: Promise) -> Kind:
    has = _("Your link: {link}\nYour code: {code}\n\nYour page: {url}\n")
    return register(
        Kind(
            name=name,
            group=MEMBERSHIP,
            label=label,
            subject=_("You are in: {program} of {brand}"),
            text=format_lazy("{opening}\n\n{has}", opening=opening, has=has),
            samples={
                "program": _("Autumn program"),
                "link": f"{settings.SITE_URL}/r/anna",
                "code": "ANNA10",
                "url": f"{settings.SITE_URL}/me/",
            },
        )
    )


APPROVED = _welcome(
    "application_approved",
    _("Application approved"),
    _("{brand} approved your application to {program}."),
)
INVITED = _welcome(
    "invitation_accepted", _("Invitation accepted"), _("You are in {program} of {brand}.")
)


def mail_welcome(*, enrollment: Enrollment, link: Link, code: Code, now: datetime) -> None:
    """Tell the creator that he is in, with his link and code."""
    program = enrollment.program
    url = short_url(get_current_slug(link), find_link_host(program.brand_id))
    send_notice(
        kind=APPROVED if enrollment.invitation_id is None else INVITED,
        to=enrollment.affiliation.affiliate.user,
        brand=program.brand,
        params=_params(program.name, url, code.text),
        now=now,
    )


def preview_approval(application: Application) -> Letter:
    """Return subject and text as the applicant would read them; his link and code come later."""
    return compose(
        kind=APPROVED,
        to=application.affiliate.user,
        brand=application.program.brand,
        params=_params(application.program.name, _LATER, _LATER),
    )


def _params(program: str, link: Value, code: Value) -> Params:
    return {"program": program, "link": link, "code": code, "url": f"{settings.SITE_URL}/me/"}
