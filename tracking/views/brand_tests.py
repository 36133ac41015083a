"""Say that an order is a test, or take it back: first what that changes, then the change."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page
from core.clock import brand_now
from core.edges import door, posted, see_other
from tracking.access_brand import get_order_for
from tracking.forms_brand import ReasonForm
from tracking.models import Order
from tracking.services.preview import preview_change
from tracking.services.testmarks import AlreadyTest, NotKnown, NotMarked, mark_test, unmark_test


@door
@require_http_methods(["GET", "HEAD", "POST"])
def mark_as_test(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Mark an order as a test, with a reason; where it is marked, take that back."""
    access = get_brand_for(request.user, slug)
    order = get_order_for(access, order_id)
    require(access, Right.MANAGE)
    is_undoing = order.marked_test_at is not None
    if order.is_test != is_undoing or not order.currency:
        raise NotFound
    form = ReasonForm(posted(request))
    if request.method == "POST" and is_undoing != ("undo" in request.POST):
        return _leave(request, access, order)
    if form.is_bound and form.is_valid():
        return _decide(request, access, order, form.cleaned_data["reason"])
    change = unmark_test if is_undoing else mark_test
    effects = preview_change(
        order_id=order.pk, change=partial(change, **_decision(access, order, "–"))
    )
    context = brand_page(
        access,
        order=order,
        form=form,
        effects=effects,
        is_undoing=is_undoing,
        nav_current="tracking:order-list",
    )
    status = 422 if form.errors else 200
    return render(request, "tracking/order_test.html", context, status=status)


def _decide(request: HttpRequest, access: BrandAccess, order: Order, reason: str) -> HttpResponse:
    decision = _decision(access, order, reason)
    try:
        if order.marked_test_at is None:
            mark_test(**decision)
            messages.success(request, _("Marked as a test. It earns nothing and counts nowhere."))
        else:
            unmark_test(**decision)
            messages.success(request, _("It is no test any more, and counts again."))
    except (AlreadyTest, NotKnown, NotMarked):
        return _leave(request, access, order)
    return _show_order(access, order)


def _leave(request: HttpRequest, access: BrandAccess, order: Order) -> HttpResponse:
    messages.info(request, _("Somebody decided this meanwhile. Nothing was changed again."))
    return _show_order(access, order)


def _show_order(access: BrandAccess, order: Order) -> HttpResponse:
    return see_other(reverse("tracking:order-detail", args=[access.brand.slug, order.public_id]))


def _decision(access: BrandAccess, order: Order, reason: str) -> dict[str, Any]:
    return {
        "order_id": order.pk,
        "reason": reason,
        "actor_id": access.member.user_id,
        "now": brand_now(access.brand),
    }
