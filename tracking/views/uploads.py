"""Upload orders in a file: choose it, look at what it would do, take it, watch it being taken."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, get_connection_for
from brands.context import brand_page
from core.access import get_by_public_id
from core.clock import brand_now, database_now
from core.downloads import send_sheet
from core.edges import door, posted, see_other
from core.exports import Sheet
from core.models import InboundStatus
from core.wording import Reader
from tracking.domain.findings import Findings
from tracking.domain.sheetcells import (
    Kind,
    RowError,
    SheetRefused,
    guess_columns,
    guess_options,
    read_headers,
)
from tracking.domain.sheetfields import FIELDS, REFUND_FIELDS
from tracking.forms_uploads import OptionsForm, UploadForm, initial_of
from tracking.models import OrderUpload
from tracking.services import uploadplans, uploads
from tracking.tasks import work_on_upload
from tracking.wording import explain

NAV = "brands:connection-list"
AT_ONCE_BYTES = 64 * 1024  # some hundred orders: less than two seconds
SHOWN_ERRORS = 200
SHOWN_FILES = 20
TEMPLATE_ROW = (
    "A-1001,1001,2026-03-02 10:00:00 +0100,2026-03-02 10:00:41 +0100,,paid,EUR,112.90,12.00,17.10,"
    "4.90,0.00,LENA10,,shopper@example.com,DE,1,lamp,L-1,Desk lamp,2,102.90,12.00,17.10"
)
TOLD_BY: dict[Kind, str] = {"orders": "total", "refunds": "refund_id"}  # a field of this form alone
REFUND_ROW = "R-1,A-1001,20.00,EUR,2026-03-09 16:20:00 +0100,Lamp came broken"


@require_http_methods(["GET", "POST"])
@door
def upload(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Take a file; nothing of it counts before it was looked at."""
    access = get_brand_for(request.user, slug, Right.CLEAR)
    connection = get_connection_for(access, connection_id)
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        body = file.read()
        try:
            options = guess_options(body)
        except SheetRefused as refused:
            form.add_error("file", _explain(access.brand.time_zone, f"upload.{refused.code}"))
        else:
            kept = uploads.keep_upload(
                connection=connection,
                file_name=file.name,
                body=body,
                options=options,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
                real_now=database_now(),
            )
            _begin(kept)
            return see_other(_url(slug, connection_id, kept))
    rows = uploads.list_uploads(connection)[:SHOWN_FILES]
    context = brand_page(access, connection=connection, form=form, uploads=rows, nav_current=NAV)
    status = 422 if form.errors else 200
    return render(request, "tracking/upload.html", context, status=status)


@require_GET
@door
def download_template(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Give a file with every column and one row: an order, or a refund (`?kind=refunds`)."""
    access = get_brand_for(request.user, slug)
    get_connection_for(access, connection_id)
    is_refund = request.GET.get("kind") == "refunds"
    fields, row = (REFUND_FIELDS, REFUND_ROW) if is_refund else (FIELDS, TEMPLATE_ROW)
    text = f"{','.join(fields)}\r\n{row}\r\n"
    name = "refunds.csv" if is_refund else "orders.csv"
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@door
def show_upload(
    request: HttpRequest, slug: str, connection_id: str, upload_id: str
) -> HttpResponse:
    """Show how far a file is, or what it would do; POST reads it another way or takes it."""
    access = get_brand_for(request.user, slug, Right.CLEAR)
    kept = _get_upload(access, connection_id, upload_id)
    if request.method == "POST" and request.POST.get("action") == "take":
        _take(request, access, kept)
        return see_other(_url(slug, connection_id, kept))
    context = brand_page(access, connection=kept.connection, upload=kept, nav_current=NAV)
    if kept.confirmed_at is not None or kept.body is None:
        return render(request, "tracking/upload_taken.html", context | _progress(kept))
    form = _options_form(request, kept)
    if form.is_bound and form.is_valid():
        uploads.set_options(upload_id=kept.pk, options=form.to_options(), real_now=database_now())
        _begin(kept)
        return see_other(_url(slug, connection_id, kept))
    if kept.findings is None:
        return render(request, "tracking/upload_reading.html", context)
    context |= {"form": form, **_show_findings(kept, access.brand.time_zone)}
    status = 422 if form.errors else 200
    response = render(request, "tracking/upload_preview.html", context, status=status)
    if "watch" in request.GET:
        response["HX-Refresh"] = "true"  # the page that watched it being read has done its work
    return response


@require_GET
@door
def download_errors(
    request: HttpRequest, slug: str, connection_id: str, upload_id: str
) -> HttpResponseBase:
    """Give every row of a file that cannot be read, with what is wrong, as CSV."""
    access = get_brand_for(request.user, slug, Right.CLEAR)
    kept = _get_upload(access, connection_id, upload_id)
    zone = access.brand.time_zone
    findings = Findings.from_json(kept.findings) if kept.findings else None
    rows = [_say(error, zone) for error in findings.errors] if findings else []
    sheet = Sheet("rows-with-errors", ("row", "column", "problem"), rows, ZoneInfo(zone))
    return send_sheet(sheet, file_format="csv", now=brand_now(access.brand))


def _get_upload(access: BrandAccess, connection_id: str, upload_id: str) -> OrderUpload:
    connection = get_connection_for(access, connection_id)
    return get_by_public_id(uploads.list_uploads(connection), upload_id)


def _begin(kept: OrderUpload) -> None:
    """Do what is next with a small file at once, as the worker does with a large one."""
    if kept.size_bytes <= AT_ONCE_BYTES:
        work_on_upload(upload_id=kept.pk)


def _take(request: HttpRequest, access: BrandAccess, kept: OrderUpload) -> None:
    try:
        uploads.confirm_upload(
            upload_id=kept.pk,
            is_vouched=access.can_move_money,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
    except uploads.AlreadyTaken:
        messages.info(request, _("This file was taken before."))
    except uploads.NotRead:
        messages.info(request, _("Nothing was taken yet: the file is being read another way."))
    except uploads.NothingToTake:
        messages.error(request, _("Nothing was taken: look at what the file would do now."))
    else:
        _begin(kept)


def _options_form(request: HttpRequest, kept: OrderUpload) -> OptionsForm:
    options = uploadplans.get_options(kept)
    kind: Kind = "refunds" if request.POST.get("kind", options.kind) == "refunds" else "orders"
    try:
        headers = read_headers(uploadplans.raw_body(kept), options)
    except SheetRefused:
        headers = []
    guessed = {name: str(place) for name, place in guess_columns(headers, kind).items()}
    if kind != options.kind and TOLD_BY[kind] not in request.POST:
        # The kind was changed in the form of the other kind: begin with what is guessed for it.
        data = {**request.POST.dict(), **guessed}
        names = {"kind", "encoding", "delimiter", "decimal", "date_order", *guessed}
        shown = {name: data.get(name, "") for name in names}
        return OptionsForm(shown, headers=headers, kind=kind)
    shown = initial_of(options)
    if not options.columns:
        shown |= guessed
    return OptionsForm(posted(request), headers=headers, kind=kind, initial=shown)


def _show_findings(kept: OrderUpload, zone: str) -> dict[str, Any]:
    assert kept.findings is not None  # noqa: S101
    found = Findings.from_json(kept.findings)
    if found.refused:
        return {"refused": _explain(zone, f"upload.{found.refused}")}
    return {
        "found": found,
        "errors": [_say(error, zone) for error in found.errors[:SHOWN_ERRORS]],
        "same": uploads.find_same(kept),
        "stopped": _explain(zone, kept.stop_code) if kept.stop_code else "",
    }


def _progress(kept: OrderUpload) -> dict[str, Any]:
    states = uploads.count_states(kept)
    total, waiting = sum(states.values()), states.get(InboundStatus.STORED, 0)
    return {
        "kind": uploadplans.get_options(kept).kind,
        "total": total,
        "passed": total - waiting,
        "done": states.get(InboundStatus.PROCESSED, 0),
        "later": states.get(InboundStatus.FAILED, 0),
        "waiting": waiting,
        "refused": states.get(InboundStatus.REFUSED, 0),
    }


def _say(error: RowError, zone: str) -> tuple[int, str, str]:
    text = _explain(zone, error.code, field=error.column, **error.params)
    return error.row, error.column, text


def _explain(zone: str, code: str, **params: Any) -> str:
    reader = Reader(audience="brand", zone=ZoneInfo(zone))
    return explain(code=code, params=params, reader=reader)


def _url(slug: str, connection_id: str, kept: OrderUpload) -> str:
    return reverse("tracking:upload-detail", args=[slug, connection_id, kept.public_id])
