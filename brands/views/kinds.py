"""The kinds of creators a brand works with."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, get_kind_for, require
from brands.context import brand_page, why_not
from brands.forms.kinds import KindForm, OfferForm
from brands.models import PartnerKind
from brands.selectors_kinds import list_kinds
from brands.services.kinds import KindNameTaken, add_kind, offer_kinds, rename_kind
from core.clock import brand_now
from core.edges import door, posted, see_other


@require_http_methods(["GET", "POST"])
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List the kinds; choose which ones a group may be given."""
    access = get_brand_for(request.user, slug)
    kinds = list_kinds(access.brand)
    form = OfferForm(posted(request), choices=[(kind.key, kind.name) for kind in kinds])
    if request.method == "POST":
        require(access, Right.MANAGE)
        if form.is_valid():
            offer_kinds(brand_id=access.brand.pk, **form.cleaned_data, **_by(access))
            messages.success(request, _("Saved. Groups keep the kind they have."))
            return see_other(_list_url(access))
    context = brand_page(
        access,
        kinds=kinds,
        form=form,
        off=why_not(access, Right.MANAGE),
        nav_current="brands:program-settings",
    )
    return render(request, "brands/kinds.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, kind_id: str = "") -> HttpResponse:
    """Add a kind of the brand's own, or give one another name."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    kind = get_kind_for(access, kind_id) if kind_id else None
    form = KindForm(posted(request), initial={"name": kind.name} if kind else None)
    if request.method == "POST" and form.is_valid():
        try:
            _save(access, kind, form.cleaned_data["name"])
        except KindNameTaken:
            form.add_error("name", _("Another kind has this name."))
        else:
            messages.success(request, _("Saved. Groups can be given this kind."))
            return see_other(_list_url(access))
    context = brand_page(
        access,
        form=form,
        kind=kind,
        back_url=_list_url(access),
        nav_current="brands:program-settings",
    )
    return render(request, "brands/kind_edit.html", context, status=422 if form.is_bound else 200)


def _save(access: BrandAccess, kind: PartnerKind | None, name: str) -> None:
    if kind is None:
        add_kind(brand_id=access.brand.pk, name=name, **_by(access))
    else:
        rename_kind(kind_id=kind.pk, name=name, **_by(access))


def _by(access: BrandAccess) -> dict[str, Any]:
    return {"actor_id": access.member.user_id, "now": brand_now(access.brand)}


def _list_url(access: BrandAccess) -> str:
    return reverse("brands:kinds", args=[access.brand.slug])
