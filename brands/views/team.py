"""The people who work for a brand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.forms.team import ROLES, InviteForm, RoleForm
from brands.models import Member, Role
from brands.selectors import list_members
from brands.services.team import (
    AlreadyInTeam,
    HasJoined,
    LastOwner,
    change_role,
    invite_again,
    invite_member,
    remove_member,
)
from core import formats
from core.clock import brand_now
from core.edges import door, posted, see_other

NAV = "brands:team"


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List the team."""
    access = get_brand_for(request.user, slug)
    members = list(list_members(access.brand))
    owners = sum(member.role == Role.OWNER for member in members)
    context = brand_page(
        access,
        members=members,
        only_owner=owners == 1,
        off=why_not(access, Right.TEAM),
        roles=[label for _role, label in ROLES],
    )
    return render(request, "brands/team.html", context)


@require_http_methods(["GET", "POST"])
@door
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Take somebody into the team by his address."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    form = InviteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            member = invite_member(
                brand_id=access.brand.pk,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
                **form.cleaned_data,
            )
        except AlreadyInTeam:
            form.add_error("email", _("This person is in the team already."))
        else:
            text = _("%(who)s is in the team now and was told by mail.")
            messages.success(request, text % {"who": formats.isolate(member.user.email)})
            return see_other(_team_url(access))
    return _render_form(request, access, form, title=_("Invite a member"), button=_("Invite"))


@require_POST
@door
def invite_once_more(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    """Mail the invitation again to a member who has never logged in."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    member = _get_member(access, member_id)
    try:
        invite_again(
            member_id=member.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
        )
    except HasJoined:
        messages.info(request, _("Nothing was sent: this person has logged in already."))
    else:
        text = _("The invitation is on its way to %(who)s again.")
        messages.success(request, text % {"who": formats.isolate(member.user.email)})
    return see_other(_team_url(access))


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    """Give a member another role."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    member = _get_member(access, member_id)
    form = RoleForm(posted(request), initial={"role": member.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(
                member_id=member.pk,
                role=form.cleaned_data["role"],
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except LastOwner:
            form.add_error("role", _("A brand keeps at least one owner. Name another one first."))
        else:
            messages.success(request, _("Saved. The new role holds at once."))
            return see_other(_team_url(access))
    title = _("Role of %(who)s") % {"who": formats.isolate(str(member))}
    return _render_form(request, access, form, title=title, button=_("Change role"))


@require_http_methods(["GET", "POST"])
@door
def remove(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    """Say what taking somebody off the team does, then do it."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    member = _get_member(access, member_id)
    if request.method == "POST":
        try:
            remove_member(
                member_id=member.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
            )
        except LastOwner:
            text = _("A brand keeps at least one owner. Name another one first.")
            messages.error(request, text)
        else:
            messages.success(request, _("Done. What this person did stays in the audit log."))
            if member.user_id == request.user.pk:
                return see_other("/")
        return see_other(_team_url(access))
    context = brand_page(access, member=member, back_url=_team_url(access), nav_current=NAV)
    return render(request, "brands/member_remove.html", context)


def _get_member(access: BrandAccess, member_id: int) -> Member:
    member = list_members(access.brand).filter(pk=member_id).first()
    if member is None:
        raise NotFound
    return member


def _render_form(
    request: HttpRequest, access: BrandAccess, form: RoleForm, *, title: str, button: str
) -> HttpResponse:
    context = brand_page(
        access,
        form=form,
        title=title,
        button=button,
        back_url=_team_url(access),
        nav_current=NAV,
    )
    status = 422 if form.is_bound else 200
    return render(request, "brands/member_form.html", context, status=status)


def _team_url(access: BrandAccess) -> str:
    return reverse(NAV, args=[access.brand.slug])
