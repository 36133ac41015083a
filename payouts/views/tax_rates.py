"""Where a brand pays tax and the rates it entered for its payouts."""

from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door, see_other
from payouts.access import get_tax_rate_for
from payouts.forms_tax import BrandPartyForm, TaxCountryForm, TaxRateForm
from payouts.models import TaxRate
from payouts.selectors_tax import find_settings, list_rates
from payouts.services.taxrates import (
    BrandParty,
    RateEnded,
    RateExists,
    add_tax_rate,
    end_tax_rate,
    set_tax_country,
    set_tax_party,
)


@require_http_methods(["GET", "POST"])
@door
def show_rates(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the rates and which of them stand today; a POST says where the brand pays tax."""
    needs = Right.MONEY if request.method == "POST" else Right.READ
    access = get_brand_for(request.user, slug, needs=needs)
    form = _country_form(access, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        set_tax_country(
            brand_id=access.brand.pk,
            country=form.cleaned_data["country"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("Saved. It holds for every payout planned from now on."))
        return see_other(reverse("payouts:tax-rates", args=[slug]))
    return _render(request, access, country=form)


@require_POST
@door
def set_party(request: HttpRequest, slug: str) -> HttpResponse:
    """Say who the brand is on the invoices it writes in creators' names."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    form = BrandPartyForm(request.POST, prefix="party", country=find_settings(access.brand).country)
    if not form.is_valid():
        return _render(request, access, party=form)
    set_tax_party(
        brand_id=access.brand.pk,
        party=BrandParty(**form.cleaned_data),
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    messages.success(request, _("Saved. It stands on every invoice from now on."))
    return see_other(reverse("payouts:tax-rates", args=[slug]))


@require_POST
@door
def add_rate(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a rate from a day on."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    form = TaxRateForm(request.POST, prefix="rate")
    if form.is_valid():
        try:
            add_tax_rate(
                brand_id=access.brand.pk,
                rate=form.read(),
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except RateExists:
            form.add_error(
                "starts_on", _("A rate of this kind and country begins that day already.")
            )
    if form.errors:
        return _render(request, access, rate=form)
    messages.success(request, _("Added. Payouts approved before keep their rates."))
    return see_other(reverse("payouts:tax-rates", args=[slug]))


@require_POST
@door
def end_rate(request: HttpRequest, slug: str, rate_id: str) -> HttpResponse:
    """Let a rate stand no longer from today on."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    rate = get_tax_rate_for(access, rate_id)
    try:
        end_tax_rate(rate_id=rate.pk, actor_id=access.member.user_id, now=brand_now(access.brand))
    except RateEnded:
        messages.error(request, _("Nothing was changed: the rate has ended already."))
    else:
        messages.success(request, _("The rate does not stand any more from today on."))
    return see_other(reverse("payouts:tax-rates", args=[slug]))


def _country_form(access: BrandAccess, data: QueryDict | None = None) -> TaxCountryForm:
    return TaxCountryForm(data, initial={"country": find_settings(access.brand).country})


def _render(
    request: HttpRequest,
    access: BrandAccess,
    *,
    country: TaxCountryForm | None = None,
    party: BrandPartyForm | None = None,
    rate: TaxRateForm | None = None,
) -> HttpResponse:
    """Show the page, with the form that was sent in place of a fresh one."""
    brand = access.brand
    today = brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()
    settings = find_settings(brand)
    context = brand_page(
        access,
        settings=settings,
        country_form=country or _country_form(access),
        party_form=party
        or BrandPartyForm(
            prefix="party", initial=model_to_dict(settings), country=settings.country
        ),
        rate_form=rate or TaxRateForm(prefix="rate"),
        rows=[{"rate": one, **_stand(one, today)} for one in list_rates(brand)],
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    has_errors = any(form is not None and form.errors for form in (country, party, rate))
    return render(request, "payouts/tax_rates.html", context, status=422 if has_errors else 200)


def _stand(rate: TaxRate, today: date) -> dict[str, bool]:
    return {
        "is_over": rate.ends_on is not None and rate.ends_on < today,
        "is_ahead": rate.starts_on > today,
    }
