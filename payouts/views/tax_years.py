"""A calendar year of payouts for tax: the brand's creators and thresholds, and a creator's own."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from affiliates.access import get_affiliation_of
from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page, why_not
from core.asked import read_text
from core.clock import brand_now
from core.downloads import send_sheet
from core.edges import door, see_other
from core.exports import Cell, Sheet, amount
from core.models import Brand
from payouts.access import get_threshold_for
from payouts.forms_tax import ThresholdForm
from payouts.selectors_years import (
    YearTotal,
    list_thresholds,
    list_year_totals,
    list_years,
    pick_year,
    sum_countries,
)
from payouts.services.taxrates import ThresholdExists, add_threshold, drop_threshold

SHOWN = 200
COLUMNS = (
    *("year", "creator", "creator_name", "country", "currency", "payouts"),
    *("commission", "vat", "withheld", "sent", "threshold", "due"),
)


@require_GET
@door
def show_year(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what each creator was paid in a year, and who is over a threshold."""
    return _render(request, get_brand_for(request.user, slug), ThresholdForm(prefix="threshold"))


@require_GET
@door
def download_year(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return the whole year as CSV."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    brand, now = access.brand, brand_now(access.brand)
    year = _read_year(request, brand)
    totals = list_year_totals(brand=brand, year=year)
    sheet = Sheet(
        name=f"tax-{slug}-{year}",
        headings=COLUMNS,
        rows=(_cells(one, year) for one in totals),
        zone=ZoneInfo(brand.time_zone),
    )
    return send_sheet(sheet, file_format="csv", now=now)


@require_POST
@door
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a threshold."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    form = ThresholdForm(request.POST, prefix="threshold")
    if form.is_valid():
        try:
            add_threshold(
                brand_id=access.brand.pk,
                threshold=form.read(),
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except ThresholdExists:
            form.add_error("amount", _("This threshold is there already."))
    if form.errors:
        return _render(request, access, form)
    messages.success(request, _("Added. Whoever is at or over it is marked."))
    return see_other(reverse("payouts:tax-years", args=[slug]))


@require_POST
@door
def drop(request: HttpRequest, slug: str, threshold_id: str) -> HttpResponse:
    """Take a threshold away."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    threshold = get_threshold_for(access, threshold_id)
    drop_threshold(
        threshold_id=threshold.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
    )
    messages.success(request, _("The threshold is gone."))
    return see_other(reverse("payouts:tax-years", args=[slug]))


@require_GET
@door
def show_own(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Show a creator what one brand paid him in a year."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    brand = affiliation.brand
    year = _read_year(request, brand)
    context = {
        "affiliation": affiliation,
        "brand": brand,
        "year": str(year),
        "years": [str(one) for one in list_years(brand=brand, now=brand_now(brand))],
        "totals": list_year_totals(brand=brand, year=year, party=affiliation.pk),
        "nav_current": "payouts:creator-payouts",
    }
    return render(request, "payouts/own_year.html", context)


def _render(request: HttpRequest, access: BrandAccess, form: ThresholdForm) -> HttpResponse:
    brand = access.brand
    year = _read_year(request, brand)
    asked = {name: read_text(request.GET, name) for name in ("q", "what")}
    totals = list_year_totals(brand=brand, year=year, search=asked["q"], what=asked["what"])
    is_filtered = any(asked.values())
    every = list_year_totals(brand=brand, year=year) if is_filtered else totals
    context = brand_page(
        access,
        year=str(year),
        years=[str(one) for one in list_years(brand=brand, now=brand_now(brand))],
        asked=asked,
        is_filtered=is_filtered,
        countries=sum_countries(every),
        totals=totals[:SHOWN],
        count=len(totals),
        has_more=len(totals) > SHOWN,
        thresholds=list(list_thresholds(brand)),
        form=form,
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/tax_years.html", context, status=422 if form.errors else 200)


def _read_year(request: HttpRequest, brand: Brand) -> int:
    return pick_year(brand=brand, text=read_text(request.GET, "year"), now=brand_now(brand))


def _cells(one: YearTotal, year: int) -> tuple[Cell, ...]:
    reached, currency = one.reached, one.commission.currency
    return (
        year,
        one.affiliation.public_id,
        str(one.affiliation),
        one.country,
        currency,
        one.payouts,
        *(
            amount(m.amount_minor, currency)
            for m in (one.commission, one.vat, one.withheld, one.sent)
        ),
        amount(reached.amount_minor, currency) if reached else None,
        reached.note if reached else "",
    )
