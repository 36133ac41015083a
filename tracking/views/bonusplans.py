"""Bonuses on the creator's side: what may be earned, how far he is, what is missing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from affiliates.access import list_enrollments
from affiliates.context import creator_page, read_scope
from core.edges import door
from tracking.selectors_bonuses import list_earned, list_own_progress
from tracking.wording.bonuses import tell_progress

SHOWN = 30


@door
@require_GET
def show_own_bonuses(request: HttpRequest) -> HttpResponse:
    """Show a creator the bonuses that run for him, and those he earned."""
    scope = read_scope(request)
    places = list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))
    earned = list(list_earned(scope.affiliations)[: SHOWN + 1])
    context = creator_page(
        scope,
        rows=[tell_progress(row) for row in list_own_progress(places, now=scope.now())],
        earned=earned[:SHOWN],
        has_more=len(earned) > SHOWN,
    )
    return render(request, "tracking/own_bonuses.html", context)
