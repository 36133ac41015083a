"""A sandbox twin: opened, entered, moved forward in time, put away."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.selectors import find_open_sandbox
from brands.services.brands import ClockOnlyForward, archive_sandbox, move_clock, open_sandbox
from core.clock import brand_now, database_now
from core.edges import door, see_other
from core.models import Brand
from core.templatetags.fairshare import number

DAYS = (1, 7, 31)
ACTIONS = frozenset({"open", "archive"})


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the brand's sandbox, or in the sandbox its clock."""
    access = get_brand_for(request.user, slug)
    brand = access.brand
    twin = brand if brand.is_sandbox else find_open_sandbox(brand)
    context = brand_page(
        access,
        twin=twin,
        twin_now=brand_now(twin) if twin else None,
        moved=timedelta(seconds=twin.clock_offset_s).days if twin else 0,
        real=brand.sandbox_of or brand,
        days=DAYS,
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "brands/sandbox.html", context)


@require_POST
@door
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Open or reset the twin, put it away, or move its clock (`action`)."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    action = request.POST.get("action", "")
    if access.brand.is_sandbox:
        return _move_clock(request, access, action)
    if action not in ACTIONS:
        raise NotFound
    twin = find_open_sandbox(access.brand)
    if action == "open":
        return _open(request, access)
    if twin is not None:
        archive_sandbox(brand_id=twin.pk, actor_id=access.member.user_id, now=database_now())
        messages.success(request, _("The sandbox was put away. Nothing of it was deleted."))
    return see_other(_url(access.brand))


def _open(request: HttpRequest, access: BrandAccess) -> HttpResponse:
    twin = open_sandbox(
        brand_id=access.brand.pk, actor_id=access.member.user_id, now=database_now()
    )
    messages.success(request, _("This is your sandbox. Set it up as you like; nothing is paid."))
    return see_other(reverse("brands:setup", args=[twin.slug]))


def _move_clock(request: HttpRequest, access: BrandAccess, action: str) -> HttpResponse:
    name, _colon, said = action.partition(":")
    if name != "move" or said not in map(str, DAYS):
        raise NotFound
    days = int(said)
    try:
        move_clock(
            brand_id=access.brand.pk,
            seconds=int(timedelta(days=days).total_seconds()),
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except ClockOnlyForward:
        messages.error(
            request, _("A sandbox goes ten years ahead at most. Reset it to begin anew.")
        )
    else:
        text = ngettext(
            "The clock went %(days)s day ahead. What is due is done within five minutes.",
            "The clock went %(days)s days ahead. What is due is done within five minutes.",
            days,
        )
        messages.success(request, text % {"days": number(days)})
    return see_other(_url(access.brand))


def _url(brand: Brand) -> str:
    return reverse("brands:sandbox", args=[brand.slug])
