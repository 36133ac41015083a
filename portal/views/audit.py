"""The audit log of a brand: all of it, for everybody in the team."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.access import get_brand_for
from brands.context import brand_page
from core.asked import read_text
from core.edges import door
from core.paging import cut_page
from portal.audit_log import FILTERS, describe_events, pick_events
from portal.audit_words import AREAS


@door
@require_GET
def list_events(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who did what, 50 a page, by person, part, thing and days."""
    access = get_brand_for(request.user, slug)
    brand, asked = access.brand, request.GET.dict()
    filters = {name: read_text(asked, name) for name in FILTERS}
    rows = pick_events(brand, filters)
    page = cut_page(rows, before=asked.get("before", ""))
    context = brand_page(
        access,
        lines=describe_events(page.rows, brand),
        next_url=page.older_url(asked),
        total=rows.order_by().count(),
        filters=filters,
        is_filtered=any(filters.values()),
        team=brand.members.select_related("user").order_by("pk"),
        areas=[(name, label) for name, (label, _prefixes) in AREAS.items()],
    )
    return render(request, "portal/audit_list.html", context)
