"""What both sides are told of work for a fee."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.models import Member, Role
from core.mail import Params, send_notice
from core.money import Money
from core.notices import COMMISSIONS, TEAM_WORK, Kind, register
from tracking.models import Deliverable, Work, WorkStatus

_TITLE = _("One video about the new cups")
_MINE: dict[str, Any] = {"title": _TITLE, "url": f"{settings.SITE_URL}/me/work/"}
_TEAM: dict[str, Any] = {
    "title": _TITLE,
    "creator": "Anna Beck",
    "url": f"{settings.SITE_URL}/b/…/work/",
}

OFFERED = register(
    Kind(
        name="work_offered",
        group=COMMISSIONS,
        label=_("Work offered for a fee"),
        subject=_("{brand} offers you: {title}"),
        text=_(
            "{brand} offers you work for a fixed fee.\n\n{title}\nFee: {fee}\nBy {day}\n\n"
            "Read what is asked and take it or decline: {url}\n"
        ),
        samples={**_MINE, "fee": Money(15000, "EUR"), "day": date(2026, 11, 15)},
    )
)
CHANGES = register(
    Kind(
        name="work_changes",
        group=COMMISSIONS,
        label=_("Changes to your work asked for"),
        subject=_("{brand} asks for changes: {title}"),
        text=_(
            "{brand} looked at what you handed in for {title} and asks for changes:\n\n{reason}\n\n"
            "By {day}\n\nHand it in again: {url}\n"
        ),
        samples={**_MINE, "reason": _("Please name the shop."), "day": date(2026, 11, 15)},
    )
)
APPROVED = register(
    Kind(
        name="work_approved",
        group=COMMISSIONS,
        label=_("Work approved"),
        subject=_("Approved: {title}"),
        text=_(
            "{brand} approved your work {title}.\n\nFee: {fee}\n\n"
            "It is a commission of its own now, with its release date: {url}\n"
        ),
        samples={**_MINE, "fee": Money(15000, "EUR")},
    )
)
REJECTED = register(
    Kind(
        name="work_rejected",
        group=COMMISSIONS,
        label=_("Work not approved"),
        subject=_("Not approved: {title}"),
        text=_(
            "{brand} did not approve your work {title}; it pays no fee.\n\nReason: {reason}\n\n"
            "See it: {url}\n"
        ),
        samples={**_MINE, "reason": _("The video does not show the cups.")},
    )
)
EXPIRED = register(
    Kind(
        name="work_expired",
        group=COMMISSIONS,
        label=_("Work not handed in"),
        subject=_("Past its day: {title}"),
        text=_(
            "{title} was to be handed in by {day}. That day is past, so it is over and pays no "
            "fee.\n\nSee it: {url}\n"
        ),
        samples={**_MINE, "day": date(2026, 11, 15)},
    )
)
TEAM_ANSWERED = register(
    Kind(
        name="team_work_answered",
        group=TEAM_WORK,
        label=_("A creator took or declined work"),
        subject=_("{creator}: {state}, {title}"),
        text=_("{creator} answered your offer {title}: {state}.\n\nSee it: {url}\n"),
        samples={**_TEAM, "state": WorkStatus.ACCEPTED.label},
    )
)
TEAM_SUBMITTED = register(
    Kind(
        name="team_work_submitted",
        group=TEAM_WORK,
        label=_("Work waits for a decision"),
        subject=_("{creator} handed in: {title}"),
        text=_(
            "{creator} handed in {title}.\n\n{note}\n\n"
            "Approve it, ask for changes or reject it: {url}\n"
        ),
        samples={**_TEAM, "note": _("The video is online since this morning.")},
    )
)


def mail_offered(*, deliverable: Deliverable, place: Enrollment, now: datetime) -> None:
    """Tell a creator what is offered, for how much and until when; of several fees the first."""
    currency, fee = next(iter(sorted(deliverable.fees.items())))
    page = reverse("tracking:own-work", args=[deliverable.public_id])
    params: Params = {
        "title": deliverable.title,
        "fee": Money(fee, currency),
        "day": deliverable.due_on,
        "url": f"{settings.SITE_URL}{page}",
    }
    user = place.affiliation.affiliate.user
    send_notice(kind=OFFERED, to=user, brand=place.program.brand, params=params, now=now)


def mail_step(*, work: Work, said: str, now: datetime) -> None:
    """Tell the other side what a work became: the team of the creator's steps, him of theirs."""
    if work.status in {WorkStatus.ACCEPTED, WorkStatus.DECLINED}:
        _tell_team(TEAM_ANSWERED, work, {"state": WorkStatus(work.status).label}, now)
    elif work.status == WorkStatus.SUBMITTED:
        _tell_team(TEAM_SUBMITTED, work, {"note": said}, now)
    elif work.status == WorkStatus.CHANGES_ASKED:
        _tell_creator(CHANGES, work, {"reason": said, "day": work.deliverable.due_on}, now)
    elif work.status == WorkStatus.APPROVED:
        _tell_creator(APPROVED, work, {"fee": Money(work.fee_minor, work.currency)}, now)
    elif work.status == WorkStatus.REJECTED:
        _tell_creator(REJECTED, work, {"reason": said}, now)
    else:
        _tell_creator(EXPIRED, work, {"day": work.deliverable.due_on}, now)


def _tell_creator(kind: Kind, work: Work, params: dict[str, Any], now: datetime) -> None:
    page = reverse("tracking:own-work", args=[work.deliverable.public_id])
    said = {**params, "title": work.deliverable.title, "url": f"{settings.SITE_URL}{page}"}
    user = work.enrollment.affiliation.affiliate.user
    send_notice(kind=kind, to=user, brand=work.brand, params=said, now=now)


def _tell_team(kind: Kind, work: Work, params: dict[str, Any], now: datetime) -> None:
    page = reverse("tracking:work-detail", args=[work.brand.slug, work.deliverable.public_id])
    said = {
        **params,
        "title": work.deliverable.title,
        "creator": str(work.enrollment.affiliation),
        "url": f"{settings.SITE_URL}{page}",
    }
    team = Member.objects.filter(brand_id=work.brand_id, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user").order_by("pk"):
        send_notice(kind=kind, to=member.user, brand=work.brand, params=said, now=now)
