"""How a brand shows itself to creators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.forms.identity import IdentityForm
from brands.services.identity import set_identity
from core.clock import brand_now
from core.edges import door, posted, see_other


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show name, shop and logo as creators see them, and change them."""
    access = get_brand_for(request.user, slug)
    brand = access.brand
    form = IdentityForm(
        posted(request),
        request.FILES or None,
        has_logo=bool(brand.logo_digest),
        initial={
            "name": brand.name,
            "site_url": brand.site_url,
            "claim_days": brand.claim_days,
        },
    )
    if request.method == "POST":
        require(access, Right.TEAM)
        if form.is_valid():
            set_identity(
                brand_id=brand.pk,
                identity=form.identity,
                actor_id=access.member.user_id,
                now=brand_now(brand),
            )
            messages.success(request, _("Saved. Creators see it at once."))
            return see_other(reverse("brands:identity", args=[slug]))
    context = brand_page(access, form=form, off=why_not(access, Right.TEAM))
    return render(request, "brands/identity.html", context, status=422 if form.is_bound else 200)
