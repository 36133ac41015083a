"""A brand's goals: what is to be reached, how far it is, who brought it, and how it ended."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import get_brand_enrollment, get_goal_for
from affiliates.models import Affiliation, Enrollment, Goal
from affiliates.selectors import list_groups_by_program
from affiliates.selectors_goals import filter_goals, list_goals
from affiliates.services.goals import GoalClosed, create_goal, end_goal, update_goal
from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.selectors import list_programs
from core import formats
from core.charts import Point
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from core.wording import current_language
from portal.forms_goals import GoalForm, Whom, initial_of, key_of
from portal.goal_words import describe_goal, say_figure
from portal.goals import GoalRow, count_one, read_goals, rows_query
from portal.performance import Span, list_currencies, list_steps
from portal.report_asked import pick_step
from portal.report_words import list_tabs

SHOWN = 50
EARLIER = 12
LABELS_SHOWN = 4
STATES = {"": gettext_lazy("All"), "open": gettext_lazy("Not over"), "closed": gettext_lazy("Over")}


@door
@require_GET
def show_goals(request: HttpRequest, slug: str) -> HttpResponse:
    """List the goals, the newest first, each with what is counted for it now."""
    access = get_brand_for(request.user, slug)
    state = request.GET.get("state", "")
    rows = filter_goals(list_goals(access.brand), state)
    page = cut_page(rows, before=request.GET.get("before", ""))
    context = _page(
        access,
        rows=[describe_goal(row) for row in read_goals(page.rows, today=_today(access))],
        next_url=page.older_url(request.GET.dict()),
        states=[(key, label, key == state) for key, label in STATES.items()],
        is_filtered=bool(state),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/goal_list.html", context)


@door
@require_GET
def show_goal(request: HttpRequest, slug: str, goal_id: str) -> HttpResponse:
    """Show one goal: its figure and pace, by day, by creator, and the months before."""
    access = get_brand_for(request.user, slug)
    goal = get_goal_for(access, goal_id)
    (row,) = read_goals([goal], today=_today(access))
    earlier = read_goals(_list_earlier(goal), today=_today(access))
    context = _page(
        access,
        one=describe_goal(row),
        chart=_draw(row, _today(access)) if goal.since <= _today(access) else None,
        creators=_list_creators(row),
        hidden=max(0, len(row.count.by_creator) - SHOWN),
        earlier=[describe_goal(one) for one in earlier],
        orders_query=rows_query(goal),
        back_url=reverse("portal:goal-list", args=[slug]),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/goal_detail.html", context)


@door
@require_http_methods(["GET", "POST"])
def add_goal(request: HttpRequest, slug: str) -> HttpResponse:
    """Set a goal; `?place=` offers one creator's place in a program, `?like=` what another asks."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    wanted, like = request.GET.get("place", ""), request.GET.get("like", "")
    place = get_brand_enrollment(access, wanted) if wanted else None
    initial: dict[str, Any] = {"whom": key_of(place)} if place else {}
    if like:
        model = get_goal_for(access, like)
        place, initial = model.enrollment, initial_of(model, since=_today(access))
    form = _form(request, access, place, initial=initial)
    if request.method == "POST" and form.is_valid():
        goal = create_goal(
            brand_id=access.brand.pk,
            facts=form.facts,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("The goal is set."))
        return see_other(_url(goal))
    return _show_form(request, access, form, None)


@door
@require_http_methods(["GET", "POST"])
def edit_goal(request: HttpRequest, slug: str, goal_id: str) -> HttpResponse:
    """Change a goal; one that is over stays, and a new one like it is offered."""
    access = get_brand_for(request.user, slug)
    goal = get_goal_for(access, goal_id)
    require(access, Right.MANAGE)
    form = _form(request, access, goal.enrollment, initial=initial_of(goal, since=goal.since))
    if request.method == "POST" and form.is_valid():
        try:
            update_goal(
                goal_id=goal.pk,
                facts=form.facts,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except GoalClosed:
            form.add_error(None, _("This goal is over and stays as it was. Set a new one."))
        else:
            messages.success(request, _("Saved."))
            return see_other(_url(goal))
    return _show_form(request, access, form, goal)


@door
@require_http_methods(["GET", "POST"])
def close_goal(request: HttpRequest, slug: str, goal_id: str) -> HttpResponse:
    """End a goal before its time, after saying what that does."""
    access = get_brand_for(request.user, slug)
    goal = get_goal_for(access, goal_id)
    require(access, Right.MANAGE)
    if request.method == "POST":
        try:
            end_goal(
                goal_id=goal.pk,
                count=count_one,
                today=_today(access),
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
            messages.success(request, _("The goal is ended."))
        except GoalClosed:
            messages.error(request, _("The goal was over already."))
        return see_other(_url(goal))
    (row,) = read_goals([goal], today=_today(access))
    facts = [
        (_("Goal"), goal.name),
        (_("Reached so far"), say_figure(goal, row.count.value)),
        (_("Target"), say_figure(goal, goal.target)),
    ]
    context = _page(access, goal=goal, facts=facts, back_url=_url(goal))
    return render(request, "portal/goal_end.html", context)


def _form(
    request: HttpRequest,
    access: BrandAccess,
    place: Enrollment | None,
    *,
    initial: dict[str, Any],
) -> GoalForm:
    programs = list(list_programs(access.brand))
    used = [*(program.currency for program in programs), *list_currencies(access.brand)]
    return GoalForm(
        posted(request),
        whom=_list_whom(access, place),
        currencies=list(dict.fromkeys(used)),
        today=_today(access),
        initial=initial,
    )


def _list_whom(access: BrandAccess, place: Enrollment | None) -> dict[str, tuple[str, Whom]]:
    programs = {program.pk: program for program in list_programs(access.brand)}
    groups = list_groups_by_program(programs)
    found: dict[str, tuple[str, Whom]] = {}
    if place is not None:
        label = _("Creator: {name}, {program}")
        text = label.format(name=place.affiliation, program=place.program.name)
        found[key_of(place)] = (text, place)
    for pk, program in programs.items():
        text = _("All of {program}").format(program=program.name)
        found[key_of(program)] = (text, program)
        for group in groups.get(pk, []):
            text = _("Group: {group}, {program}").format(group=group.name, program=program.name)
            found[key_of(group)] = (text, group)
    return found


def _show_form(
    request: HttpRequest, access: BrandAccess, form: GoalForm, goal: Goal | None
) -> HttpResponse:
    back = _url(goal) if goal else reverse("portal:goal-list", args=[access.brand.slug])
    context = _page(access, form=form, goal=goal, back_url=back)
    status = 422 if form.is_bound else 200
    return render(request, "portal/goal_form.html", context, status=status)


def _list_creators(row: GoalRow) -> list[dict[str, Any]]:
    """Return who brought most of it, each with the rows behind his figure."""
    goal = row.goal
    best = sorted(row.count.by_creator.items(), key=lambda item: (-item[1], str(item[0])))[:SHOWN]
    people = Affiliation.objects.select_related("affiliate").in_bulk([party for party, _n in best])
    return [
        {
            "creator": people[party],
            "value": say_figure(goal, number),
            "query": rows_query(goal, people[party].public_id),
        }
        for party, number in best
    ]


def _list_earlier(goal: Goal) -> list[Goal]:
    """Return the months before of a goal that repeats, the latest first."""
    found: list[Goal] = []
    before = goal.follows
    while before is not None and len(found) < EARLIER:
        found.append(before)
        before = before.follows
    return found


def _draw(row: GoalRow, today: date) -> dict[str, Any]:
    """Return what counted by day, or by week or month where the days are many."""
    goal = row.goal
    span = Span(goal.since, goal.until)
    firsts = list_steps(span, pick_step("day", span))
    points = []
    every = max(1, len(firsts) // LABELS_SHOWN)
    for index, first in enumerate(firsts):
        after = firsts[index + 1] if index + 1 < len(firsts) else goal.until + timedelta(days=1)
        value = sum(number for day, number in row.count.by_day.items() if first <= day < after)
        points.append(
            Point(
                label=formats.day_text(first, language=current_language()),
                value=value,
                text=say_figure(goal, value),
                short=formats.day_short_text(first, language=current_language())
                if index % every == every // 2
                else "",
                is_unfinished=first <= today < after,
            )
        )
    return {"points": points, "currency": goal.currency, "title": goal.get_measure_display()}


def _page(access: BrandAccess, **context: Any) -> dict[str, Any]:
    return brand_page(
        access,
        nav_current="portal:report-list",
        tabs=list_tabs(access.brand.slug, "goals"),
        **context,
    )


def _today(access: BrandAccess) -> date:
    brand = access.brand
    return brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()


def _url(goal: Goal) -> str:
    return reverse("portal:goal-detail", args=[goal.brand.slug, goal.public_id])
