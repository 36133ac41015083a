"""Codes that may have leaked: the evidence, for somebody of the brand to judge."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.access import get_brand_for
from brands.context import brand_page
from core.clock import brand_now
from core.edges import door
from tracking.domain import leaks
from tracking.selectors_leaks import list_leaks


@door
@require_GET
def show_leaks(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the codes that show signs of a leak, and what the signs are."""
    access = get_brand_for(request.user, slug)
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        rows=list_leaks(access.brand, now=brand_now(access.brand)),
        share_days=leaks.SHARE_DAYS,
        least=leaks.MIN_ORDERS,
        above_bps=leaks.SHARE_ABOVE_BPS,
        times=leaks.BURST_TIMES,
        weeks=leaks.BURST_WEEKS,
    )
    return render(request, "tracking/code_leaks.html", context)
