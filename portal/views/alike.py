"""Say that two creators who share something are two people."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from affiliates.access import get_affiliation_for
from affiliates.models import Affiliation
from affiliates.selectors_alike import Alike, find_alike
from affiliates.services.alike import AlreadyCleared
from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page
from core import formats
from core.clock import brand_now
from core.edges import door, posted, see_other
from portal.alike_words import name_shared
from tracking.forms_brand import NoteForm
from tracking.services.pairs import clear_pair


@door
@require_http_methods(["GET", "HEAD", "POST"])
def clear(request: HttpRequest, slug: str, creator_id: str, other_id: str) -> HttpResponse:
    """Show what two creators share; with a reason, record that they are two people."""
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    alike = _get_alike(access, affiliation, other_id)
    require(access, Right.MANAGE)
    url = reverse("affiliates:creator-detail", args=[slug, affiliation.public_id])
    form = NoteForm(posted(request))
    if form.is_valid():
        try:
            clear_pair(
                affiliation_id=affiliation.pk,
                other_id=alike.other.pk,
                reason=form.cleaned_data["reason"],
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except AlreadyCleared:
            messages.info(request, _("Somebody said so before you. Nothing was changed."))
        else:
            messages.success(request, _("Kept: they are two people. Reviews for it alone ended."))
        return see_other(url)
    facts = _describe(affiliation, alike, url)
    context = brand_page(access, nav_current="affiliates:creator-list", form=form, **facts)
    return render(request, "tracking/decision.html", context, status=422 if form.errors else 200)


def _get_alike(access: BrandAccess, affiliation: Affiliation, other_id: str) -> Alike:
    found = find_alike(access.brand.pk, [affiliation.pk]).get(affiliation.pk, [])
    alike = next((one for one in found if one.other.public_id == other_id), None)
    if alike is None:
        raise NotFound(other_id)
    return alike


def _describe(affiliation: Affiliation, alike: Alike, url: str) -> dict[str, Any]:
    return {
        "title": _("Two people, not one"),
        "text": _(
            "Orders from now on are not checked for it. Reviews that wait for it alone end; orders"
            " that were refused stay as they are, and you can credit them by hand."
        ),
        "facts": [
            (_("Creator"), formats.isolate(str(affiliation))),
            (_("Other creator"), formats.isolate(str(alike.other))),
            (_("In common"), name_shared(alike)),
        ],
        "button": _("They are two people"),
        "back_url": url,
    }
