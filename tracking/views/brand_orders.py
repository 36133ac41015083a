"""The brand's list of orders, and crediting one to another creator."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page
from core.asked import read_text
from core.clock import brand_now
from core.edges import door, see_other
from core.models import Brand
from core.money import Money
from core.paging import cut_page
from core.states import get_state
from tracking import selectors_brand as read
from tracking import wording
from tracking.access_brand import get_order_for
from tracking.filters import (
    ORDER_FILTERS,
    ORDER_SIGNALS,
    ORDER_STATES,
    list_report_filters,
    pick_orders,
)
from tracking.forms_brand import CreditForm
from tracking.models import Attribution, Order
from tracking.reader import brand_reader
from tracking.services.preview import preview_change
from tracking.services.review import AlreadyCredited, credit_order
from tracking.wording.short import SIGNALS, short_reason, signal_of

TABS = ("all", "without", "leads")

Rows = list[dict[str, Any]]


@door
@require_GET
def list_orders(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the stores sent: all of it, or what nobody got, by reason."""
    access = get_brand_for(request.user, slug)
    brand, asked = access.brand, request.GET.dict()
    tab = next((one for one in TABS if one == asked.get("tab")), TABS[0])
    is_without = tab == "without"
    rows = pick_orders(brand, asked)
    filters = {name: read_text(asked, name) for name in ORDER_FILTERS}
    report = list_report_filters(asked)
    page = cut_page(read.with_credit(rows), before=asked.get("before", ""))
    context = brand_page(
        access,
        rows=_describe(page.rows, brand),
        next_url=page.older_url(asked),
        total=rows.order_by().count(),
        sums=read.sum_orders(rows),
        tab=tab,
        has_leads=tab == "leads" or read.has_leads(brand),
        reasons=_reasons(brand) if is_without else [],
        reason=filters["reason"],
        text=filters["q"],
        creator=filters["creator"],
        report=report,
        filters=filters,
        stores=list(brand.connections.order_by("name", "pk")),
        states=[(name, get_state(name, kind="order").label) for name in ORDER_STATES],
        signals=[(name, SIGNALS[name]) for name in ORDER_SIGNALS],
        is_filtered=any(filters.values()) or bool(report),
    )
    return render(request, "tracking/order_list.html", context)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def credit_to_creator(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Credit an order by hand: first what would change, then the change."""
    access = get_brand_for(request.user, slug)
    order = get_order_for(access, order_id)
    require(access, Right.MANAGE)
    form = CreditForm(request.POST or None, brand=access.brand)
    if request.method != "POST":
        return _show_credit(request, access, order, form)
    if not form.is_valid():
        return _show_credit(request, access, order, form, status=422)
    try:
        if "confirmed" not in request.POST:
            return _preview(request, access, order, form)
        credit_order(order_id=order.pk, **_decision(access, form))
    except AlreadyCredited:
        form.add_error("enrollment", _("This order is credited to this creator already."))
        return _show_credit(request, access, order, form, status=422)
    messages.success(request, _("Credited. Both creators see it, with your reason."))
    return see_other(reverse("tracking:order-detail", args=[slug, order.public_id]))


def _decision(access: BrandAccess, form: CreditForm) -> dict[str, Any]:
    return {
        "enrollment_id": form.cleaned_data["enrollment"].pk,
        "reason": form.cleaned_data["reason"],
        "actor_id": access.member.user_id,
        "now": brand_now(access.brand),
    }


def _preview(
    request: HttpRequest, access: BrandAccess, order: Order, form: CreditForm
) -> HttpResponse:
    decide = partial(credit_order, order_id=order.pk, **_decision(access, form))
    effects = preview_change(order_id=order.pk, change=decide)
    context = brand_page(access, order=order, form=form, effects=effects)
    return render(request, "tracking/order_credit_preview.html", context)


def _show_credit(
    request: HttpRequest, access: BrandAccess, order: Order, form: CreditForm, status: int = 200
) -> HttpResponse:
    context = brand_page(access, order=order, form=form, has_creators=form.has_creators)
    return render(request, "tracking/order_credit.html", context, status=status)


def _reasons(brand: Brand) -> list[tuple[str, Any, int]]:
    return [(code, short_reason(code), total) for code, total in read.count_without_credit(brand)]


def _describe(orders: list[Order], brand: Brand) -> Rows:
    found = {order.pk: _credit_of(order) for order in orders}
    reader = brand_reader(brand, [credit.params for credit in found.values() if credit])
    return [
        {
            "order": order,
            "number": order.number,
            "badge": read.order_badge(order),
            "total": Money(order.total_minor, order.currency) if order.currency else None,
            "credit": credit,
            "creator": credit.enrollment.affiliation if credit and credit.enrollment else None,
            "reason": short_reason(credit.code) if credit else "",
            "why": wording.explain(code=credit.code, params=credit.params, reader=reader)
            if credit
            else wording.explain(code="order.awaited", params={}, reader=reader),
            "signal": signal_of(credit.candidates) if credit else "",
            "earned": _earned(order, credit),
        }
        for order in orders
        for credit in [found[order.pk]]
    ]


def _credit_of(order: Order) -> Attribution | None:
    found: list[Attribution] = order.credit  # type: ignore[attr-defined]  # with_credit adds it
    return found[0] if found else None


def _earned(order: Order, credit: Attribution | None) -> Any:
    """Return the commission of the creator who has the order; earlier ones are 0."""
    rows = order.earned  # type: ignore[attr-defined]  # with_credit adds it
    current = credit.enrollment_id if credit else None
    return next((row for row in rows if row.enrollment_id == current), None)
