"""A creator's statements: what was issued, and months still open, as pages and as files."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from affiliates.access import get_affiliation_of
from affiliates.context import creator_page, read_scope
from affiliates.models import Affiliation
from core.access import NotFound
from core.clock import brand_now
from core.downloads import send_sheet
from core.edges import door, see_other
from core.exports import Sheet
from core.models import Brand
from core.paging import cut_page
from payouts.access import get_own_statement
from payouts.domain.statement import StatementFacts, read_statement
from payouts.models import Statement
from payouts.selectors_statements import (
    OpenMonth,
    find_open_month,
    list_open_months,
    list_statements,
    read_labels,
)
from payouts.views._statement_page import COLUMNS, OwnLinks, list_cells, name_file, show_facts
from payouts.views._statement_pdf import send_pdf

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@require_GET
@door
def list_own(request: HttpRequest) -> HttpResponse:
    """List what was issued, newest first, and before it the months still open."""
    scope = read_scope(request)
    before = request.GET.get("before", "")
    page = cut_page(list_statements(scope.affiliations), before=before)
    context = creator_page(
        scope,
        months=[] if before else list_open_months(scope.affiliations, now=scope.now()),
        statements=page.rows,
        next_url=page.older_url(request.GET.dict()),
        nav_current="payouts:creator-payouts",
    )
    return render(request, "payouts/statement_list.html", context)


@require_GET
@door
def show_issued(request: HttpRequest, statement_id: str) -> HttpResponse:
    """Show a statement as it was issued."""
    statement = get_own_statement(request.user, statement_id)
    facts = read_statement(statement.content)
    shown = show_facts(facts, statement.labels, OwnLinks())
    context = _page(statement.brand, shown, statement=statement)
    return render(request, "payouts/statement.html", context)


@require_GET
@door
def download_issued(request: HttpRequest, statement_id: str) -> HttpResponseBase:
    """Return a statement as CSV: ISO dates, plain decimals, no cell a spreadsheet would run."""
    statement = get_own_statement(request.user, statement_id)
    facts = read_statement(statement.content)
    return _send(statement.brand, facts, statement.labels)


@require_GET
@door
def print_issued(request: HttpRequest, statement_id: str) -> HttpResponse:
    """Return a statement as PDF."""
    return send_pdf(get_own_statement(request.user, statement_id), OwnLinks())


@require_GET
@door
def show_month(
    request: HttpRequest, affiliation_id: str, currency: str, month: str
) -> HttpResponse:
    """Show a month so far; once it is closed, lead to the statement that was issued."""
    affiliation, day = _read_address(request, affiliation_id, currency, month)
    issued = Statement.objects.filter(affiliation=affiliation, currency=currency, month=day)
    if (statement := issued.only("public_id").first()) is not None:
        return see_other(reverse("payouts:issued", args=[statement.public_id]))
    found = _get_open(affiliation, currency, day)
    shown = show_facts(found.facts, _labels(found), OwnLinks())
    context = _page(affiliation.brand, shown, affiliation=affiliation)
    return render(request, "payouts/statement.html", context)


@require_GET
@door
def download_month(
    request: HttpRequest, affiliation_id: str, currency: str, month: str
) -> HttpResponseBase:
    """Return a month that is still open as CSV."""
    affiliation, day = _read_address(request, affiliation_id, currency, month)
    found = _get_open(affiliation, currency, day)
    return _send(affiliation.brand, found.facts, _labels(found))


def _page(brand: Brand, shown: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        **shown,
        **more,
        "brand": brand,
        "zone": brand.time_zone,
        "now": brand_now(brand),
        "nav_current": "payouts:creator-payouts",
    }


def _send(brand: Brand, facts: StatementFacts, labels: Mapping[str, Any]) -> HttpResponseBase:
    sheet = Sheet(
        name=name_file(facts, brand.slug),
        headings=COLUMNS,
        rows=list_cells(facts, labels, settings.SITE_URL, OwnLinks()),
        zone=ZoneInfo(brand.time_zone),
    )
    return send_sheet(sheet, file_format="csv", now=brand_now(brand))


def _read_address(
    request: HttpRequest, affiliation_id: str, currency: str, month: str
) -> tuple[Affiliation, date]:
    affiliation = get_affiliation_of(request.user, affiliation_id)
    match = _MONTH.fullmatch(month)
    if match is None or not _CURRENCY.fullmatch(currency):
        raise NotFound
    return affiliation, date(int(match[1]), int(match[2]), 1)


def _get_open(affiliation: Affiliation, currency: str, month: date) -> OpenMonth:
    found = find_open_month(
        affiliation=affiliation, currency=currency, month=month, now=brand_now(affiliation.brand)
    )
    if found is None:
        raise NotFound
    return found


def _labels(found: OpenMonth) -> dict[str, Any]:
    return read_labels(found.affiliation.brand, [found.facts])[found.facts.affiliation]
