"""What the team is told when clicks, orders or tokens suddenly stop coming."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brands.models import Member, Role
from core.mail import Params, send_notice
from core.notices import ALARMS, Kind, register
from tracking.models import AlarmKind, TrackingAlarm

TEAM_ALARM = register(
    Kind(
        name="team_alarm",
        group=ALARMS,
        label=_("Something suddenly stopped coming"),
        subject=_("{what}: {name}"),
        text=_(
            "{what}: {name}\n\n"
            "In {hours} hours {observed} came, where {expected} were to be expected from the same "
            "hours of the weeks before.\n"
            "In {hours} hours it was {part} of {whole}; in the four weeks before, {usual_part} of "
            "{usual_whole}.\n\n"
            "Until this is mended, creators may miss credit for orders they sent. The page names "
            "the step that does not work and what to do.\n\n"
            "See it: {url}\n"
        ),
        samples={
            "what": AlarmKind.TOKENS.label,
            "name": _("Autumn program"),
            "hours": 6,
            "observed": 0,
            "expected": 18,
            "part": "",
            "whole": "",
            "usual_part": "",
            "usual_whole": "",
            "url": f"{settings.SITE_URL}/b/…/tracking/",
        },
    )
)


def mail_alarm(*, alarm: TrackingAlarm, now: datetime) -> None:
    """Tell who manages the brand."""
    page = reverse("tracking:health", args=[alarm.brand.slug])
    query = f"?program={alarm.program.public_id}" if alarm.program else ""
    params: Params = {
        "what": AlarmKind(alarm.kind).label,
        "name": str(alarm.program or alarm.connection),
        "hours": alarm.evidence["hours"],
        **_figures(alarm.evidence),
        "url": f"{settings.SITE_URL}{page}{query}",
    }
    team = Member.objects.filter(brand_id=alarm.brand_id, role__in=[Role.OWNER, Role.MANAGER])
    for member in team.select_related("user").order_by("pk"):
        send_notice(kind=TEAM_ALARM, to=member.user, brand=alarm.brand, params=params, now=now)


def _figures(evidence: dict[str, Any]) -> Params:
    """Return the figures of a count or of a share; the sentence of the other is left out."""
    count: Params = dict.fromkeys(("observed", "expected"), "")
    share: Params = dict.fromkeys(("part", "whole", "usual_part", "usual_whole"), "")
    if evidence["of_before"]:
        share = {
            "part": evidence["observed"],
            "whole": evidence["of"],
            "usual_part": evidence["expected"],
            "usual_whole": evidence["of_before"],
        }
    else:
        count = {"observed": evidence["observed"], "expected": evidence["expected"]}
    return {**count, **share}
