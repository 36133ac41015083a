"""What the team is told when orders are not the same in the shop and here."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brands.models import Member, Role, StoreConnection
from core.mail import Params, send_notice
from core.models import Brand
from core.notices import TEAM_WORK, Kind, register

TEAM_CHECK = register(
    Kind(
        name="team_store_check",
        group=TEAM_WORK,
        label=_("Orders that differ from the shop"),
        subject=_("Orders that differ from the shop: {count}"),
        text=_(
            "{brand} was compared with its shops. Orders found that are missing, differ or are "
            "not in the shop: {count} ({stores}).\n\nSee each with both figures, and bring it in "
            "with one click: {url}\n"
        ),
        samples={
            "count": 3,
            "stores": "Shop",
            "url": f"{settings.SITE_URL}/b/…/program/stores/…/checks/",
        },
    )
)


def mail_findings(
    *, brand: Brand, stores: Sequence[StoreConnection], count: int, now: datetime
) -> None:
    """Tell who manages the stores, once for all that was found since the last mail."""
    page = reverse("tracking:check-list", args=[brand.slug, stores[0].public_id])
    params: Params = {
        "count": count,
        "stores": ", ".join(store.name for store in stores),
        "url": f"{settings.SITE_URL}{page}",
    }
    team = Member.objects.filter(brand=brand, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user").order_by("pk"):
        send_notice(kind=TEAM_CHECK, to=member.user, brand=brand, params=params, now=now)
