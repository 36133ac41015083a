"""Applications: the queue, the page of one, and taking somebody in."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from affiliates.access import get_application_for, list_applications_for
from affiliates.forms_brand import GroupForm
from affiliates.models import Application
from affiliates.selectors import (
    find_enrollment,
    list_groups_by_program,
    list_notes,
    list_waiting_applications,
)
from affiliates.selectors_alike import find_pairs_of
from affiliates.selectors_applications import (
    FILTERS,
    find_neighbours,
    find_refusals,
    has_checklists,
    pick_applications,
    read_tab,
)
from affiliates.selectors_likeness import find_likenesses
from affiliates.selectors_vetting import find_checklists
from affiliates.services.applications import AlreadyDecided, approve_application
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramClosed,
    ProgramFull,
)
from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.selectors import list_programs
from core.asked import read_text
from core.clock import brand_now
from core.edges import door, see_other
from core.paging import cut_page

NAV = "affiliates:creator-list"
ORDERS = {"waiting": ("submitted_at", "pk"), "rejected": ("-decided_at", "-pk")}


@door
@require_GET
def show_queue(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the applications that wait, or those that were refused, as the filters narrow them."""
    access = get_brand_for(request.user, slug)
    brand, asked = access.brand, request.GET.dict()
    tab, found = read_tab(asked), pick_applications(brand, asked)
    filters = {name: read_text(asked, name) for name in FILTERS}
    page = cut_page(found, before=asked.get("before", ""), order=ORDERS[tab])
    context = brand_page(
        access,
        nav_current=NAV,
        tab=tab,
        cards=_describe(access, page.rows),
        total=found.order_by().count(),
        next_url=page.older_url(asked),
        filters=filters,
        is_filtered=any(filters.values()),
        programs=list(list_programs(brand)),
        has_checklists=tab == "waiting" and has_checklists(brand),
        waiting=list_waiting_applications(brand).count(),
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "affiliates/application_list.html", context)


@door
@require_GET
def show_application(request: HttpRequest, slug: str, application_id: str) -> HttpResponse:
    """Show one application, with the way to those that wait before and after it."""
    access = get_brand_for(request.user, slug)
    application = get_application_for(access, application_id)
    earlier, later = find_neighbours(application)
    (card,) = _describe(access, [application])
    place = find_enrollment(application.affiliate, application.program)
    context = brand_page(
        access,
        nav_current=NAV,
        application=application,
        card={**card, "creator_id": place and place.affiliation.public_id},
        earlier=earlier,
        later=later,
        then=(later or earlier or application).public_id,
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "affiliates/application_detail.html", context)


@door
@require_POST
def approve(request: HttpRequest, slug: str, application_id: str) -> HttpResponse:
    """Take the applicant in, in the group chosen."""
    access = get_brand_for(request.user, slug)
    application = get_application_for(access, application_id)
    require(access, Right.MANAGE)
    form = GroupForm(request.POST, program=application.program)
    back = see_other(next_url(access, request.POST.get("then", "")))
    if not form.is_valid():
        messages.error(request, _("Nothing was done: this group is not one of the program."))
        return back
    try:
        enrollment = approve_application(
            application_id=application.pk,
            group_id=form.cleaned_data["group"].pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except (
        AlreadyDecided,
        AlreadyMember,
        AffiliationSuspended,
        ProgramClosed,
        ProgramFull,
    ) as error:
        messages.error(request, _say_why_not(error))
        return back
    text = _("%(creator)s is in: link and code are ready, and the mail is on its way.")
    messages.success(request, text % {"creator": enrollment.affiliation.affiliate.display_name})
    return back


def next_url(access: BrandAccess, then: str) -> str:
    """Return where a decision leads: to the application that follows, or to the queue."""
    slug = access.brand.slug
    if following := list_applications_for(access, [then]).first():
        return reverse("affiliates:application-detail", args=[slug, following.public_id])
    return reverse("affiliates:application-list", args=[slug])


def _describe(access: BrandAccess, rows: Collection[Application]) -> list[dict[str, Any]]:
    now = brand_now(access.brand)
    people = {row.affiliate_id for row in rows}
    groups = list_groups_by_program({row.program_id for row in rows})
    notes = list_notes(access.brand, people)
    alike = find_likenesses(access.brand, rows)
    pairs = find_pairs_of(access.brand, people)
    refusals = find_refusals(access.brand, rows)
    checklists = find_checklists(rows)
    return [
        {
            "application": row,
            "groups": groups.get(row.program_id, []),
            "notes": notes.get(row.affiliate_id, []),
            "alike": alike.get(row.affiliate_id, []),
            "pairs": pairs.get(row.affiliate_id, []),
            "refusals": refusals.get(row.affiliate_id, []),
            "checklist": checklists[row.pk],
            "age_days": (now - row.submitted_at).days,
        }
        for row in rows
    ]


def _say_why_not(error: Exception) -> str:
    """Say why an application could not be decided."""
    if isinstance(error, AlreadyDecided):
        return _("Somebody decided this application before you. Nothing was changed.")
    if isinstance(error, ProgramClosed):
        return _("The program is closed and takes nobody in. Nothing was changed.")
    if isinstance(error, ProgramFull):
        return _("The program is full. Raise its limit in the settings first; nothing was changed.")
    if isinstance(error, AlreadyMember):
        return _("This creator is in the program already. Nothing was changed.")
    return _("This creator is suspended here. Reinstate the creator first; nothing was changed.")
