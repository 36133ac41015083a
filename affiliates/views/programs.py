"""A creator's programs: those he is in, those he asked to join, terms to accept."""

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from affiliates.access import (
    find_affiliate,
    get_enrollment_for,
    list_enrollments,
    list_own_applications,
)
from affiliates.context import creator_page, read_scope
from affiliates.models import ApplicationStatus
from affiliates.selectors import list_terms_to_accept
from affiliates.services.errors import StaleTerms
from affiliates.services.membership import accept_terms
from brands.models import Ladder, Program
from brands.selectors import find_terms
from core.clock import brand_now
from core.edges import door, see_other

MAX_DIGITS = 6


@require_GET
@door
def show_programs(request: HttpRequest) -> HttpResponse:
    """Show his programs, what waits for him, and what he waits for."""
    scope, affiliate = read_scope(request), find_affiliate(request.user)
    due = dict(list_terms_to_accept(affiliate)) if affiliate else {}
    applications = list_own_applications(request.user)
    places = (
        list_enrollments(request.user)
        .filter(affiliation__in=scope.affiliations)
        .annotate(has_tiers=Exists(Ladder.objects.filter(program=OuterRef("program"))))
    )
    context = creator_page(
        scope,
        places=[(place, due.get(place)) for place in places],
        has_due=bool(due),
        applications=[
            application
            for application in applications
            if application.status != ApplicationStatus.APPROVED
        ],
    )
    return render(request, "affiliates/program_list.html", context)


@require_POST
@door
def accept(request: HttpRequest, enrollment_id: str) -> HttpResponse:
    """Accept the version of the terms that was shown."""
    place = get_enrollment_for(request.user, enrollment_id)
    try:
        place = accept_terms(
            enrollment_id=place.pk,
            terms_id=_find_terms_id(place.program, request.POST.get("version", "")),
            actor_id=request.user.pk or 0,
            now=brand_now(place.program.brand),
        )
    except StaleTerms:
        text = _("The terms were published anew meanwhile. Read the newest version, then accept.")
        messages.warning(request, text)
    else:
        text = _("You accepted version %(version)s of the terms.")
        messages.success(request, text % {"version": place.terms.version})
    return see_other(reverse("affiliates:program-list"))


def _find_terms_id(program: Program, version: str) -> int:
    """Return the terms of that version; 0, which is never the newest, where there are none."""
    is_number = version.isascii() and version.isdigit() and len(version) < MAX_DIGITS
    terms = find_terms(program, int(version)) if is_number else None
    return terms.pk if terms else 0
