"""Groups of creators in a program."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, get_group_for
from brands.context import why_not
from brands.forms.programs import GroupForm
from brands.models import ChangeSubject, Group, PendingChange, Program
from brands.selectors import list_groups
from brands.selectors_kinds import list_offered_kinds, name_kinds
from brands.services.changes import announce_group_change
from brands.services.groups import GroupNameTaken, create_group, update_group
from brands.services.notice import AlreadyAnnounced, NoticeNeeded
from brands.services.programs import HoldOutOfRange
from brands.views.common import pick_program, program_page, program_url
from brands.views.notice import ask_for_day, say_already
from core.clock import brand_now
from core.edges import door, posted, see_other

TAB = "brands:groups"


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List the groups with their kind and hold."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    names = name_kinds(access.brand)
    context = program_page(
        access,
        program,
        TAB,
        groups=[(group, names[group.partner_type]) for group in list_groups(program)],
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "brands/groups.html", context)


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, group_id: str = "") -> HttpResponse:
    """Add a group, or change one for what comes from now on."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    group = get_group_for(access, group_id) if group_id else None
    if group is not None and group.program_id != program.pk:
        raise NotFound
    kinds = list_offered_kinds(access.brand, keep=group.partner_type if group else "")
    form = GroupForm(posted(request), initial=_facts(group) if group else None, kinds=kinds)
    back = program_url(TAB, access, program)
    if request.method == "POST" and form.is_valid():
        try:
            is_saved = _save(access, program, group, form)
        except NoticeNeeded as needed:
            return _ask_for_day(request, access, needed, group, form, back)
        if is_saved:
            messages.success(request, _("Saved. It holds for what comes from now on."))
            return see_other(back)
    context = program_page(access, program, TAB, form=form, group=group, back_url=back)
    return render(request, "brands/group_edit.html", context, status=422 if form.is_bound else 200)


def _save(
    access: BrandAccess,
    program: Program,
    group: Group | None,
    form: GroupForm,
) -> bool:
    actor_id, now, facts = access.member.user_id, brand_now(access.brand), form.cleaned_data
    try:
        if group is None:
            create_group(program_id=program.pk, actor_id=actor_id, now=now, **facts)
        else:
            update_group(group_id=group.pk, actor_id=actor_id, now=now, **facts)
    except GroupNameTaken:
        form.add_error("name", _("Another group of this program has this name."))
        return False
    except HoldOutOfRange as error:
        text = _("This installation allows %(low)s to %(high)s days.")
        form.add_error("hold_days", text % {"low": error.low, "high": error.high})
        return False
    except AlreadyAnnounced as error:
        form.add_error("hold_days", say_already(error))
        return False
    return True


def _ask_for_day(
    request: HttpRequest,
    access: BrandAccess,
    needed: NoticeNeeded,
    group: Group | None,
    form: GroupForm,
    back_url: str,
) -> HttpResponse:
    """Ask from which day a longer hold applies."""
    assert group is not None  # noqa: S101  # a new group makes nothing worse for anybody
    before = _facts(group)
    changes = {key: value for key, value in form.cleaned_data.items() if value != before[key]}
    return ask_for_day(
        request,
        access,
        needed,
        form=form,
        change=PendingChange(subject=ChangeSubject.GROUP, group=group, changes=changes),
        announce=lambda day: announce_group_change(
            group_id=group.pk,
            changes=changes,
            applies_at=day,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        ),
        back_url=back_url,
    )


def _facts(group: Group) -> dict[str, str | int | None]:
    return {
        "name": group.name,
        "partner_type": group.partner_type,
        "hold_days": group.hold_days,
    }
