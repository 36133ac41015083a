"""A creator's payouts: what comes next, where it goes, what was paid."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from affiliates.context import Scope, creator_page, read_scope
from affiliates.models import Affiliation
from brands.models import PayoutPolicy
from core.edges import door
from core.money import Money
from core.paging import cut_page
from payouts.models import Payout
from payouts.own_wording import say_own_payout
from payouts.selectors import (
    find_next_run,
    list_methods_of,
    list_own_minimums,
    list_payouts_of,
    list_standings,
)
from portal.forecast import list_forecasts
from portal.home import load_balances
from portal.recovery_words import say_recovery


@require_GET
@door
def show_payouts(request: HttpRequest) -> HttpResponse:
    """Show the next payout of each brand and what it waits for, methods, and payouts so far."""
    scope = read_scope(request)
    page = cut_page(list_payouts_of(list(scope.affiliations)), before=request.GET.get("before", ""))
    context = creator_page(
        scope,
        places=_list_places(scope),
        payouts=[_row(payout) for payout in page.rows],
        next_url=page.older_url(request.GET.dict()),
    )
    return render(request, "portal/creator_payouts.html", context)


def _list_places(scope: Scope) -> list[dict[str, Any]]:
    now, balances = scope.now(), load_balances(scope)
    forecasts = list_forecasts(affiliations=scope.affiliations, balances=balances, now=now)
    methods = list_methods_of(list(scope.affiliations))
    own = list_own_minimums([place.pk for place in scope.affiliations])
    standings = list_standings(list(scope.affiliations))
    return [
        {
            "affiliation": place,
            "forecasts": [one for one in forecasts if one.brand == place.brand],
            "next_run": find_next_run(brand=place.brand, currency="", now=now),
            "standings": [
                (one, say_recovery(one, audience="creator"))
                for one in standings
                if one.affiliation == place
            ],
            "method": methods.get(place.pk),
            "minimums": _list_minimums(place, own.get(place.pk, {})),
        }
        for place in scope.affiliations
    ]


def _list_minimums(place: Affiliation, own: Mapping[str, int]) -> list[Money]:
    """Return from how much on each currency is paid: the brand's minimum, or his own above it."""
    policy = PayoutPolicy.objects.filter(brand=place.brand_id).first() or PayoutPolicy()
    return [
        Money(max(minor, own.get(currency, 0)), currency)
        for currency, minor in sorted(policy.minimums.items())
    ]


def _row(payout: Payout) -> dict[str, Any]:
    return {
        "payout": payout,
        "sentence": say_own_payout(payout),
        "statement_url": _statement_url(payout),
    }


def _statement_url(payout: Payout) -> str:
    """Return the payout's own statement, or of the month it was paid in before there were any."""
    if payout.paid_at is None:
        return ""
    if hasattr(payout, "statement"):
        return reverse("payouts:issued", args=[payout.statement.public_id])
    month = payout.paid_at.astimezone(ZoneInfo(payout.brand.time_zone)).strftime("%Y-%m")
    args = [payout.affiliation.public_id, payout.currency, month]
    return reverse("payouts:statement", args=args)
