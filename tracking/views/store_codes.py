"""Creators' codes in a shop: what they give there, how each stands, and a file of them."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from brands.access import (
    BrandAccess,
    Right,
    get_brand_for,
    get_connection_for,
    get_program_for,
    require,
)
from brands.context import brand_page, why_not
from brands.models import StoreConnection
from brands.selectors import list_programs
from core.clock import brand_now, database_now
from core.downloads import send_sheet
from core.edges import door, posted, see_other
from core.money import Money
from core.wording import Reader
from tracking.access_brand import get_store_code_for
from tracking.codesheet import make_sheet
from tracking.forms_codes import DiscountForm, read_known
from tracking.integrations import FILE_CODES, find_code_traits
from tracking.models import CodeDiscount, CodeSync, StoreCode
from tracking.selectors_storecodes import (
    FOREIGN,
    find_state,
    list_codes_of_store,
    list_discounts,
    list_mendable,
    list_store_codes,
    pick_drifted,
)
from tracking.services.storecodes import (
    NotForeign,
    adopt,
    look_now,
    make_so,
    note_taken,
    set_discount,
    set_sync,
)
from tracking.views._store_tabs import list_store_tabs
from tracking.wording import explain_store_code

NAV = "brands:connection-list"
PAGE = 50


@require_http_methods(["GET", "POST"])
@door
def show_codes(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Show a page of the codes (`?show=differs`, `?after=`); POST does one thing (`action`)."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    if request.method == "POST":
        require(access, Right.MANAGE)
        _act(request, access, connection)
        return see_other(_url(access, connection))
    sync = CodeSync.objects.filter(connection=connection).first()
    rows = list_store_codes(connection)
    context = brand_page(
        access,
        connection=connection,
        traits=find_code_traits(connection.platform),
        sync=sync,
        sync_problem=_explain(access, sync.reason) if sync and sync.reason else "",
        programs=_list_programs(access, connection),
        file_count=list_codes_of_store(connection).count(),
        total=rows.count(),
        drifted=pick_drifted(rows).count(),
        mendable=len(list_mendable(connection)),
        shows="differs" if request.GET.get("show") == "differs" else "",
        off=why_not(access, Right.MANAGE),
        tabs=list_store_tabs(access, connection, "codes"),
        nav_current=NAV,
        **_read_page(request, access, rows),
    )
    return render(request, "tracking/store_codes.html", context)


@require_http_methods(["GET", "POST"])
@door
def edit_discount(
    request: HttpRequest, slug: str, connection_id: str, program_id: str
) -> HttpResponse:
    """Say what the codes of a program give in the shop."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    program = get_program_for(access, program_id)
    known = CodeDiscount.objects.filter(connection=connection, program=program).first()
    form = DiscountForm(
        posted(request),
        initial=read_known(known),
        traits=find_code_traits(connection.platform) or FILE_CODES,
        currency=program.currency,
    )
    if request.method == "POST" and form.is_valid():
        set_discount(
            connection_id=connection.pk,
            program_id=program.pk,
            discount=form.to_discount(),
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
        messages.success(request, _("Saved. New codes get it; those in the shop are compared."))
        return see_other(_url(access, connection))
    back_url = _url(access, connection)
    context = brand_page(
        access,
        connection=connection,
        program=program,
        form=form,
        back_url=back_url,
        nav_current=NAV,
    )
    status = 422 if form.errors else 200
    return render(request, "tracking/store_discount.html", context, status=status)


@require_POST
@door
def download_codes(request: HttpRequest, slug: str, connection_id: str) -> HttpResponseBase:
    """Give every code as CSV, what is new since the last file first."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    before = note_taken(connection_id=connection.pk, now=brand_now(access.brand))
    zone = ZoneInfo(access.brand.time_zone)
    sheet = make_sheet(connection, since=before, zone=zone)
    return send_sheet(sheet, file_format="csv", now=brand_now(access.brand))


def _act(request: HttpRequest, access: BrandAccess, connection: StoreConnection) -> None:
    by: dict[str, Any] = {"actor_id": access.member.user_id, "now": brand_now(access.brand)}
    action, real_now = request.POST.get("action", ""), database_now()
    if action in {"on", "off"}:
        set_sync(connection_id=connection.pk, is_on=action == "on", **by)
        messages.success(request, _("Saved."))
    elif action == "look":
        look_now(connection_id=connection.pk, real_now=real_now)
        messages.success(request, _("The codes are being compared. Look again in a minute."))
    elif action == "adopt":
        row = get_store_code_for(access, connection, request.POST.get("code", ""))
        _adopt(request, row, by)
    elif action in {"make", "make_all"}:
        chosen = [request.POST.get("code", "")]
        ids = list_mendable(connection) if action == "make_all" else chosen
        done = make_so(connection_id=connection.pk, public_ids=ids, real_now=real_now, **by)
        text = ngettext("%(count)s code is on its way.", "%(count)s codes are on their way.", done)
        messages.success(request, text % {"count": done})


def _adopt(request: HttpRequest, row: StoreCode, by: dict[str, Any]) -> None:
    try:
        adopt(store_code_id=row.pk, real_now=database_now(), **by)
    except NotForeign:
        messages.error(request, _("This code is kept by Fairshare already."))
    else:
        messages.success(request, _("The code is kept by Fairshare from now on."))


def _list_programs(
    access: BrandAccess, connection: StoreConnection
) -> list[tuple[Any, CodeDiscount | None, list[Money], list[Money]]]:
    """Return each program, its discount, and the amounts and minimums of it."""
    known = {row.program_id: row for row in list_discounts(connection)}
    found = []
    for program in list_programs(access.brand):
        row = known.get(program.pk)
        amounts = _to_money(row.amounts) if row else []
        found.append((program, row, amounts, _to_money(row.minimums) if row else []))
    return found


def _to_money(amounts: dict[str, int]) -> list[Money]:
    return [Money(minor, currency) for currency, minor in sorted(amounts.items())]


def _read_page(
    request: HttpRequest, access: BrandAccess, rows: QuerySet[StoreCode]
) -> dict[str, Any]:
    if request.GET.get("show") == "differs":
        rows = pick_drifted(rows)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(code_id__lt=int(after))
    found = list(rows[: PAGE + 1])
    query = request.GET.copy()
    query["after"] = str(found[PAGE - 1].code_id) if len(found) > PAGE else ""
    return {
        "rows": [(row, find_state(row), _say(access, row), _kind(row)) for row in found[:PAGE]],
        "next_url": f"?{query.urlencode()}" if query["after"] else "",
    }


def _kind(row: StoreCode) -> str:
    """Return what can be done about a code: adopt, make, or nothing."""
    if row.drift in FOREIGN and not row.is_adopted:
        return "adopt"
    return "make" if row.drift or row.reason else ""


def _say(access: BrandAccess, row: StoreCode) -> str:
    if row.reason:
        return _explain(access, row.reason, row.detail)
    return _explain(access, f"storecode.{row.drift}") if row.drift else ""


def _explain(access: BrandAccess, code: str, detail: str = "") -> str:
    reader = Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone))
    return explain_store_code(code=code, detail=detail, reader=reader)


def _url(access: BrandAccess, connection: StoreConnection) -> str:
    return reverse("tracking:store-codes", args=[access.brand.slug, connection.public_id])
