"""The checklist of a program: its part of the page of questions, and each point."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from brands.access import BrandAccess, Right, get_brand_for, get_vetting_point_for
from brands.context import why_not
from brands.forms.vetting import VettingPointForm
from brands.models import Program, VettingPoint
from brands.selectors import list_vetting_points
from brands.services.vetting import (
    MAX_POINTS,
    AlreadyOnList,
    TooManyPoints,
    add_point,
    move_point,
    rename_point,
    retire_point,
)
from brands.views.common import STEPS, pick_program, program_page, program_url
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.templatetags.fairshare import number

TAB = "brands:questions"
SUGGESTED = (
    gettext_lazy("The site or channel is live"),
    gettext_lazy("The audience fits what we sell"),
    gettext_lazy("No paid search on our name"),
)


def describe_checklist(access: BrandAccess, program: Program) -> dict[str, Any]:
    """Return what the page of questions shows of the checklist."""
    points = list(list_vetting_points(program))
    return {
        "points": points,
        "suggested": SUGGESTED,
        "off": why_not(access, Right.MANAGE),
        "full": _say_full() if len(points) >= MAX_POINTS else "",
    }


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, point_id: str = "") -> HttpResponse:
    """Check one thing more, or word a point anew."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    point = get_vetting_point_for(access, point_id) if point_id else None
    program = point.program if point else pick_program(request, access)
    form = VettingPointForm(posted(request), initial={"words": point.words} if point else None)
    back = _back(access, program)
    if request.method == "POST" and form.is_valid() and _save(access, program, point, form):
        messages.success(request, _("Saved. What was ticked before keeps its words."))
        return see_other(back)
    context = program_page(access, program, TAB, form=form, point=point, back_url=back)
    status = 422 if form.is_bound else 200
    return render(request, "brands/vetting_point_edit.html", context, status=status)


@require_POST
@door
def move(request: HttpRequest, slug: str, point_id: str) -> HttpResponse:
    """Check a point earlier or later."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    point = get_vetting_point_for(access, point_id)
    move_point(
        point_id=point.pk,
        step=STEPS.get(request.POST.get("to", ""), 0),
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    return see_other(_back(access, point.program))


@require_POST
@door
def retire(request: HttpRequest, slug: str, point_id: str) -> HttpResponse:
    """Check it no longer."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    point = get_vetting_point_for(access, point_id)
    retire_point(point_id=point.pk, actor_id=access.member.user_id, now=brand_now(access.brand))
    messages.success(request, _("It is checked no longer. What was ticked stays."))
    return see_other(_back(access, point.program))


def _save(
    access: BrandAccess, program: Program, point: VettingPoint | None, form: VettingPointForm
) -> bool:
    words = form.cleaned_data["words"]
    actor_id, now = access.member.user_id, brand_now(access.brand)
    try:
        if point is not None:
            rename_point(point_id=point.pk, words=words, actor_id=actor_id, now=now)
        else:
            add_point(program_id=program.pk, words=words, actor_id=actor_id, now=now)
    except TooManyPoints:
        form.add_error(None, _say_full())
    except AlreadyOnList:
        form.add_error("words", _("The checklist has this point already."))
    return not form.errors


def _back(access: BrandAccess, program: Program) -> str:
    return f"{program_url(TAB, access, program)}#checklist"


def _say_full() -> str:
    text = _("A checklist has at most %(count)s points. Remove one first.")
    return text % {"count": number(MAX_POINTS)}
