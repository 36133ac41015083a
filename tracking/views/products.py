"""The product list of a shop: what is in it, and a file that makes it or adds to it."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, get_connection_for
from brands.context import brand_page, why_not
from brands.models import StoreConnection
from core.asked import read_text
from core.clock import brand_now, database_now
from core.edges import door, posted, see_other
from core.wording import Reader
from tracking.domain.productsheet import read_products
from tracking.domain.sheetcells import Sheet, SheetRefused
from tracking.forms_products import ProductsForm
from tracking.integrations import list_catalogues
from tracking.models import CatalogueFetch, Product
from tracking.services.catalogues import ask_now
from tracking.services.products import add_products, count_collections, replace_products
from tracking.views._store_tabs import list_store_tabs
from tracking.wording import explain

NAV = "brands:connection-list"
PAGE = 50
SHOWN_ERRORS = 50
SHOWN_COLLECTIONS = 100


@require_http_methods(["GET", "POST"])
@door
def show_products(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Show a page of the list (`?q=`, `?after=`).

    POST takes a file, whole or not at all, or has the list fetched from the shop.
    """
    is_sent = request.method == "POST"
    access = get_brand_for(request.user, slug, Right.MANAGE if is_sent else Right.READ)
    connection = get_connection_for(access, connection_id)
    if is_sent and request.POST.get("action") == "fetch":
        return _ask(request, access, connection)
    form = ProductsForm(posted(request), request.FILES or None)
    errors: list[tuple[int, str, str]] = []
    if is_sent and form.is_valid():
        sheet = _read(access, form)
        errors = _list_errors(access, sheet) if sheet else []
        if sheet and not errors:
            return _take(request, access, connection, sheet, form)
    context = brand_page(
        access,
        connection=connection,
        form=form,
        errors=errors[:SHOWN_ERRORS],
        more_errors=max(0, len(errors) - SHOWN_ERRORS),
        off=why_not(access, Right.MANAGE),
        collections=count_collections(connection)[:SHOWN_COLLECTIONS],
        nav_current=NAV,
        tabs=list_store_tabs(access, connection, "products"),
        **_show_catalogue(access, connection),
        **_read_page(request, connection),
    )
    status = 422 if form.errors or errors else 200
    return render(request, "tracking/products.html", context, status=status)


def _ask(request: HttpRequest, access: BrandAccess, connection: StoreConnection) -> HttpResponse:
    if _can_fetch(connection):
        ask_now(
            connection_id=connection.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
        messages.success(request, _("The products are being fetched from the shop."))
    else:
        messages.error(request, _("The products of this shop cannot be fetched."))
    return see_other(_url(access, connection))


def _can_fetch(connection: StoreConnection) -> bool:
    is_open = connection.is_active and connection.api_key is not None
    return is_open and connection.platform in list_catalogues()


def _show_catalogue(access: BrandAccess, connection: StoreConnection) -> dict[str, Any]:
    """Return where the list came from, and how the fetching of it goes."""
    fetch = CatalogueFetch.objects.filter(connection=connection).first()
    can_fetch = _can_fetch(connection)
    problem = _explain(access, fetch.code) if fetch and fetch.code and can_fetch else ""
    return {
        "has_catalogue": connection.platform in list_catalogues(),
        "can_fetch": can_fetch,
        "fetch": fetch,
        "fetch_problem": problem,
        "fetched_so_far": connection.fetched_products.count(),
    }


def _read(access: BrandAccess, form: ProductsForm) -> Sheet | None:
    try:
        return read_products(form.cleaned_data["file"].read())
    except SheetRefused as refused:
        form.add_error("file", _explain(access, f"upload.{refused.code}"))
        return None


def _take(
    request: HttpRequest,
    access: BrandAccess,
    connection: StoreConnection,
    sheet: Sheet,
    form: ProductsForm,
) -> HttpResponse:
    take = replace_products if form.cleaned_data["how"] == "whole" else add_products
    done = take(
        connection_id=connection.pk,
        sheet=sheet,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    text = _("The list has %(products)s products now: %(new)s new, %(gone)s gone.")
    messages.success(request, text % done)
    return see_other(_url(access, connection))


def _read_page(request: HttpRequest, connection: StoreConnection) -> dict[str, Any]:
    text = read_text(request.GET, "q")
    rows = _pick(connection, text)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    found = list(rows.order_by("pk")[: PAGE + 1])
    query = request.GET.copy()
    query["after"] = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return {
        "products": found[:PAGE],
        "asked": text,
        "total": connection.products.count(),
        "next_url": f"?{query.urlencode()}" if query["after"] else "",
    }


def _pick(connection: StoreConnection, text: str) -> QuerySet[Product]:
    rows = Product.objects.filter(connection=connection)
    if not text:
        return rows
    by_name = Q(title__icontains=text) | Q(product_ref=text) | Q(sku__iexact=text)
    return rows.filter(by_name | Q(collections__contains=[text]))


def _list_errors(access: BrandAccess, sheet: Sheet) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, _explain(access, one.code)) for one in sheet.errors]


def _explain(access: BrandAccess, code: str) -> str:
    reader = Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone))
    return explain(code=code, params={}, reader=reader)


def _url(access: BrandAccess, connection: StoreConnection) -> str:
    return reverse("tracking:product-list", args=[access.brand.slug, connection.public_id])
