"""What a creator is told of the groups he comes into."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment, GroupMove
from brands.models import TierMeasure
from core.mail import send_notice
from core.money import Money
from core.notices import MEMBERSHIP, Kind, register

_URL = f"{settings.SITE_URL}/me/tiers/"
_GROUP = _("Preferred")

MOVED = register(
    Kind(
        name="group_moved",
        group=MEMBERSHIP,
        label=_("Moved to another group"),
        subject=_("You are now in the group {group} of {program}"),
        text=_(
            "You were in the group {earlier} of {program} and are now in {group}.\n\n"
            "{measure}: {value}\n\n"
            "Orders placed from now on use its rates.\n"
            "Orders placed since {since} are worked out anew with them as well.\n\n"
            "See your group and what it pays: {url}\n"
        ),
        samples={
            "program": _("Autumn program"),
            "earlier": _("Partner"),
            "group": _GROUP,
            "measure": TierMeasure.ORDERS.label,
            "value": 12,
            "since": date(2026, 10, 1),
            "url": _URL,
        },
    )
)
FALLING = register(
    Kind(
        name="group_falls",
        group=MEMBERSHIP,
        label=_("Moving down to another group"),
        subject=_("You would leave the group {earlier} of {program} on {day}"),
        text=_(
            "{measure}: {value} of {threshold}\n\n"
            "That is less than the group {earlier} of {program} asks for. You move to {group} on "
            "{day}, unless you reach it by then. What you have earned stays as it is.\n\n"
            "See what is missing: {url}\n"
        ),
        samples={
            "program": _("Autumn program"),
            "earlier": _GROUP,
            "group": _("Partner"),
            "measure": TierMeasure.ORDERS.label,
            "value": 7,
            "threshold": 10,
            "day": date(2026, 11, 15),
            "url": _URL,
        },
    )
)


def mail_moved(*, move: GroupMove, now: datetime) -> None:
    """Tell a creator which group he is in now, by which figure, and what it reaches."""
    figures, place = move.figures, move.enrollment
    is_reaching_back = move.effective_from < move.at
    _send(
        MOVED,
        place,
        {
            "earlier": move.from_group.name,
            "group": move.to_group.name,
            "measure": TierMeasure(figures["measure"]).label if figures else "",
            "value": _figure(figures, "value") if figures else "",
            "since": move.effective_from if is_reaching_back else "",
        },
        now,
    )


def mail_falling(
    *, place: Enrollment, group: str, figures: dict[str, Any], day: date, now: datetime
) -> None:
    """Tell a creator on which day he moves down, and what is missing."""
    params = {
        "earlier": place.group.name,
        "group": group,
        "measure": TierMeasure(figures["measure"]).label,
        "value": _figure(figures, "value"),
        "threshold": _figure(figures, "threshold"),
        "day": day,
    }
    _send(FALLING, place, params, now)


def _send(kind: Kind, place: Enrollment, params: dict[str, Any], now: datetime) -> None:
    send_notice(
        kind=kind,
        to=place.affiliation.affiliate.user,
        brand=place.program.brand,
        params={
            **params,
            "program": place.program.name,
            "url": settings.SITE_URL + reverse("portal:own-tiers"),
        },
        now=now,
    )


def _figure(figures: dict[str, Any], name: str) -> Money | int:
    """Return a figure of a move as its currency says: an amount, or a number."""
    if figures["currency"]:
        return Money(figures[f"{name}_minor"], figures["currency"])
    return int(figures[name])
