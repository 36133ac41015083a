"""Open the pages of a creator as he sees them, and leave them; he reads who did, and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_affiliation_for, list_viewings
from affiliates.forms_brand import ViewingForm
from affiliates.middleware import SESSION_KEY, find_viewing
from affiliates.services.viewing import LASTS, end_viewing, start_viewing
from brands.access import Right, get_brand_for, require
from brands.context import brand_page
from core.clock import brand_now
from core.edges import door, posted, see_other

SHOWN = 50


@door
@require_http_methods(["GET", "HEAD", "POST"])
def open_as(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Ask for the reason, then show what the creator sees."""
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    require(access, Right.MANAGE)
    form = ViewingForm(posted(request))
    if form.is_valid():
        _end_other(request)
        viewing = start_viewing(
            affiliation_id=affiliation.pk,
            reason=form.cleaned_data["reason"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        request.session[SESSION_KEY] = viewing.public_id
        return see_other(reverse("portal:creator-home"))
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        affiliation=affiliation,
        form=form,
        minutes=LASTS.seconds // 60,
        back_url=reverse("affiliates:creator-detail", args=[slug, creator_id]),
    )
    status = 422 if form.errors else 200
    return render(request, "affiliates/viewing_open.html", context, status=status)


@door
@require_POST
def leave(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Go back to the brand's own pages."""
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    _end_other(request)
    request.session.pop(SESSION_KEY, None)
    messages.success(request, _("You are back on the pages of your brand."))
    return see_other(reverse("affiliates:creator-detail", args=[slug, affiliation.public_id]))


@require_GET
@door
def show_viewings(request: HttpRequest) -> HttpResponse:
    """Show the creator who looked at his pages, when, and why."""
    context = {"rows": list_viewings(request.user)[:SHOWN]}
    return render(request, "affiliates/viewing_list.html", context)


def _end_other(request: HttpRequest) -> None:
    viewing = find_viewing(request)
    if viewing is not None:
        end_viewing(viewing_id=viewing.pk, now=brand_now(viewing.brand))
