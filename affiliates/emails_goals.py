"""What creators and the team are told by mail when a goal is reached."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation, AffiliationStatus, Goal, Measure
from brands.models import Member, Role
from core.mail import send_notice
from core.money import Money
from core.notices import ANNOUNCEMENTS, TEAM_WORK, Kind, register

_SAMPLES: dict[str, Any] = {
    "goal": _("A strong autumn"),
    "measure": Measure.ORDERS.label,
    "target": 40,
    "since": date(2026, 10, 1),
    "until": date(2026, 10, 31),
}

GOAL_REACHED = register(
    Kind(
        name="goal_reached",
        group=ANNOUNCEMENTS,
        label=_("Goal reached"),
        subject=_("Reached: {goal}"),
        text=_(
            "The goal {goal} of {brand} is reached.\n\n"
            "{measure}: {target}\nFrom {since} to {until}\n{note}\n\n"
            "See it on your page: {url}\n\n"
            "Refunds may still change the figures. The goal itself pays nothing.\n"
        ),
        samples={
            **_SAMPLES,
            "note": _("Thank you for the videos."),
            "url": f"{settings.SITE_URL}/me/",
        },
    )
)
TEAM_GOAL_REACHED = register(
    Kind(
        name="team_goal_reached",
        group=TEAM_WORK,
        label=_("Goal reached"),
        subject=_("Reached: {goal} of {whom}"),
        text=_(
            "The goal {goal} of {whom} is reached.\n\n"
            "{measure}: {value} of {target}\nFrom {since} to {until}\n\nSee who brought it: {url}\n"
        ),
        samples={
            **_SAMPLES,
            "whom": _("Autumn program"),
            "value": 41,
            "url": f"{settings.SITE_URL}/b/…/reports/goals/",
        },
    )
)


def mail_goal_reached(*, goal: Goal, value: int, now: datetime) -> int:
    """Tell those the goal is shown to, and whoever manages the brand; returns how many."""
    facts = {
        "goal": goal.name,
        "measure": Measure(goal.measure).label,
        "target": _amount(goal, goal.target),
        "since": goal.since,
        "until": goal.until,
    }
    mine = facts | {
        "note": goal.note,
        "url": f"{settings.SITE_URL}{reverse('portal:creator-home')}?brand={goal.brand.slug}",
    }
    sent = 0
    for creator in _list_shown(goal):
        user = creator.affiliate.user
        mail = send_notice(kind=GOAL_REACHED, to=user, brand=goal.brand, params=mine, now=now)
        sent += mail is not None
    page = reverse("portal:goal-detail", args=[goal.brand.slug, goal.public_id])
    ours = facts | {
        "whom": name_whom(goal),
        "value": _amount(goal, value),
        "url": f"{settings.SITE_URL}{page}",
    }
    team = Member.objects.filter(brand_id=goal.brand_id, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user").order_by("pk"):
        mail = send_notice(
            kind=TEAM_GOAL_REACHED, to=member.user, brand=goal.brand, params=ours, now=now
        )
        sent += mail is not None
    return sent


def name_whom(goal: Goal) -> str:
    """Return the name of the creator, group or program a goal is set for."""
    if goal.enrollment is not None:
        return str(goal.enrollment.affiliation)
    return f"{goal.program}: {goal.group}" if goal.group else str(goal.program)


def _amount(goal: Goal, value: int) -> Money | int:
    return Money(value, goal.currency) if goal.currency else value


def _list_shown(goal: Goal) -> list[Affiliation]:
    if not goal.is_shown:
        return []
    rows = Affiliation.objects.filter(
        status=AffiliationStatus.ACTIVE, affiliate__erased_at__isnull=True
    ).select_related("affiliate__user")
    if goal.enrollment_id is not None:
        return list(rows.filter(enrollments=goal.enrollment_id))
    return list(rows.filter(enrollments__group=goal.group_id).order_by("pk"))
