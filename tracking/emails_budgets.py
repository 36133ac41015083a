"""What the team is told when a program's budget comes to its end."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brands.models import Member, Role
from core.mail import Params, send_notice
from core.money import Money
from core.notices import TEAM_WORK, Kind, register
from tracking.selectors_budgets import BudgetUse

TEAM_BUDGET = register(
    Kind(
        name="team_budget",
        group=TEAM_WORK,
        label=_("Budget of a program nearly or wholly used"),
        subject=_("{program}: {percent} % of the budget is used"),
        text=_(
            "The commissions of {program} come to {spent} of a budget of {budget}. {left} is "
            "left.\n\nOnce nothing is left, orders are still credited and earn 0 with that reason; "
            "creators read it with each commission. A higher budget counts from when you set it, "
            "and pays nothing for orders before.\n\nSee it: {url}\n"
        ),
        samples={
            "program": _("Autumn program"),
            "percent": 80,
            "spent": Money(800000, "EUR"),
            "budget": Money(1000000, "EUR"),
            "left": Money(200000, "EUR"),
            "url": f"{settings.SITE_URL}/b/…/budget/",
        },
    )
)


def mail_budget(*, use: BudgetUse, percent: int, now: datetime) -> None:
    """Tell who manages the program and who pays."""
    program = use.program
    page = reverse("tracking:budget", args=[program.brand.slug])
    params: Params = {
        "program": program.name,
        "percent": percent,
        "spent": use.spent,
        "budget": use.budget,
        "left": use.left,
        "url": f"{settings.SITE_URL}{page}?program={program.public_id}",
    }
    roles = [Role.OWNER, Role.MANAGER, Role.FINANCE]
    team = Member.objects.filter(brand_id=program.brand_id, role__in=roles)
    for member in team.select_related("user").order_by("pk"):
        send_notice(kind=TEAM_BUDGET, to=member.user, brand=program.brand, params=params, now=now)
