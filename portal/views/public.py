"""Pages for anyone: what this installation is, its programs, their terms."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_GET

from affiliates.access import list_affiliations
from brands.access import find_member, list_brands_of
from brands.models import Program, ProgramStatus
from brands.selectors import find_latest_terms, find_terms, list_open_programs
from brands.selectors_terms import find_terms_in_force, list_coming_rules
from brands.wording import render_terms
from brands.wording_coming import describe_coming_for
from brands.wording_terms import describe_changes
from core.access import NotFound
from core.clock import brand_now, database_now
from core.edges import public_door
from core.paging import cut_page
from portal.access import get_program_page
from portal.compare import MOST, compare_offers, list_compared
from portal.goal_words import describe_goal
from portal.goals import read_shown
from portal.offer import list_offers, make_offer
from portal.selectors import Standing, find_standing

ON_LANDING = 6


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old to trust and that nothing was changed."""
    return render(request, "portal/csrf_failure.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what is wrong with a request that no page got to see, asking the database nothing.

    One that went wrong early knows no language: it is the browser's then, not the last reader's.
    """
    is_large = isinstance(exception, RequestDataTooBig)
    known = getattr(request, "LANGUAGE_CODE", None)
    with translation.override(known or translation.get_language_from_request(request)):
        context = {"is_large": is_large, "is_rtl": translation.get_language_bidi()}
        page = render_to_string("400.html", context)
    return HttpResponse(page, status=413 if is_large else 400)


@require_GET
def show_landing(request: HttpRequest) -> HttpResponse:
    """Say what this installation is, with its open programs."""
    offers = list_offers(list_open_programs()[:ON_LANDING], now=database_now())
    return render(request, "portal/landing.html", {"offers": offers})


@require_GET
@login_required
def show_home(request: HttpRequest) -> HttpResponse:
    """Send a person to where his work is; ask him where there are several places."""
    brands = list(list_brands_of(request.user))
    is_creator = list_affiliations(request.user).exists()
    if not brands:
        return redirect("portal:creator-home" if is_creator else "portal:directory")
    if len(brands) == 1 and not is_creator:
        return redirect("portal:brand-home", brands[0].slug)
    context = {"brands": brands, "is_creator": is_creator}
    return render(request, "portal/home.html", context)


@require_GET
def show_directory(request: HttpRequest) -> HttpResponse:
    """List the open programs, the newest first."""
    rows = list_open_programs().order_by("-pk")
    page = cut_page(rows, before=request.GET.get("before", ""))
    context = {
        "offers": list_offers(page.rows, now=database_now()),
        "next_url": page.older_url(request.GET.dict()),
        "most": MOST,
    }
    return render(request, "portal/directory.html", context)


@require_GET
def compare_programs(request: HttpRequest) -> HttpResponse:
    """Show up to four programs side by side; the address names them, so that it can be shared."""
    asked = request.GET.getlist("program")
    offers = list_compared(asked, now=database_now())
    context = {
        "offers": offers,
        "facts": compare_offers(offers),
        "most": MOST,
        "is_cut": len(set(asked)) > MOST,
        "is_missing": len(offers) < min(len(set(asked)), MOST),
        "nav_current": "portal:directory",
    }
    return render(request, "portal/compare.html", context)


@require_GET
@public_door
def show_program(request: HttpRequest, brand_slug: str, program_slug: str) -> HttpResponse:
    """Show what a program offers, and where the reader stands in it."""
    key = request.GET.get("key", "")
    program = get_program_page(request.user, brand_slug, program_slug, key=key)
    context = program_page(request, program, key)
    standing: Standing = context["standing"]
    context["goals"] = _list_goals(standing, program)
    _rules, coming = list_coming_rules(program, brand_now(program.brand))
    context["coming"] = describe_coming_for(
        program, coming, standing.enrollment.pk if standing.enrollment else None
    )
    return render(request, "portal/program.html", context)


@require_GET
@public_door
def show_terms(
    request: HttpRequest, brand_slug: str, program_slug: str, version: int
) -> HttpResponse:
    """Show a version of the terms, for ever readable, and what changed since the one before."""
    key = request.GET.get("key", "")
    program = get_program_page(request.user, brand_slug, program_slug, key=key)
    terms, earlier = find_terms(program, version), find_terms(program, version - 1)
    if terms is None:
        raise NotFound
    now = brand_now(program.brand)
    context = program_page(
        request,
        program,
        key,
        shown=terms,
        sentences=render_terms(terms.generated),
        earlier=earlier,
        lines=describe_changes(earlier, terms) if earlier else [],
        is_to_come=terms.effective_from > now,
        in_force=find_terms_in_force(program, now),
    )
    return render(request, "portal/terms.html", context)


def program_page(
    request: HttpRequest, program: Program, key: str, **context: Any
) -> dict[str, Any]:
    """Return what every page of a program shows; `query` keeps the key of a join address."""
    return {
        "program": program,
        "brand": program.brand,
        "offer": make_offer(program, now=brand_now(program.brand)),
        "terms": find_latest_terms(program),
        "standing": find_standing(request.user, program),
        "is_open": program.status == ProgramStatus.LIVE,
        "is_team": find_member(request.user, program.brand) is not None,
        "query": f"?key={key}" if key else "",
        "nav_current": "portal:directory",
        **context,
    }


def _list_goals(standing: Standing, program: Program) -> list[dict[str, Any]]:
    """Return the goals of a program that a member of it is shown."""
    if standing.enrollment is None:
        return []
    rows = read_shown([standing.enrollment.affiliation], now=brand_now(program.brand))
    return [describe_goal(row) for row in rows if row.goal.program_id == program.pk]
