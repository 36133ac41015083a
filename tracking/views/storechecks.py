"""The comparison of a store with its shop: its checks, what they found, what is done about it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, Right, get_brand_for, get_connection_for
from brands.context import brand_page, why_not
from brands.models import StoreConnection
from core.access import get_by_public_id
from core.asked import read_text
from core.clock import brand_now, database_now
from core.downloads import send_sheet
from core.edges import door, posted, see_other
from core.exports import Cell, Sheet
from core.formats import number_text
from core.money import to_decimal
from core.wording import Reader, current_language
from tracking.checkwords import count_compared, list_left_out, say_check, say_finding
from tracking.domain import storecheck
from tracking.domain.storecheck import FIELDS
from tracking.forms_checks import DaysForm, DismissForm, FileDaysForm
from tracking.integrations import list_polled
from tracking.models import FindingKind, FindingState, StoreCheck, StoreFinding
from tracking.reader import brand_reader
from tracking.selectors_checks import count_live, find_agreement, list_findings, pick_findings
from tracking.services import filechecks, reingesting, storechecks, storefindings, uploads
from tracking.views._store_tabs import list_store_tabs

NAV = "brands:connection-list"
PAGE = 50
SHOWN_CHECKS = 20
HEADINGS = (
    *("order_id", "number", "kind", "state", "found_at", "closed_at", "differs", "reason"),
    *(f"{side}_{name}" for side in ("shop", "here") for name in FIELDS),
)


@require_http_methods(["GET", "POST"])
@door
def show_checks(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Show what stands open at a store and its last checks; POST has it compared."""
    is_sent = request.method == "POST"
    access = get_brand_for(request.user, slug, Right.MANAGE if is_sent else Right.READ)
    connection = get_connection_for(access, connection_id)
    now = brand_now(access.brand)
    today = now.astimezone(ZoneInfo(access.brand.time_zone)).date()
    form = DaysForm(posted(request), today=today)
    if is_sent and _can_ask(connection) and form.is_valid():
        asked = storechecks.Asked(form.cleaned_data["since"], form.cleaned_data["until"])
        check = _begin(request, access, connection, asked)
        return see_other(_url("check-detail", connection, check) if check else request.path)
    reader = brand_reader(access.brand)
    rows = storechecks.list_checks(connection)[:SHOWN_CHECKS]
    context = brand_page(
        access,
        connection=connection,
        form=form,
        can_ask=_can_ask(connection),
        checks=[(row, say_check(row, reader)) for row in rows],
        agreement=find_agreement(connection),
        off=why_not(access, Right.MANAGE),
        upload_off=why_not(access, Right.CLEAR),
        tabs=list_store_tabs(access, connection, "checks"),
        nav_current=NAV,
        **_read_findings(request, connection, reader, None),
    )
    status = 422 if form.errors else 200
    return render(request, "tracking/check_list.html", context, status=status)


@require_GET
@door
def show_check(request: HttpRequest, slug: str, connection_id: str, check_id: str) -> HttpResponse:
    """Show one check with what it found last."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    check = get_by_public_id(storechecks.list_checks(connection), check_id)
    reader = brand_reader(access.brand)
    context = brand_page(
        access,
        connection=connection,
        check=check,
        sentence=say_check(check, reader),
        compared=count_compared(check) or check.done,
        found=sum(check.counts.get(kind, 0) for kind in storecheck.KINDS),
        left_out=list_left_out(check),
        off=why_not(access, Right.MANAGE),
        upload_off=why_not(access, Right.CLEAR),
        nav_current=NAV,
        **_read_findings(request, connection, reader, check),
    )
    response = render(request, "tracking/check_detail.html", context)
    if "watch" in request.GET and check.ended_at is not None:
        response["HX-Refresh"] = "true"  # what the page waited for has come
    return response


@require_http_methods(["GET", "POST"])
@door
def compare_file(
    request: HttpRequest, slug: str, connection_id: str, upload_id: str
) -> HttpResponse:
    """Choose the days an uploaded file is compared over; POST compares, and takes nothing of it."""
    access = get_brand_for(request.user, slug, Right.CLEAR)
    connection = get_connection_for(access, connection_id)
    upload = get_by_public_id(uploads.list_uploads(connection), upload_id)
    today = brand_now(access.brand).astimezone(ZoneInfo(access.brand.time_zone)).date()
    form = FileDaysForm(posted(request), today=today)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = storechecks.Asked(data["since"], data["until"], upload, data["is_whole"])
        check = _begin(request, access, connection, asked)
        return see_other(_url("check-detail", connection, check) if check else request.path)
    context = brand_page(access, connection=connection, upload=upload, form=form, nav_current=NAV)
    status = 422 if form.errors else 200
    return render(request, "tracking/check_file.html", context, status=status)


@require_POST
@door
def fetch(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Bring in the shop's orders: of one finding (`finding`), or all of a kind (`kind`)."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    rows = reingesting.list_to_fetch(connection).filter(seen_in__upload=None)
    count = 0
    if _can_ask(connection):
        count = reingesting.ask(
            connection=connection,
            finding_ids=_pick_asked(request, rows).values_list("pk", flat=True),
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
    said = ngettext(
        "%(count)s order is fetched from the shop, within a minute.",
        "%(count)s orders are fetched from the shop, within a minute.",
        count,
    )
    shown = number_text(count, language=current_language())
    messages.success(request, said % {"count": shown})
    return see_other(_url("check-list", connection))


@require_POST
@door
def take(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Make an upload of the rows of a file, to be looked at; one finding's or all of a kind."""
    access = get_brand_for(request.user, slug, Right.CLEAR)
    connection = get_connection_for(access, connection_id)
    rows = _pick_asked(request, list_findings(connection))
    try:
        upload = filechecks.take_rows(
            connection=connection,
            findings=list(rows.filter(state=FindingState.OPEN, seen_in__upload__isnull=False)),
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
    except filechecks.NothingToTake:
        messages.error(request, _("The file is not kept any more. Upload it again."))
        return see_other(_url("check-list", connection))
    return see_other(_url("upload-detail", connection, upload))


@require_POST
@door
def dismiss(request: HttpRequest, slug: str, connection_id: str, finding_id: str) -> HttpResponse:
    """Let a finding be, with the reason."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    row = get_by_public_id(StoreFinding.objects.filter(connection=connection), finding_id)
    form = DismissForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was dismissed: write the reason."))
        return see_other(_url("check-list", connection))
    try:
        storefindings.dismiss(
            finding_id=row.pk,
            actor_id=access.member.user_id,
            reason=form.cleaned_data["reason"],
            now=brand_now(access.brand),
        )
    except storefindings.NotOpen:
        messages.info(request, _("It was settled or dismissed meanwhile."))
    else:
        messages.success(request, _("Dismissed. It comes up again only if its figures change."))
    return see_other(_url("check-list", connection))


@require_GET
@door
def download_findings(request: HttpRequest, slug: str, connection_id: str) -> HttpResponseBase:
    """Give the findings under the filters of the address as CSV."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    rows = pick_findings(connection, request.GET.dict())
    zone = ZoneInfo(access.brand.time_zone)
    sheet = Sheet("orders-compared", HEADINGS, map(_to_row, rows.iterator(500)), zone)
    return send_sheet(sheet, file_format="csv", now=brand_now(access.brand))


def _begin(
    request: HttpRequest,
    access: BrandAccess,
    connection: StoreConnection,
    asked: storechecks.Asked,
) -> StoreCheck | None:
    try:
        return storechecks.ask_check(
            connection=connection,
            asked=asked,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
    except storechecks.CheckRuns:
        messages.info(request, _("This store is being compared already."))
        return None


def _can_ask(connection: StoreConnection) -> bool:
    """Tell whether the shop can be asked for its orders."""
    is_on = connection.api_key is not None and connection.is_active
    return is_on and connection.platform in list_polled()


def _pick_asked(request: HttpRequest, rows: QuerySet[StoreFinding]) -> QuerySet[StoreFinding]:
    """Narrow findings to the one or the kind that a form names; to none where it names neither."""
    finding, kind = request.POST.get("finding", ""), request.POST.get("kind", "")
    if finding:
        return rows.filter(public_id=finding.replace("\0", ""))
    return rows.filter(kind=kind) if kind in FindingKind.values else rows.none()


def _read_findings(
    request: HttpRequest,
    connection: StoreConnection,
    reader: Reader,
    check: StoreCheck | None,
) -> dict[str, Any]:
    asked = request.GET.dict()
    if check is not None:
        asked["check"] = check.public_id
    rows = pick_findings(connection, asked)
    total = rows.order_by().count()
    before = asked.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    has_keys = _can_ask(connection)
    said = [say_finding(row, reader, has_keys=has_keys) for row in page[:PAGE]]
    query = {name: read_text(asked, name) for name in ("kind", "state", "q")}
    groups = [(kind, [one for one in said if one.row.kind == kind.value]) for kind in FindingKind]
    return {
        "groups": [(kind, rows) for kind, rows in groups if rows],
        "total": total,
        "kinds": FindingKind,
        "states": FindingState,
        "filters": query,
        "is_filtered": any(query.values()),
        "is_waiting": any(one.row.state == FindingState.QUEUED for one in said),
        "cursor": page[PAGE - 1].pk if len(page) > PAGE else None,
        "sheet_query": urlencode({**query, "check": check.public_id if check else ""}),
        "fetchable": {one.row.kind for one in said if one.can_fetch},
        "takeable": {one.row.kind for one in said if one.can_take},
        "live": count_live(connection),
    }


def _to_row(row: StoreFinding) -> list[Cell]:
    facts: list[Cell] = [row.external_order_id, row.number, row.kind, row.state]
    facts += [row.found_at, row.closed_at, " ".join(row.fields), row.reason]
    return facts + [_to_cell(side, name) for side in (row.told, row.here) for name in FIELDS]


def _to_cell(side: Mapping[str, Any], name: str) -> Cell:
    value: Cell = side.get(name)
    is_amount = isinstance(value, int) and name in storecheck.AMOUNTS
    return to_decimal(side[name], side["currency"]) if is_amount else value


def _url(name: str, connection: StoreConnection, row: Any = None) -> str:
    args = [connection.brand.slug, connection.public_id, *([row.public_id] if row else [])]
    return reverse(f"tracking:{name}", args=args)
