"""Invoices written in the creators' names: the brand's list, and each as PDF for both sides."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from core.asked import read_day, read_text
from core.edges import door
from core.paging import cut_page
from payouts.access import get_invoice_for, get_own_invoice
from payouts.selectors_tax import find_settings, list_invoices
from payouts.views._invoice_pdf import send_invoice


@require_GET
@door
def list_of_brand(request: HttpRequest, slug: str) -> HttpResponse:
    """List invoices and credit notes by number, newest first."""
    access = get_brand_for(request.user, slug)
    asked = {name: read_text(request.GET, name) for name in ("q", "what")}
    days = (read_day(request.GET, "from"), read_day(request.GET, "to"))
    rows = list_invoices(access.brand, search=asked["q"], what=asked["what"], days=days)
    page = cut_page(rows, before=request.GET.get("before", ""))
    context = brand_page(
        access,
        rows=page.rows,
        asked=asked,
        first=days[0],
        last=days[1],
        is_filtered=any([*asked.values(), *days]),
        next_url=page.older_url(request.GET.dict()),
        settings=find_settings(access.brand),
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/invoice_list.html", context)


@require_GET
@door
def print_of_brand(request: HttpRequest, slug: str, invoice_id: str) -> HttpResponse:
    """Return an invoice as PDF to whoever pays: the creator's name and address stand in it."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    return send_invoice(get_invoice_for(access, invoice_id))


@require_GET
@door
def print_own(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """Return to the creator what was written in his name."""
    return send_invoice(get_own_invoice(request.user, invoice_id))
