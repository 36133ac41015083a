"""Groups of creators in a program."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, get_group_for
from brands.context import why_not
from brands.forms.programs import GroupForm
from brands.models import Group, Program
from brands.selectors import list_groups
from brands.services.groups import GroupNameTaken, create_group, update_group
from brands.services.programs import HoldOutOfRange
from brands.views.common import pick_program, program_page, program_url
from core.clock import brand_now
from core.edges import door, posted, see_other

TAB = "brands:groups"


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List the groups with their kind and hold."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    context = program_page(
        access, program, TAB, groups=list_groups(program), off=why_not(access, Right.MANAGE)
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
    form = GroupForm(posted(request), initial=_facts(group) if group else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _save(request, access, program, group, form)
    ):
        messages.success(request, _("Saved. It holds for what comes from now on."))
        return see_other(program_url(TAB, access, program))
    back = program_url(TAB, access, program)
    context = program_page(access, program, TAB, form=form, group=group, back_url=back)
    return render(request, "brands/group_edit.html", context, status=422 if form.is_bound else 200)


def _save(
    request: HttpRequest,
    access: BrandAccess,
    program: Program,
    group: Group | None,
    form: GroupForm,
) -> bool:
    actor_id, now, facts = request.user.pk, brand_now(access.brand), form.cleaned_data
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
    return True


def _facts(group: Group) -> dict[str, str | int | None]:
    return {
        "name": group.name,
        "partner_type": group.partner_type,
        "hold_days": group.hold_days,
    }
