"""The operator's page of brands: open one for somebody, suspend, activate."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.services.brands import StatusUnchanged, open_brand_for, set_brand_status
from core.access import get_by_public_id
from core.clock import database_now
from core.edges import operator_door, posted, see_other
from core.models import Brand, BrandStatus
from portal import ops
from portal.forms_ops import BrandStatusForm, NewBrandForm


@require_GET
@operator_door
def show_brands(request: HttpRequest) -> HttpResponse:
    """List the brands; `?q=` finds by name, address or owner."""
    text = request.GET.get("q", "").strip()
    page = ops.list_brands(text=text, before=request.GET.get("before", ""))
    context = {"page": page, "q": text, "next_url": page.older_url({"q": text} if text else {})}
    return render(request, "portal/ops_brands.html", context)


@require_http_methods(["GET", "POST"])
@operator_door
def open_brand(request: HttpRequest) -> HttpResponse:
    """Open a brand for its owner, known or new."""
    form = NewBrandForm(posted(request), initial={"time_zone": "UTC"})
    if form.is_valid():
        brand = open_brand_for(
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            time_zone=form.cleaned_data["time_zone"],
            actor_id=_actor_id(request),
            now=database_now(),
        )
        messages.success(request, _("{brand} is open; its owner was told.").format(brand=brand))
        return see_other(reverse("portal:brand-list"))
    return render(
        request, "portal/ops_brand_new.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "POST"])
@operator_door
def change_status(request: HttpRequest, brand_id: str) -> HttpResponse:
    """Suspend an active brand, or activate a suspended one, and say why."""
    rows = Brand.objects.filter(sandbox_of__isnull=True)
    brand = get_by_public_id(rows, brand_id)
    is_active = brand.status == BrandStatus.ACTIVE
    wanted = BrandStatus.SUSPENDED if is_active else BrandStatus.ACTIVE
    form = BrandStatusForm(posted(request), initial={"status": wanted})
    if form.is_valid():
        try:
            set_brand_status(
                brand_id=brand.pk,
                status=BrandStatus(form.cleaned_data["status"]),
                reason=form.cleaned_data["reason"],
                actor_id=_actor_id(request),
                now=database_now(),
            )
        except StatusUnchanged:
            messages.error(request, _("Nothing was changed: somebody else was quicker."))
        return see_other(reverse("portal:brand-list"))
    context = {"subject": brand, "is_active": is_active, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "portal/ops_brand_status.html", context, status=status)


def _actor_id(request: HttpRequest) -> int:
    user: Any = request.user  # the door lets nobody else in
    return int(user.pk)
