"""News of a brand to its creators: written, seen as they will read it, sent once."""

from datetime import datetime
from typing import Any, TypedDict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_announcement_for
from affiliates.domain.segments import Segment
from affiliates.forms_resources import AnnouncementForm, SendForm
from affiliates.models import Announcement
from affiliates.selectors import list_groups_by_program, list_tags
from affiliates.selectors_resources import list_announcements, list_recipients
from affiliates.services.announcements import (
    AlreadySent,
    NobodyMeant,
    TimePassed,
    draft_announcement,
    schedule_announcement,
    update_announcement,
    withdraw_announcement,
)
from affiliates.wording import describe_segment
from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import why_not
from brands.models import Group, Program
from brands.selectors import list_programs
from brands.selectors_kinds import name_kinds
from brands.views.common import pick_program, program_page
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page

TAB = "affiliates:announcement-list"
NAMES_SHOWN = 30


class _By(TypedDict):
    """Who does it, and when."""

    actor_id: int
    now: datetime


@require_GET
@door
def show_announcements(request: HttpRequest, slug: str) -> HttpResponse:
    """List what was announced, and what waits to be."""
    access = get_brand_for(request.user, slug)
    page = cut_page(list_announcements(access.brand), before=request.GET.get("before", ""))
    names = _name_parts(access)
    context = program_page(
        access,
        pick_program(request, access),
        TAB,
        rows=[(row, _describe(row, names)) for row in page.rows],
        next_url=page.older_url(request.GET.dict()),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "affiliates/announcement_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def write_announcement(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a new one; it is sent from the page after this."""
    return _edit(request, get_brand_for(request.user, slug, Right.MANAGE), None)


@require_http_methods(["GET", "POST"])
@door
def edit_announcement(request: HttpRequest, slug: str, announcement_id: str) -> HttpResponse:
    """Change what was not sent yet; what was sent is shown with who read it."""
    access = get_brand_for(request.user, slug)
    announcement = get_announcement_for(access, announcement_id)
    if announcement.sent_at is not None:
        return _show(request, access, announcement)
    require(access, Right.MANAGE)
    return _edit(request, access, announcement)


@require_http_methods(["GET", "POST"])
@door
def send_announcement(request: HttpRequest, slug: str, announcement_id: str) -> HttpResponse:
    """Show who will get it and what he will read; then send it, now or at a time."""
    access = get_brand_for(request.user, slug)
    announcement = get_announcement_for(access, announcement_id)
    require(access, Right.MANAGE)
    form = SendForm(posted(request), zone=access.brand.time_zone)
    if announcement.sent_at is not None:
        return see_other(_url("edit", announcement))
    if request.method == "POST" and form.is_valid() and _schedule(access, announcement, form):
        messages.success(request, _say_scheduled(form))
        return see_other(reverse(TAB, args=[slug]))
    people = list_recipients(announcement, now=brand_now(access.brand))
    context = program_page(
        access,
        _program_of(announcement),
        TAB,
        announcement=announcement,
        parts=_describe(announcement, _name_parts(access)),
        form=form,
        people=people[:NAMES_SHOWN],
        count=len(people),
        more=max(0, len(people) - NAMES_SHOWN),
        back_url=_url("edit", announcement),
    )
    status = 422 if form.errors else 200
    return render(request, "affiliates/announcement_send.html", context, status=status)


@require_POST
@door
def withdraw(request: HttpRequest, slug: str, announcement_id: str) -> HttpResponse:
    """Take back what waits for its time."""
    access = get_brand_for(request.user, slug)
    announcement = get_announcement_for(access, announcement_id)
    require(access, Right.MANAGE)
    try:
        withdraw_announcement(announcement_id=announcement.pk, **_by(access))
        messages.success(request, _("Taken back. It is a draft again; nobody got it."))
    except AlreadySent:
        messages.error(request, _("It was sent meanwhile and cannot be taken back."))
    return see_other(reverse(TAB, args=[slug]))


def _edit(
    request: HttpRequest, access: BrandAccess, announcement: Announcement | None
) -> HttpResponse:
    program = _program_of(announcement) if announcement else pick_program(request, access)
    form = AnnouncementForm(
        posted(request),
        programs=list(list_programs(access.brand)),
        groups=_list_groups(access),
        kinds=name_kinds(access.brand),
        tags=_list_tags(access, announcement),
        initial=_initial(announcement) if announcement else None,
    )
    if request.method == "POST" and form.is_valid():
        saved = _save(access, announcement, form)
        if saved is not None:
            return see_other(_url("send", saved))
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        announcement=announcement,
        back_url=reverse(TAB, args=[access.brand.slug]),
    )
    status = 422 if form.is_bound else 200
    return render(request, "affiliates/announcement_form.html", context, status=status)


def _show(request: HttpRequest, access: BrandAccess, announcement: Announcement) -> HttpResponse:
    row = list_announcements(access.brand).get(pk=announcement.pk)
    context = program_page(
        access,
        _program_of(row),
        TAB,
        row=row,
        parts=_describe(row, _name_parts(access)),
        back_url=reverse(TAB, args=[access.brand.slug]),
    )
    return render(request, "affiliates/announcement_detail.html", context)


def _save(
    access: BrandAccess, announcement: Announcement | None, form: AnnouncementForm
) -> Announcement | None:
    if announcement is None:
        return draft_announcement(brand_id=access.brand.pk, facts=form.facts, **_by(access))
    try:
        return update_announcement(announcement_id=announcement.pk, facts=form.facts, **_by(access))
    except AlreadySent:
        form.add_error(None, _("It was sent meanwhile. Write a new one to add something."))
    return None


def _schedule(access: BrandAccess, announcement: Announcement, form: SendForm) -> bool:
    try:
        schedule_announcement(
            announcement_id=announcement.pk, send_at=form.cleaned_data["send_at"], **_by(access)
        )
    except AlreadySent:
        form.add_error(None, _("It was sent already, and is not sent twice."))
    except NobodyMeant:
        form.add_error(None, _("No creator fits. Go back and choose for whom it is."))
    except TimePassed:
        form.add_error("send_at", _("This time is past. Choose a later one, or none."))
    return not form.errors


def _say_scheduled(form: SendForm) -> str:
    if form.cleaned_data["send_at"] is None:
        return _("On its way: it stands in the news of its readers within a minute.")
    return _("It waits for its time. Until then it can be changed or taken back.")


def _describe(announcement: Announcement, names: dict[str, str]) -> list[str]:
    parts = describe_segment(Segment.read(announcement.audience), names)
    program = announcement.program
    return [program.name, *parts] if program else parts


def _program_of(announcement: Announcement) -> Program:
    """Return the program whose section shows it: its own, or else the brand's oldest.

    :raises NotFound: the brand has none.
    """
    program = announcement.program or list_programs(announcement.brand).first()
    if program is None:
        raise NotFound
    return program


def _list_groups(access: BrandAccess) -> list[Group]:
    """Return the groups of all programs, named with their program where there are several."""
    programs = {program.pk: program for program in list_programs(access.brand)}
    by_program = list_groups_by_program(programs)
    groups = [group for pk in programs for group in by_program.get(pk, [])]
    if len(programs) > 1:
        for group in groups:
            group.name = f"{programs[group.program_id].name}: {group.name}"
    return groups


def _list_tags(access: BrandAccess, announcement: Announcement | None) -> list[str]:
    """Return the tags in use, and those the announcement asks for though nobody has them now."""
    asked = Segment.read(announcement.audience).tags if announcement else ()
    return sorted({*list_tags(access.brand), *asked})


def _name_parts(access: BrandAccess) -> dict[str, str]:
    """Return what groups and kinds of creators are called, by their ids."""
    groups = {group.public_id: group.name for group in _list_groups(access)}
    return name_kinds(access.brand) | groups


def _initial(announcement: Announcement) -> dict[str, Any]:
    return {
        "title": announcement.title,
        "text": announcement.text,
        "program": announcement.program.public_id if announcement.program else "",
        **announcement.audience,
    }


def _url(what: str, announcement: Announcement) -> str:
    args = [announcement.brand.slug, announcement.public_id]
    return reverse(f"affiliates:announcement-{what}", args=args)


def _by(access: BrandAccess) -> _By:
    return {"actor_id": access.member.user_id, "now": brand_now(access.brand)}
