"""A brand's creators with what they brought: the list, and one of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from affiliates.access import get_affiliation_for
from affiliates.models import Affiliation, AffiliationStatus, Code, Link
from affiliates.selectors import (
    join_url,
    list_applications,
    list_brand_codes,
    list_brand_links,
    list_enrollments_of,
    list_groups_by_program,
    list_notes,
    list_tags,
    list_waiting_applications,
    short_url,
)
from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from brands.models import ProgramStatus
from brands.selectors import list_programs
from brands.selectors_kinds import list_used_kinds
from core.asked import read_text
from core.clock import brand_now
from core.edges import door
from core.models import AuditEvent
from core.money import Money
from core.paging import cut_page
from core.refusals import find_refusal
from payouts.selectors import list_payouts_of, list_standings
from portal.audit_log import describe_events
from portal.creators import FILTERS, pick_creators, rank_creators, sum_up_creators
from tracking.selectors_brand import (
    NO_FIGURES,
    CreatorFigures,
    list_commissions,
    sum_creators,
)
from tracking.states import derive_state

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


@door
@require_GET
def show_creator(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Show one creator: money, places in programs, links and codes, orders, payouts, history."""
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    brand = access.brand
    places = list(list_enrollments_of(affiliation))
    groups = list_groups_by_program({place.program_id for place in places})
    links = list(list_brand_links(brand).filter(enrollment__affiliation=affiliation))
    codes = list(list_brand_codes(brand).filter(enrollment__affiliation=affiliation))
    commissions = list_commissions(brand).filter(affiliation=affiliation)
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        affiliation=affiliation,
        refusal=find_refusal(affiliation.affiliate.user.email),
        standings=list_standings([affiliation]),
        figures=sum_creators(brand, [affiliation.pk]).get(affiliation.pk, NO_FIGURES),
        places=[(place, groups.get(place.program_id, [])) for place in places],
        links=[(link, short_url(link.current_slug)) for link in links],  # type: ignore[attr-defined]
        codes=codes,
        orders=[_describe(row) for row in commissions[:SHOWN]],
        payouts=list_payouts_of([affiliation])[:SHOWN],
        tags=list_tags(brand),
        notes=list_notes(brand, [affiliation.affiliate_id]).get(affiliation.affiliate_id, []),
        applications=list_applications(brand).filter(affiliate=affiliation.affiliate_id),
        history=describe_events(_find_events(affiliation, places, links, codes), brand),
        manage_off=why_not(access, Right.MANAGE),
        now=brand_now(brand),
    )
    return render(request, "portal/creator_detail.html", context)


def _with_zero(figures: CreatorFigures, affiliation: Affiliation) -> CreatorFigures:
    """Return figures that say 0 in the program's currency where there is nothing yet."""
    places = list(affiliation.enrollments.all())
    zero = (Money(0, places[0].program.currency),) if places else ()
    return replace(figures, revenue=figures.revenue or zero, commission=figures.commission or zero)


def _describe(commission: Any) -> dict[str, Any]:
    state = derive_state(commission, has_open_hold=commission.has_open_hold)
    return {
        "commission": commission,
        "number": commission.order.number,
        "badge": state.badge,
    }


def _find_events(
    affiliation: Affiliation, places: Iterable[Any], links: list[Link], codes: list[Code]
) -> QuerySet[AuditEvent]:
    """Return what was changed about a creator and what is his, newest first."""
    targets = {
        "affiliates.affiliation": [affiliation.public_id],
        "affiliates.enrollment": [place.public_id for place in places],
        "affiliates.link": [link.public_id for link in links],
        "affiliates.code": [code.public_id for code in codes],
        "affiliates.application": list(
            affiliation.affiliate.applications.filter(brand=affiliation.brand_id).values_list(
                "public_id", flat=True
            )
        ),
    }
    about = Q()
    for kind, ids in targets.items():
        about |= Q(target_type=kind, target_id__in=ids)
    rows = AuditEvent.objects.filter(about, brand_id=affiliation.brand_id)
    return rows.select_related("actor").order_by("-pk")[: 3 * SHOWN]
