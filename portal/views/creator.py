"""A creator's home, earnings, and programs side by side."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from affiliates.access import find_affiliate, list_enrollments, list_own_applications
from affiliates.context import Scope, creator_page, read_scope
from affiliates.models import ApplicationStatus, Enrollment
from affiliates.selectors import (
    list_codes,
    list_links,
    list_terms_to_accept,
)
from affiliates.selectors_resources import count_unread
from core.edges import door
from core.paging import cut_page
from core.periods import start_of_day
from portal.breakdown import DIMENSIONS, break_down
from portal.charts import chart_earned
from portal.clicks import list_click_rows
from portal.earnings import find_commissions, list_lost_orders, list_rows
from portal.forecast import list_forecasts
from portal.forms import EarningsFilter
from portal.goal_words import describe_goal
from portal.goals import read_shown
from portal.home import (
    list_releases,
    load_balances,
    load_period,
    make_program_tiles,
    make_tiles,
)
from portal.links import list_code_rows, list_link_rows
from portal.places import compare_places
from portal.tier_words import describe_place
from portal.tiers import read_places
from tracking.access import list_own_commissions
from tracking.models import WorkStatus
from tracking.selectors import sum_amounts
from tracking.selectors_bonuses import list_own_progress
from tracking.selectors_deliverables import list_open_offers, list_own_works
from tracking.wording.bonuses import tell_progress

LATEST = 5
PERIOD_DAYS = 30


@require_GET
@door
def show_home(request: HttpRequest) -> HttpResponse:
    """Show what is coming, when, and what is missing; `?program=` names one place alone."""
    scope = read_scope(request)
    offered = list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))
    place = _find_place(request, offered)
    places = [place] if place else offered
    if place:
        mine = tuple(one for one in scope.affiliations if one.pk == place.affiliation_id)
        scope = replace(scope, affiliations=mine)
    now = scope.now()
    balances = load_balances(scope)
    forecasts = list_forecasts(affiliations=scope.affiliations, balances=balances, now=now)
    period = load_period(scope, places, now=now)
    rows = find_commissions(
        list_own_commissions(request.user), scope, program=place.public_id if place else ""
    )
    context = creator_page(
        scope,
        forecasts=forecasts,
        tiles=make_program_tiles(rows) if place else make_tiles(scope, balances),
        releases=list_releases(scope, places, forecasts),
        period=period,
        charts=chart_earned(period),
        latest=list_rows(rows[:LATEST]),
        lost=list_lost_orders(places, now=now),
        news=count_unread(scope.affiliations),
        place=place,
        places=places,
        programs=[(one.public_id, _name(one)) for one in offered],
        places_of_brand=sum(one.affiliation_id == place.affiliation_id for one in offered)
        if place
        else 0,
        rows_query=_rows_query(scope, place),
        offers=list_open_offers(scope.affiliations, today=now.date()),
        works=list_own_works(scope.affiliations).filter(
            status__in=[WorkStatus.ACCEPTED, WorkStatus.CHANGES_ASKED]
        ),
        tiers=[describe_place(row, now=now) for row in read_places(places, now=now).values()],
        goals=[describe_goal(row) for row in read_shown(scope.affiliations, now=now)],
        bonuses=[tell_progress(row) for row in list_own_progress(places, now=now)],
        **_list_beginnings(request, places),
    )
    return render(request, "portal/creator_home.html", context)


@require_GET
@door
def show_earnings(request: HttpRequest) -> HttpResponse:
    """List commissions, or clicks, with the reason of each."""
    scope = read_scope(request)
    places = list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))
    form = EarningsFilter(
        request.GET or None, programs=[(place.public_id, _name(place)) for place in places]
    )
    tab = request.GET.get("tab", "")
    if tab == "clicks":
        found = _show_clicks(request, scope, form, places)
    elif tab in DIMENSIONS:
        found = _show_breakdown(scope, form, places, tab)
    else:
        tab, found = "", _show_commissions(request, scope, form)
    context = creator_page(
        scope,
        form=form,
        tab=tab,
        tabs=_list_tabs(request, scope, tab),
        has_filter=form.has_changed(),
        **found,
    )
    template = "portal/earnings_by.html" if tab in DIMENSIONS else "portal/earnings.html"
    return render(request, template, context)


@require_GET
@door
def compare_programs(request: HttpRequest) -> HttpResponse:
    """Show the creator's programs side by side."""
    scope = read_scope(request)
    places = list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))
    affiliate = find_affiliate(request.user)
    context = creator_page(
        scope,
        rows=compare_places(places, affiliate=affiliate, now=scope.now()),
        nav_current="affiliates:program-list",
    )
    return render(request, "portal/program_compare.html", context)


def _show_commissions(request: HttpRequest, scope: Scope, form: EarningsFilter) -> dict[str, Any]:
    rows = find_commissions(
        list_own_commissions(request.user),
        scope,
        program=form.value_of("program"),
        state=form.value_of("state"),
        kind=form.value_of("kind"),
    )
    page = cut_page(rows, before=request.GET.get("before", ""))
    return {
        "rows": list_rows(page.rows),
        "count": rows.count(),
        "sums": sum_amounts(rows),
        "next_url": page.older_url(request.GET.dict()),
    }


def _show_clicks(
    request: HttpRequest, scope: Scope, form: EarningsFilter, places: list[Enrollment]
) -> dict[str, Any]:
    program = form.value_of("program")
    chosen = [place for place in places if program in ("", place.public_id)]
    clicks = list_click_rows(
        chosen, before=request.GET.get("before", ""), now=scope.now(), zone=_zone(scope)
    )
    return {"clicks": clicks.rows, "next_url": clicks.older_url(request.GET.dict())}


def _show_breakdown(
    scope: Scope, form: EarningsFilter, places: list[Enrollment], by: str
) -> dict[str, Any]:
    program = form.value_of("program")
    chosen = [place for place in places if program in ("", place.public_id)]
    days, zone = int(form.value_of("days") or PERIOD_DAYS), _zone(scope)
    first = scope.now().astimezone(zone).date() - timedelta(days=days - 1)
    return {"breakdown": break_down(chosen, by=by, since=start_of_day(first, zone))}


def _list_tabs(
    request: HttpRequest, scope: Scope, current: str
) -> list[tuple[str, str, bool, None]]:
    brand = f"brand={scope.brand.slug}&" if scope.brand else ""
    labels = {
        "": _("Commissions"),
        "clicks": _("Clicks"),
        "link": _("By link"),
        "code": _("By code"),
        "sub": _("By sub-id"),
        "product": _("By product"),
    }
    return [
        (f"{request.path}?{brand}tab={name}", label, name == current, None)
        for name, label in labels.items()
    ]


def _find_place(request: HttpRequest, offered: list[Enrollment]) -> Enrollment | None:
    wanted = request.GET.get("program", "")
    return next((one for one in offered if one.public_id == wanted), None)


def _rows_query(scope: Scope, place: Enrollment | None) -> str:
    """Return the query of pages that show the rows of this one, open at its end."""
    asked = {"brand": scope.brand.slug} if scope.brand else {}
    asked |= {"program": place.public_id} if place else {}
    return f"{urlencode(asked)}&" if asked else ""


def _list_beginnings(request: HttpRequest, places: list[Enrollment]) -> dict[str, Any]:
    """Return what matters on the first days: applications, terms, a link and a code to share."""
    affiliate = find_affiliate(request.user)
    if affiliate is None:
        return {}
    applications = list_own_applications(request.user).filter(status=ApplicationStatus.SUBMITTED)
    due = [(place, terms) for place, terms in list_terms_to_accept(affiliate) if place in places]
    own = {place.affiliation for place in places}
    shown = {"enrollment__in": places}
    links = list_links(own).filter(**shown, archived_at__isnull=True)[:1]
    codes = list_codes(own).filter(**shown, disabled_at__isnull=True)[:1]
    return {
        "applications": list(applications),
        "terms_due": due,
        "link": next(iter(list_link_rows(links)), None),
        "code": next(iter(list_code_rows(codes)), None),
    }


def _name(place: Enrollment) -> str:
    return f"{place.program.brand.name}: {place.program.name}"


def _zone(scope: Scope) -> ZoneInfo:
    return ZoneInfo(scope.affiliations[0].brand.time_zone if scope.affiliations else "UTC")
