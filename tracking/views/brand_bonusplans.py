"""Bonuses for every Nth sale and for figures reached, on the brand's side."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.selectors import list_groups, list_programs
from brands.views.common import find_program
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from tracking.access_brand import get_bonus_plan_for
from tracking.forms_bonusplans import PlanDaysForm, PlanForm
from tracking.models import BonusPlan
from tracking.selectors_bonuses import list_bonus_plans, list_plan_awards, list_progress
from tracking.services.bonusplans import PlanOver, create_plan, end_plan, update_plan
from tracking.wording.bonuses import say_figure, say_missing, say_plan

SHOWN = 50


@door
@require_GET
def show_plans(request: HttpRequest, slug: str) -> HttpResponse:
    """List the bonuses of a brand."""
    access = get_brand_for(request.user, slug)
    page = cut_page(list_bonus_plans(access.brand), before=request.GET.get("before", ""))
    context = _page(
        access,
        rows=[(one, say_plan(one), _state(one, _today(access))) for one in page.rows],
        next_url=page.older_url(request.GET.dict()),
        back_url=reverse("tracking:commission-list", args=[slug]),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "tracking/bonus_list.html", context)


@door
@require_http_methods(["GET", "POST"])
def add_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Set a bonus for a program or one of its groups."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = find_program(request, access)
    if program is None:
        raise NotFound
    form = PlanForm(
        posted(request),
        program=program,
        groups=list(list_groups(program)),
        today=_today(access),
        initial={"since": _today(access), "period": "month"},
    )
    if request.method == "POST" and form.is_valid():
        plan = create_plan(
            brand_id=access.brand.pk,
            facts=form.facts,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("The bonus is set. Creators see how far they are."))
        return see_other(_url(access, plan))
    context = _page(
        access,
        form=form,
        program=program,
        programs=list(list_programs(access.brand)),
        back_url=reverse("tracking:bonus-list", args=[slug]),
    )
    return render(request, "tracking/bonus_new.html", context, status=422 if form.errors else 200)


@door
@require_GET
def show_plan(request: HttpRequest, slug: str, bonus_id: str) -> HttpResponse:
    """Show a bonus: who earned it, and how far the others are."""
    access = get_brand_for(request.user, slug)
    plan = get_bonus_plan_for(access, bonus_id)
    progress = list_progress(plan, today=_today(access))
    page = cut_page(list_plan_awards(plan), before=request.GET.get("before", ""), size=SHOWN)
    context = _page(
        access,
        plan=plan,
        said=say_plan(plan),
        state=_state(plan, _today(access)),
        is_over=_is_over(plan, _today(access)),
        run=progress[0].run if progress else None,
        progress=[(row, say_figure(plan, row.value), say_missing(row)) for row in progress[:SHOWN]],
        hidden=max(0, len(progress) - SHOWN),
        awards=page.rows,
        next_url=page.older_url(request.GET.dict()),
        off=why_not(access, Right.MANAGE),
        back_url=reverse("tracking:bonus-list", args=[slug]),
    )
    return render(request, "tracking/bonus_detail.html", context)


@door
@require_http_methods(["GET", "POST"])
def edit_plan(request: HttpRequest, slug: str, bonus_id: str) -> HttpResponse:
    """Change the name and the last day of a bonus."""
    access = get_brand_for(request.user, slug)
    plan = get_bonus_plan_for(access, bonus_id)
    require(access, Right.MANAGE)
    today = _today(access)
    form = PlanDaysForm(
        posted(request),
        first=max(today, plan.since),
        initial={"name": plan.name, "until": plan.until},
    )
    if request.method == "POST" and form.is_valid():
        try:
            update_plan(
                plan_id=plan.pk,
                name=form.cleaned_data["name"],
                until=form.cleaned_data["until"],
                today=today,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except PlanOver:
            form.add_error(None, _("This bonus is over. Set a new one."))
        else:
            messages.success(request, _("Saved."))
            return see_other(_url(access, plan))
    context = _page(access, form=form, plan=plan, back_url=_url(access, plan))
    return render(request, "tracking/bonus_edit.html", context, status=422 if form.errors else 200)


@door
@require_http_methods(["GET", "POST"])
def close_plan(request: HttpRequest, slug: str, bonus_id: str) -> HttpResponse:
    """End a bonus with today, after saying what that does."""
    access = get_brand_for(request.user, slug)
    plan = get_bonus_plan_for(access, bonus_id)
    require(access, Right.MANAGE)
    if request.method == "POST":
        try:
            end_plan(
                plan_id=plan.pk,
                today=_today(access),
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
            messages.success(request, _("The bonus is ended."))
        except PlanOver:
            messages.error(request, _("The bonus was over already."))
        return see_other(_url(access, plan))
    facts = [(_("Bonus"), plan.name), (_("It pays"), say_plan(plan))]
    context = _page(access, plan=plan, facts=facts, back_url=_url(access, plan))
    return render(request, "tracking/bonus_end.html", context)


def _page(access: BrandAccess, **context: Any) -> dict[str, Any]:
    zone = access.brand.time_zone
    return brand_page(access, nav_current="tracking:commission-list", zone=zone, **context)


def _today(access: BrandAccess) -> date:
    return brand_now(access.brand).astimezone(ZoneInfo(access.brand.time_zone)).date()


def _url(access: BrandAccess, plan: BonusPlan) -> str:
    return reverse("tracking:bonus-detail", args=[access.brand.slug, plan.public_id])


def _is_over(plan: BonusPlan, today: date) -> bool:
    return plan.ended_at is not None or (plan.until is not None and plan.until < today)


def _state(plan: BonusPlan, today: date) -> str:
    if _is_over(plan, today):
        return "bonus_over"
    return "upcoming" if plan.since > today else "bonus_running"
