"""The statements a brand has issued to its creators, as pages and as files."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.access import get_brand_for
from brands.context import brand_page
from core.asked import read_text
from core.clock import brand_now
from core.downloads import send_sheet
from core.edges import door
from core.exports import Sheet
from core.paging import cut_page
from payouts.access import get_statement_for
from payouts.domain.statement import read_statement
from payouts.selectors_statements import list_statements_of_brand
from payouts.views._statement_page import COLUMNS, BrandLinks, list_cells, name_file, show_facts
from payouts.views._statement_pdf import send_pdf


@require_GET
@door
def list_of_brand(request: HttpRequest, slug: str) -> HttpResponse:
    """List what was issued, newest first, by creator and month."""
    access = get_brand_for(request.user, slug)
    asked = {name: read_text(request.GET, name) for name in ("q", "what")}
    rows = list_statements_of_brand(access.brand, search=asked["q"], what=asked["what"])
    page = cut_page(rows, before=request.GET.get("before", ""))
    context = brand_page(
        access,
        asked=asked,
        is_filtered=any(asked.values()),
        statements=page.rows,
        next_url=page.older_url(request.GET.dict()),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/brand_statement_list.html", context)


@require_GET
@door
def show_of_brand(request: HttpRequest, slug: str, statement_id: str) -> HttpResponse:
    """Show a statement as it was issued."""
    access = get_brand_for(request.user, slug)
    statement = get_statement_for(access, statement_id)
    facts = read_statement(statement.content)
    shown = show_facts(facts, statement.labels, BrandLinks(slug))
    context = brand_page(access, **shown, statement=statement, nav_current="payouts:run-list")
    return render(request, "payouts/brand_statement.html", context)


@require_GET
@door
def download_of_brand(request: HttpRequest, slug: str, statement_id: str) -> HttpResponseBase:
    """Return a statement as CSV: ISO dates, plain decimals, no cell a spreadsheet would run."""
    access = get_brand_for(request.user, slug)
    statement = get_statement_for(access, statement_id)
    facts = read_statement(statement.content)
    sheet = Sheet(
        name=name_file(facts, slug),
        headings=COLUMNS,
        rows=list_cells(facts, statement.labels, settings.SITE_URL, BrandLinks(slug)),
        zone=ZoneInfo(access.brand.time_zone),
    )
    return send_sheet(sheet, file_format="csv", now=brand_now(access.brand))


@require_GET
@door
def print_of_brand(request: HttpRequest, slug: str, statement_id: str) -> HttpResponse:
    """Return a statement as PDF."""
    access = get_brand_for(request.user, slug)
    return send_pdf(get_statement_for(access, statement_id), BrandLinks(slug))
