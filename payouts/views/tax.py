"""What a brand knows of its creators for tax: who has declared, and the declarations."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from core.asked import read_text
from core.clock import brand_now
from core.edges import door, see_other
from core.paging import cut_page
from payouts.access import get_tax_profile_for
from payouts.models import TaxSettings
from payouts.selectors_tax import (
    find_latest_documents,
    find_settings,
    holds,
    list_creators_by_tax,
)
from payouts.services.tax import open_profile, require_profiles


@require_GET
@door
def list_of_brand(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who has declared, who has not, and whether payouts wait for it."""
    access = get_brand_for(request.user, slug)
    brand = access.brand
    today = brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()
    asked = {name: read_text(request.GET, name) for name in ("q", "what")}
    creators = list_creators_by_tax(brand, search=asked["q"], what=asked["what"])
    page = cut_page(creators, before=request.GET.get("before", ""))
    documents = find_latest_documents([one.pk for one in page.rows])
    rows = [
        (one, profile, profile is not None and holds(profile, today), documents.get(one.pk))
        for one in page.rows
        for profile in [getattr(one, "tax_profile", None)]
    ]
    context = brand_page(
        access,
        rows=rows,
        asked=asked,
        is_filtered=any(asked.values()),
        next_url=page.older_url(request.GET.dict()),
        settings=find_settings(brand),
        today=today,
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/brand_tax.html", context)


@require_POST
@door
def require(request: HttpRequest, slug: str) -> HttpResponse:
    """Let payouts wait for declarations, or not."""
    return switch_gate(
        request,
        slug,
        service=require_profiles,
        said_on=_("From now on payouts wait for a declaration."),
        said_off=_("Payouts do not wait for declarations any more."),
    )


def switch_gate(
    request: HttpRequest,
    slug: str,
    *,
    service: Callable[..., TaxSettings],
    said_on: str,
    said_off: str,
) -> HttpResponse:
    """Set what payouts wait for, as the button says, and go back to where it stands."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    is_on = request.POST.get("is_on") == "1"
    service(
        brand_id=access.brand.pk,
        is_on=is_on,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    messages.success(request, said_on if is_on else said_off)
    return see_other(reverse("payouts:brand-tax", args=[slug]))


@require_http_methods(["GET", "POST"])
@door
def show_profile(request: HttpRequest, slug: str, tax_id: str) -> HttpResponse:
    """Show that a creator has declared; what it says only when asked for, which is on record."""
    needs = Right.MONEY if request.method == "POST" else Right.READ
    access = get_brand_for(request.user, slug, needs=needs)
    profile = get_tax_profile_for(access, tax_id)
    details = None
    if request.method == "POST":
        details = open_profile(
            profile_id=profile.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    context = brand_page(
        access,
        profile=profile,
        details=details,
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/brand_tax_profile.html", context)
