"""Find things of a brand: all its links and codes, and anything by its id or a word."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from affiliates.selectors import list_waiting_applications
from affiliates.selectors_applications import pick_applications
from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.selectors import list_programs
from core.asked import read_text
from core.clock import brand_now
from core.edges import door
from core.paging import cut_page
from payouts.selectors import search_payouts
from portal.creators import pick_creators
from portal.links import list_code_rows, list_link_rows
from portal.shared import FILTERS, pick_codes, pick_links
from tracking.filters import pick_orders, search_commissions
from tracking.selectors_leaks import find_leaky
from tracking.selectors_linkchecks import sum_looks

SHOWN = 5


@door
@require_GET
def show_shared(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all links, or all codes, of a brand's creators with what they brought."""
    access = get_brand_for(request.user, slug)
    brand, asked = access.brand, request.GET.dict()
    is_codes = asked.get("kind") == "codes"
    filters = {name: read_text(asked, name) for name in FILTERS}
    before = asked.get("before", "")
    context: dict[str, Any] = {}
    if is_codes:
        codes = pick_codes(brand, asked)
        code_page = cut_page(codes, before=before)
        context = {"rows": list_code_rows(code_page.rows), "total": codes.order_by().count()}
        context["leaky"] = find_leaky(brand, now=brand_now(brand))
        context["next_url"] = code_page.older_url(asked)
    else:
        links = pick_links(brand, asked)
        link_page = cut_page(links, before=before)
        context = {"rows": list_link_rows(link_page.rows), "total": links.order_by().count()}
        context["next_url"] = link_page.older_url(asked)
        context["looks"] = sum_looks(brand)
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        is_codes=is_codes,
        filters=filters,
        is_filtered=any(filters.values()),
        programs=list(list_programs(brand)),
        waiting=list_waiting_applications(brand).count(),
        manage_off=why_not(access, Right.MANAGE),
        **context,
    )
    return render(request, "portal/shared_list.html", context)


@door
@require_GET
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what fits a word or an id, of each kind the first few, with the way to all of them."""
    access = get_brand_for(request.user, slug)
    text = read_text(request.GET.dict(), "q")
    found = _list_found(access, text) if text else []
    context = brand_page(access, text=text, found=found)
    return render(request, "portal/search.html", context)


def _list_found(access: BrandAccess, text: str) -> list[dict[str, Any]]:
    brand, asked = access.brand, {"q": text}
    orders, payouts = pick_orders(brand, asked), search_payouts(brand, text)
    shared = reverse("affiliates:shared-list", args=[brand.slug])
    kinds: list[tuple[str, Any, str, str]] = [
        (
            "creator",
            pick_creators(brand, asked),
            _("Creators"),
            _url("affiliates:creator-list", access),
        ),
        (
            "application",
            pick_applications(brand, asked),
            _("Applications"),
            _url("affiliates:application-list", access),
        ),
        ("order", orders, _("Orders"), _url("tracking:order-list", access)),
        (
            "commission",
            search_commissions(brand, text),
            _("Commissions"),
            f"{_url('tracking:commission-list', access)}?tab=all",
        ),
        ("link", pick_links(brand, asked), _("Links"), shared),
        ("code", pick_codes(brand, asked), _("Codes"), f"{shared}?kind=codes"),
        ("payout", payouts, _("Payouts"), ""),
    ]
    groups = []
    for name, rows, title, url in kinds:
        first = list(rows[: SHOWN + 1])
        if first:
            has_more = len(first) > SHOWN
            groups.append(
                {
                    "name": name,
                    "title": title,
                    "rows": first[:SHOWN],
                    "all_url": url if has_more else "",
                }
            )
    return groups


def _url(name: str, access: BrandAccess) -> str:
    return reverse(name, args=[access.brand.slug])
