"""The page on which a creator says from how much on a brand should pay."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from affiliates.access import get_affiliation_of
from brands.models import PayoutPolicy
from core.clock import brand_now
from core.edges import door, posted, see_other
from payouts.forms import OwnMinimumForm
from payouts.selectors import list_own_minimums
from payouts.services.minimums import BelowTheBrands, set_own_minimums


@require_http_methods(["GET", "POST"])
@door
def edit_minimum(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Set one's own minimum for each currency the brand pays in."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    brands = PayoutPolicy.objects.get(brand=affiliation.brand_id).minimums
    own = list_own_minimums([affiliation.pk]).get(affiliation.pk, {})
    form = OwnMinimumForm(posted(request), brands=brands, initial=own)
    if request.method == "POST" and form.is_valid():
        try:
            set_own_minimums(
                affiliation_id=affiliation.pk,
                amounts=form.cleaned_data,
                actor_id=affiliation.affiliate.user_id,
                now=brand_now(affiliation.brand),
            )
        except BelowTheBrands as refusal:
            form.add_error(refusal.currency, _("This is below what the brand pays from."))
        else:
            messages.success(request, _("Saved. It holds from the next payout run on."))
            return see_other(reverse("payouts:creator-payouts"))
    context = {"affiliation": affiliation, "brand": affiliation.brand, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "payouts/minimum.html", context, status=status)
