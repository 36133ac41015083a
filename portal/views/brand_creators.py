"""A brand's creators with what they brought: the list."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from affiliates.models import Affiliation, AffiliationStatus
from affiliates.selectors import (
    join_url,
    list_groups_by_program,
    list_tags,
    list_waiting_applications,
)
from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from brands.models import ProgramStatus
from brands.selectors import list_programs
from brands.selectors_kinds import list_used_kinds
from core.asked import read_text
from core.clock import brand_now
from core.edges import door
from core.money import Money
from core.paging import cut_page
from portal.creators import FILTERS, pick_creators, rank_creators, sum_up_creators
from portal.tier_words import say_missing
from portal.tiers import read_places
from tracking.selectors_brand import (
    NO_FIGURES,
    CreatorFigures,
    sum_creators,
)

SHOWN = 10


@door
@require_GET
def show_creators(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a brand's creators, 50 a page, and the addresses to invite more."""
    access = get_brand_for(request.user, slug)
    brand, asked = access.brand, request.GET.dict()
    filters = {name: read_text(asked, name) for name in FILTERS}
    programs = list(list_programs(brand).select_related("brand"))
    found = pick_creators(brand, asked)
    rows, order, columns = rank_creators(
        brand, found, sort=read_text(asked, "sort"), programs=programs
    )
    page = cut_page(rows, before=asked.get("before", ""), order=order)
    figures = sum_creators(brand, [row.pk for row in page.rows])
    revenue, commission = sum_up_creators(brand, found)
    groups = list_groups_by_program({program.pk for program in programs})
    context = brand_page(
        access,
        rows=[(row, _with_zero(figures.get(row.pk, NO_FIGURES), row)) for row in page.rows],
        columns=columns,
        tiers=[
            (pk, say_missing(row))
            for pk, row in read_places(
                [place for row in page.rows for place in row.enrollments.all()],
                now=brand_now(brand),
            ).items()
        ],
        next_url=page.older_url(asked),
        total=found.order_by().count(),
        revenue=revenue,
        commission=commission,
        filters=filters,
        is_filtered=any(filters.values()),
        states=AffiliationStatus.choices,
        programs=programs,
        groups=[(program, groups.get(program.pk, [])) for program in programs],
        kinds=list_used_kinds(brand),
        tags=list_tags(brand),
        waiting=list_waiting_applications(brand).count(),
        invites=[(p, join_url(p)) for p in programs if p.status == ProgramStatus.LIVE],
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/creator_list.html", context)


def _with_zero(figures: CreatorFigures, affiliation: Affiliation) -> CreatorFigures:
    """Return figures that say 0 in the program's currency where there is nothing yet."""
    places = list(affiliation.enrollments.all())
    zero = (Money(0, places[0].program.currency),) if places else ()
    return replace(figures, revenue=figures.revenue or zero, commission=figures.commission or zero)
