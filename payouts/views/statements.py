"""A creator's statements: by month and currency, on a page, to print, and as CSV."""

import re
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from affiliates.access import get_affiliation_of
from affiliates.context import creator_page, read_scope
from core.access import NotFound
from core.clock import brand_now
from core.downloads import send_sheet
from core.edges import door
from core.exports import Cell, Sheet, amount
from payouts.selectors_statements import Line, Statement, find_statement, list_months
from payouts.wording import STATEMENT_PARTS

COLUMNS = ("date", "what", "order", "payout", "amount", "currency", "address")

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@require_GET
@door
def list_statements(request: HttpRequest) -> HttpResponse:
    """List the months in which something changed, by brand and currency."""
    scope = read_scope(request)
    context = creator_page(
        scope, months=list_months(scope.affiliations), nav_current="payouts:creator-payouts"
    )
    return render(request, "payouts/statement_list.html", context)


@require_GET
@door
def show_statement(
    request: HttpRequest, affiliation_id: str, currency: str, month: str
) -> HttpResponse:
    """Show one month: from the opening to the closing balance, entry by entry."""
    statement = _get_statement(request, affiliation_id, currency, month)
    brand = statement.month.affiliation.brand
    context = {
        "statement": statement,
        "sums": [(STATEMENT_PARTS[part], amount) for part, amount in statement.sums],
        "brand": brand,
        "zone": brand.time_zone,
        "now": brand_now(brand),
        "is_open": statement.month.month == brand_now(brand).date().replace(day=1),
        "nav_current": "payouts:creator-payouts",
    }
    return render(request, "payouts/statement.html", context)


@require_GET
@door
def download_statement(
    request: HttpRequest, affiliation_id: str, currency: str, month: str
) -> HttpResponseBase:
    """Return a month as CSV: ISO dates, plain decimals, no cell a spreadsheet would run."""
    statement = _get_statement(request, affiliation_id, currency, month)
    brand = statement.month.affiliation.brand
    sheet = Sheet(
        name=f"statement-{brand.slug}-{month}-{currency}",
        headings=COLUMNS,
        rows=_list_rows(statement),
        zone=ZoneInfo(brand.time_zone),
    )
    return send_sheet(sheet, file_format="csv", now=brand_now(brand))


def _get_statement(
    request: HttpRequest, affiliation_id: str, currency: str, month: str
) -> Statement:
    affiliation = get_affiliation_of(request.user, affiliation_id)
    match = _MONTH.fullmatch(month)
    if match is None or not _CURRENCY.fullmatch(currency):
        raise NotFound
    day = date(int(match[1]), int(match[2]), 1)
    statement = find_statement(affiliation=affiliation, currency=currency, month=day)
    if statement is None:
        raise NotFound
    return statement


def _list_rows(statement: Statement) -> Iterator[tuple[Cell, ...]]:
    month, currency = statement.month, statement.month.currency
    opening, closing = (amount(m, currency) for m in (month.opening_minor, month.closing_minor))
    yield (month.month, "opening", "", "", opening, currency, "")
    for line in statement.lines:
        order = line.commission.reference if line.commission else ""
        payout = line.payout.public_id if line.payout else ""
        value = amount(line.amount.amount_minor, currency)
        yield (line.at, line.kind.value, order, payout, value, currency, _address(line))
    yield ("", "closing", "", "", closing, currency, "")


def _address(line: Line) -> str:
    if line.commission:
        path = reverse("portal:commission-story", args=[line.commission.public_id])
    elif line.payout:
        path = reverse("payouts:creator-payout", args=[line.payout.public_id])
    else:
        return ""
    return settings.SITE_URL + path
