"""The page on which a brand writes off by hand what it would recover from a creator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from affiliates.access import get_affiliation_for
from brands.access import Right, get_brand_for
from brands.context import brand_page
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.money import Money
from payouts.forms import WriteOffForm
from payouts.selectors_recovery import list_recoveries
from payouts.services.write_offs import AmountChanged, NothingToWriteOff, write_off_by_hand


@require_http_methods(["GET", "POST"])
@door
def write_off(request: HttpRequest, slug: str, affiliation_id: str, currency: str) -> HttpResponse:
    """Ask why, then write off all that is to recover in one currency."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    affiliation = get_affiliation_for(access, affiliation_id)
    back_url = reverse("affiliates:creator-detail", args=[slug, affiliation.public_id])
    found = list_recoveries(brand=access.brand, affiliation_ids=[affiliation.pk])
    left = [one for one in found if one.amount.currency == currency]
    total = Money(sum(one.amount.amount_minor for one in left), currency)
    form = WriteOffForm(posted(request), initial={"seen_minor": total.amount_minor})
    if not left:
        messages.info(request, _("Nothing is to recover from this creator in this currency."))
        return see_other(back_url)
    if request.method == "POST" and form.is_valid():
        try:
            write_off_by_hand(
                affiliation_id=affiliation.pk,
                currency=currency,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
                **form.cleaned_data,
            )
        except (AmountChanged, NothingToWriteOff):
            text = _(
                "Nothing was written off: the amount has changed, or the creator is suspended."
            )
            messages.error(request, text)
        else:
            messages.success(request, _("Written off. Both sides see it."))
        return see_other(back_url)
    context = brand_page(
        access,
        affiliation=affiliation,
        total=total,
        form=form,
        back_url=back_url,
        nav_current="affiliates:creator-list",
    )
    status = 422 if form.is_bound else 200
    return render(request, "payouts/write_off.html", context, status=status)
