"""Tiers of a program: for the brand, with a preview of who would move, and for a creator."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import list_enrollments
from affiliates.context import creator_page, read_scope
from affiliates.selectors_moves import list_moves, list_moves_of_program
from brands.access import BrandAccess, Right, get_brand_for
from brands.context import why_not
from brands.forms.notice import NoticeForm, say_notice
from brands.models import Ladder, Program, Tier, TierReach
from brands.selectors import list_groups
from brands.selectors_ladders import find_ladder_at, find_latest_ladder, list_tiers
from brands.selectors_terms import describe_ladder
from brands.services.ladders import (
    LadderDraft,
    StaleLadder,
    find_ladder_notice,
    make_rows,
    publish_ladder,
)
from brands.views.common import pick_program, program_page, program_url
from brands.wording import render_clause
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from portal.forms_tiers import LadderForm, facts_of
from portal.tier_words import (
    describe_move,
    describe_place,
    list_steps,
    say_figure,
    say_rate,
)
from portal.tiers import find_rate, read_places, read_program, read_rules

TAB = "portal:tiers"
SHOWN = 50
MOVES = 20


@door
@require_GET
def show_tiers(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the tiers of a program, who stands where, and who moved."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    now = brand_now(access.brand)
    latest = find_latest_ladder(program)
    ladder = find_ladder_at(program, now)
    tiers = list_tiers(ladder)
    rows = read_program(ladder, tiers, now=now) if ladder and tiers else []
    page = cut_page(
        list_moves_of_program(program.pk), before=request.GET.get("before", ""), size=MOVES
    )
    context = program_page(
        access,
        program,
        TAB,
        ladder=ladder,
        coming=latest if latest and latest != ladder else None,
        coming_clauses=_say_clauses(program, latest) if latest and latest != ladder else [],
        clauses=_say_clauses(program, ladder),
        tiers=_list_tiers(program, ladder, tiers, rows, now),
        rows=[describe_place(row, now=now) for row in rows[:SHOWN]],
        total=len(rows),
        moves=[describe_move(move) for move in page.rows],
        next_url=page.older_url(request.GET.dict()),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/tiers.html", context)


@door
@require_http_methods(["GET", "POST"])
def edit_tiers(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the tiers, show who would move where today, then publish them."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    latest = find_latest_ladder(program)
    form = LadderForm(
        posted(request),
        program=program,
        groups=list(list_groups(program)),
        initial=facts_of(latest, list_tiers(latest)),
    )
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        return _preview(request, access, program, form)
    back = program_url(TAB, access, program)
    context = program_page(access, program, TAB, form=form, back_url=back)
    return render(request, "portal/tiers_edit.html", context, status=422 if form.errors else 200)


@door
@require_GET
def show_own_tiers(request: HttpRequest) -> HttpResponse:
    """Show a creator the groups he can reach, what is missing, and his moves so far."""
    scope = read_scope(request)
    now = scope.now()
    places = list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))
    found = read_places(places, now=now)
    context = creator_page(
        scope,
        rows=[{**describe_place(row, now=now), "steps": list_steps(row)} for row in found.values()],
        moves=[describe_move(move) for move in list_moves(places)[:MOVES]],
        nav_current="affiliates:program-list",
    )
    return render(request, "portal/own_tiers.html", context)


def _preview(
    request: HttpRequest, access: BrandAccess, program: Program, form: LadderForm
) -> HttpResponse:
    """Show who would move today and what the terms will say; publish what was seen."""
    now, draft = brand_now(access.brand), form.to_draft()
    earliest = find_ladder_notice(program=program, draft=draft, now=now)
    is_sent = "publish" in request.POST
    day = None
    if earliest is not None:
        day = NoticeForm(
            request.POST if is_sent else None, zone=access.brand.time_zone, earliest=earliest
        )
    if is_sent and (day is None or day.is_valid()):
        starts = day.begin(day.cleaned_data["applies_on"]) if day else now
        return _publish(request, access, program, form, draft, starts)
    ladder, tiers = make_rows(program, draft)
    ladder.effective_from = now
    names = {group.pk: group for group in form.groups}
    for tier in tiers:
        tier.group = names[tier.group_id]
    rows = read_program(ladder, tiers, now=now)
    moving = [row for row in rows if row.verdict.outcome != "stays"]
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        day_form=day,
        says=say_notice(earliest, access.brand.time_zone) if earliest else "",
        clauses=[
            render_clause(clause)
            for clause in describe_ladder(ladder, tiers, {pk: g.name for pk, g in names.items()})
        ],
        rows=[describe_place(row, now=now) for row in moving[:SHOWN]],
        moving=len(moving),
        staying=len(rows) - len(moving),
        back_url=program_url(TAB, access, program),
    )
    return render(request, "portal/tiers_preview.html", context, status=422 if is_sent else 200)


def _publish(
    request: HttpRequest,
    access: BrandAccess,
    program: Program,
    form: LadderForm,
    draft: LadderDraft,
    starts: datetime,
) -> HttpResponse:
    try:
        publish_ladder(
            program_id=program.pk,
            draft=draft,
            effective_from=starts,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            base_version=form.cleaned_data["base_version"],
        )
    except StaleLadder:
        messages.error(request, _("Someone changed the tiers meanwhile. Look at them again."))
        return see_other(program_url("portal:tiers-edit", access, program))
    messages.success(request, _("Published. The terms say it, and members are mailed."))
    return see_other(program_url(TAB, access, program))


def _list_tiers(
    program: Program,
    ladder: Ladder | None,
    tiers: list[Tier],
    rows: list[Any],
    now: datetime,
) -> list[dict[str, Any]]:
    if ladder is None:
        return []
    rules = read_rules(program, now=now)
    return [
        {
            "group": tier.group,
            "from": say_figure(ladder, tier.threshold),
            "rate": say_rate(find_rate(rules, tier.group_id), program),
            "reach": TierReach(tier.reach).label if tier.position > 1 else "",
            "count": sum(row.place.group_id == tier.group_id for row in rows),
        }
        for tier in tiers
    ]


def _say_clauses(program: Program, ladder: Ladder | None) -> list[str]:
    names = {group.pk: group.name for group in list_groups(program)}
    return [render_clause(one) for one in describe_ladder(ladder, list_tiers(ladder), names)]
