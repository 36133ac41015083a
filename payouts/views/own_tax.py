"""What a creator declares for tax to each brand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import get_affiliation_of, list_affiliations
from core.clock import brand_now
from core.edges import door, see_other
from payouts.forms_tax import TaxForm
from payouts.models import TaxProfile
from payouts.services.tax import declare_tax


@require_GET
@door
def list_own(request: HttpRequest) -> HttpResponse:
    """Show to which brands he has declared."""
    places = list(list_affiliations(request.user).select_related("tax_profile"))
    if len(places) == 1:
        return see_other(reverse("payouts:tax-edit", args=[places[0].public_id]))
    return render(request, "payouts/tax_list.html", {"places": places})


@require_http_methods(["GET", "POST"])
@door
def edit_own(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Declare to one brand, or change what was declared."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    profile = TaxProfile.objects.filter(affiliation=affiliation).first()
    form = TaxForm(request.POST if request.method == "POST" else None, profile=profile)
    if request.method == "POST" and form.is_valid():
        declare_tax(
            affiliation_id=affiliation.pk,
            declaration=form.read(),
            actor_id=affiliation.affiliate.user_id,
            now=brand_now(affiliation.brand),
        )
        messages.success(request, _("Saved. Only people of the brand who pay can read it."))
        return see_other(reverse("payouts:tax-edit", args=[affiliation.public_id]))
    context = {
        "affiliation": affiliation,
        "brand": affiliation.brand,
        "profile": profile,
        "form": form,
        "nav_current": "payouts:creator-payouts",
    }
    return render(request, "payouts/tax_edit.html", context, status=422 if form.errors else 200)
