"""What the brand owes as of a day, by age and state, and whether that equals the ledger."""

from datetime import date
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from affiliates.models import Affiliation
from brands.access import get_brand_for
from brands.context import brand_page
from core.asked import read_day
from core.clock import brand_now
from core.edges import door
from core.money import Money
from payouts.selectors_recovery import Recovery, list_recoveries
from portal.liability import STATES, Aged, Owed, list_owed_as_of, name_parties, net_of
from portal.report_words import list_tabs

ROWS = 200
LABELS: dict[str, str | Promise] = {
    "pending": _("Pending"),
    "released": _("Released"),
    "on_hold": _("On hold for review"),
    "in_payout": _("In payout"),
    "to_recover": _("To recover from creators"),
    "written_off": _("Written off"),
}


@door
@require_GET
def show_liability(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was owed when a day ended; today is until now."""
    access = get_brand_for(request.user, slug)
    brand = access.brand
    today = brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()
    day = min(read_day(request.GET.dict(), "on") or today, today)
    owed = list_owed_as_of(brand, day)
    left = list_recoveries(brand=brand) if day == today else []
    context = brand_page(
        access,
        nav_current="portal:report-list",
        tabs=list_tabs(slug, "liability"),
        day=day,
        today=today,
        owed=[
            {
                "owed": one,
                "states": [(name, LABELS[name], _moneys(one.states[name], one)) for name in STATES],
                "creators": [
                    (
                        creator,
                        _list_states(states, one),
                        _list_ends(left, creator, one.currency),
                        Money(net_of(states), one.currency),
                    )
                    for creator, states in name_parties(brand, one)[:ROWS]
                ],
                "is_more": len(one.by_party) > ROWS,
            }
            for one in owed
        ],
        commissions_url=reverse("tracking:commission-list", args=[slug]),
    )
    return render(request, "portal/report_liability.html", context)


def _list_ends(
    left: list[Recovery], creator: Affiliation, currency: str
) -> list[tuple[Money, date]]:
    """Return what is recovered from a creator until which day; then it is written off."""
    mine = [one for one in left if one.affiliation_id == creator.pk]
    return [(one.amount, one.last_day) for one in mine if one.amount.currency == currency]


def _moneys(aged: Aged, owed: Owed) -> list[Money]:
    return [Money(minor, owed.currency) for minor in [*aged.by_age, aged.total]]


def _list_states(states: dict[str, Aged], owed: Owed) -> list[tuple[str | Promise, Money]]:
    return [
        (LABELS[name], Money(states[name].total, owed.currency))
        for name in STATES
        if name in states
    ]
