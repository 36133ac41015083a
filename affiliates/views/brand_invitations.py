"""Invite creators, by link or by mail, and see what became of each invitation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_invitation_for
from affiliates.domain.invitesheet import write_sheet
from affiliates.forms_invitations import FAULTS, REASONS, InviteLinkForm, InvitePeopleForm
from affiliates.models import Invitation, InvitationKind
from affiliates.selectors import list_groups_by_program, list_waiting_applications
from affiliates.selectors_invitations import (
    FILTERS,
    OPEN,
    STATES,
    invite_url,
    pick_invitations,
)
from affiliates.services.errors import ProgramNotOpen
from affiliates.services.invitation_plan import Plan, plan_invitations
from affiliates.services.invitations import (
    HasErrors,
    InvitationEnded,
    Inviting,
    SentLately,
    make_invite_link,
    resend_invitation,
    revoke_invitation,
    send_invitations,
)
from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.models import Group, ProgramStatus
from brands.selectors import list_programs
from core.asked import read_text
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from core.states import get_state
from core.templatetags.fairshare import number
from core.wording import current_language

NAV = "affiliates:creator-list"
LIST = "affiliates:invitation-list"


@door
@require_GET
def show_invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """List the invitations of a brand, newest first, with what became of each."""
    access = get_brand_for(request.user, slug)
    asked = request.GET.dict()
    filters = {name: read_text(asked, name) for name in FILTERS}
    found = pick_invitations(access.brand, asked, now=brand_now(access.brand))
    page = cut_page(found, before=asked.get("before", ""))
    off = why_not(access, Right.MANAGE)
    context = brand_page(
        access,
        nav_current=NAV,
        rows=[_describe(row, is_shown=not off) for row in page.rows],
        total=found.order_by().count(),
        next_url=page.older_url(asked),
        filters=filters,
        is_filtered=any(filters.values()),
        programs=list(list_programs(access.brand)),
        states=[(one, get_state(one, kind="invitation").label) for one in STATES],
        waiting=list_waiting_applications(access.brand).count(),
        manage_off=off,
    )
    return render(request, "affiliates/invitation_list.html", context)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def invite_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Take addresses or a file, show what would be sent, then send it."""
    access = get_brand_for(request.user, slug)
    require(access, Right.MANAGE)
    form = InvitePeopleForm(
        posted(request),
        request.FILES or None,
        groups=_list_groups(access),
        initial={"language": current_language()},
    )
    plan: Plan | None = None
    if request.method == "POST" and form.is_valid():
        if "confirmed" in request.POST and (sent := _send(access, form)) is not None:
            messages.success(request, _say_sent(len(sent.invitees)))
            return see_other(reverse(LIST, args=[slug]))
        group = form.chosen
        plan = plan_invitations(program=group.program, default=group, rows=form.rows)
    context = brand_page(
        access, nav_current=NAV, form=form, **(_preview(form, plan) if plan else {})
    )
    status = 422 if form.errors or (plan and plan.errors) else 200
    name = "invitation_preview" if plan and not form.errors else "invitation_new"
    return render(request, f"affiliates/{name}.html", context, status=status)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def invite_by_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Make an address that whoever has it may join by."""
    access = get_brand_for(request.user, slug)
    require(access, Right.MANAGE)
    form = InviteLinkForm(posted(request), groups=_list_groups(access))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        group = form.chosen
        make_invite_link(
            inviting=Inviting(program_id=group.program_id, group_id=group.pk, days=data["days"]),
            name=data["name"],
            max_uses=data["max_uses"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("The link is ready. Copy it below."))
        return see_other(reverse(LIST, args=[slug]))
    context = brand_page(access, nav_current=NAV, form=form)
    status = 422 if form.errors else 200
    return render(request, "affiliates/invitation_link.html", context, status=status)


@door
@require_POST
def resend(request: HttpRequest, slug: str, invitation_id: str) -> HttpResponse:
    """Mail an invitation once more."""
    access = get_brand_for(request.user, slug)
    invitation = get_invitation_for(access, invitation_id)
    require(access, Right.MANAGE)
    try:
        resend_invitation(
            invitation_id=invitation.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("The invitation is on its way again."))
    except SentLately:
        messages.error(request, _("It was mailed within the last day. Try again tomorrow."))
    except InvitationEnded:
        messages.error(request, _("Nothing was sent: this invitation has ended."))
    return see_other(reverse(LIST, args=[slug]))


@door
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, slug: str, invitation_id: str) -> HttpResponse:
    """Make an invitation open nothing any more."""
    access = get_brand_for(request.user, slug)
    invitation = get_invitation_for(access, invitation_id)
    require(access, Right.MANAGE)
    if request.method != "POST":
        context = brand_page(access, nav_current=NAV, invitation=invitation)
        return render(request, "affiliates/invitation_revoke.html", context)
    try:
        revoke_invitation(
            invitation_id=invitation.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("Revoked. The invitation opens nothing any more."))
    except InvitationEnded:
        messages.error(request, _("Nothing was changed: this invitation has ended."))
    return see_other(reverse(LIST, args=[slug]))


def _send(access: BrandAccess, form: InvitePeopleForm) -> Plan | None:
    """Invite everybody of the table; None, with the reason on the form, where nobody was."""
    data, group = form.cleaned_data, form.chosen
    try:
        return send_invitations(
            inviting=Inviting(
                program_id=group.program_id,
                group_id=group.pk,
                message=data["message"],
                language=data["language"],
                days=data["days"],
            ),
            rows=form.rows,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except HasErrors:
        return None  # the preview that follows names them
    except ProgramNotOpen:
        form.add_error("group", _("This program takes no creators now. Set it live first."))
    return None


def _preview(form: InvitePeopleForm, plan: Plan) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "plan": plan,
        "left_out": [(row, REASONS[why]) for row, why in plan.left_out],
        "faults": [(row, FAULTS[why]) for row, why in plan.errors],
        "fields": {
            "group": data.get("group", ""),
            "message": data.get("message", ""),
            "language": data.get("language", ""),
            "days": data.get("days") or "",
            "sheet": write_sheet(form.rows),
        },
    }


def _say_sent(count: int) -> str:
    text = ngettext(
        "%(count)s invitation is on its way.", "%(count)s invitations are on their way.", count
    )
    return text % {"count": number(count)}


def _describe(row: Invitation, *, is_shown: bool) -> dict[str, Any]:
    state: str = row.state  # type: ignore[attr-defined]
    is_link = row.kind == InvitationKind.LINK
    return {
        "invitation": row,
        "is_link": is_link,
        "url": invite_url(row) if is_link and state in OPEN and is_shown else "",
        "may_resend": not is_link and state in {*OPEN, "expired"},
        "may_revoke": state not in {"joined", "declined", "revoked"},
    }


def _list_groups(access: BrandAccess) -> list[Group]:
    """Return the groups of live programs, named with their program where there are several."""
    programs = {
        one.pk: one for one in list_programs(access.brand).filter(status=ProgramStatus.LIVE)
    }
    by_program = list_groups_by_program(programs)
    groups = [group for pk in programs for group in by_program.get(pk, [])]
    for group in groups:
        group.program = programs[group.program_id]
        if len(programs) > 1:
            group.name = f"{group.program.name}: {group.name}"
    return groups
