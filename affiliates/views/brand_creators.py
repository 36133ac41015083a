"""What a brand decides about one creator: standing, group, codes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from affiliates.access import get_affiliation_for, get_brand_code, get_brand_enrollment
from affiliates.forms_brand import CodeForm, GroupForm, NewCodeForm, StandingForm
from affiliates.models import Affiliation, Enrollment
from affiliates.selectors import list_frozen
from affiliates.services.codes import (
    CodeDisabled,
    CodeInvalid,
    CodeTaken,
    create_code,
    disable_code,
    rename_code,
)
from affiliates.services.errors import AffiliationSuspended, ProgramClosed
from affiliates.services.membership import (
    AlreadySuspended,
    NotSuspended,
    move_to_group,
    reinstate_affiliation,
    set_pinned,
    suspend_affiliation,
)
from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page
from core import formats
from core.clock import brand_now
from core.edges import door, see_other

Service = Callable[..., Any]


@door
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Stop a creator's credit, after showing what is frozen."""
    return _change_standing(
        request, slug, creator_id, suspend_affiliation, "affiliates/creator_suspend.html"
    )


@door
@require_http_methods(["GET", "HEAD", "POST"])
def reinstate(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Let a creator earn again."""
    return _change_standing(
        request, slug, creator_id, reinstate_affiliation, "affiliates/creator_reinstate.html"
    )


@door
@require_POST
def change_group(
    request: HttpRequest, slug: str, creator_id: str, enrollment_id: str
) -> HttpResponse:
    """Put a creator into another group of a program, for orders from now on."""
    access = get_brand_for(request.user, slug)
    enrollment = _get_place(access, creator_id, enrollment_id)
    require(access, Right.MANAGE)
    form = GroupForm(request.POST, program=enrollment.program)
    url = _creator_url(access, enrollment.affiliation)
    if not form.is_valid():
        messages.error(request, _("Nothing was done: this group is not one of the program."))
        return see_other(url)
    group = form.cleaned_data["group"]
    move_to_group(
        enrollment_id=enrollment.pk,
        group_id=group.pk,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    text = _("Moved to %(group)s. New orders use its rates; earlier ones keep theirs.")
    messages.success(request, text % {"group": group.name})
    return see_other(url)


@door
@require_POST
def change_pin(
    request: HttpRequest, slug: str, creator_id: str, enrollment_id: str
) -> HttpResponse:
    """Keep a creator in his group whatever he reaches, or let the tiers decide again."""
    access = get_brand_for(request.user, slug)
    enrollment = _get_place(access, creator_id, enrollment_id)
    require(access, Right.MANAGE)
    is_pinned = request.POST.get("pinned") == "1"
    set_pinned(
        enrollment_id=enrollment.pk,
        is_pinned=is_pinned,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    if is_pinned:
        text = _("Pinned to %(group)s until you let the tiers decide again.")
    else:
        text = _("The tiers decide about %(group)s again, within the hour.")
    messages.success(request, text % {"group": enrollment.group.name})
    return see_other(_creator_url(access, enrollment.affiliation))


@door
@require_http_methods(["GET", "HEAD", "POST"])
def add_code(request: HttpRequest, slug: str, creator_id: str, enrollment_id: str) -> HttpResponse:
    """Give a creator a code."""
    access = get_brand_for(request.user, slug)
    enrollment = _get_place(access, creator_id, enrollment_id)
    require(access, Right.MANAGE)
    form = NewCodeForm(request.POST if request.method == "POST" else None)

    def save(**facts: Any) -> None:
        note = form.cleaned_data["discount_note"]
        create_code(enrollment_id=enrollment.pk, discount_note=note, **facts)

    return _save_code(request, access, form, save, {"enrollment": enrollment})


@door
@require_http_methods(["GET", "HEAD", "POST"])
def change_code(request: HttpRequest, slug: str, code_id: str) -> HttpResponse:
    """Give a creator another code in place of one."""
    access = get_brand_for(request.user, slug)
    code = get_brand_code(access, code_id)
    require(access, Right.MANAGE)
    form = CodeForm(request.POST if request.method == "POST" else None)

    def save(**facts: Any) -> None:
        rename_code(code_id=code.pk, **facts)

    page = {"enrollment": code.enrollment, "code": code}
    return _save_code(request, access, form, save, page)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def end_code(request: HttpRequest, slug: str, code_id: str) -> HttpResponse:
    """End a code for orders from now on; nobody else gets it."""
    access = get_brand_for(request.user, slug)
    code = get_brand_code(access, code_id)
    require(access, Right.MANAGE)
    affiliation = code.enrollment.affiliation
    if request.method != "POST":
        context = brand_page(
            access, nav_current="affiliates:creator-list", code=code, affiliation=affiliation
        )
        return render(request, "affiliates/code_disable.html", context)
    disable_code(code_id=code.pk, actor_id=access.member.user_id, now=brand_now(access.brand))
    messages.success(request, _("%(code)s earns nothing from now on.") % {"code": code.text})
    return see_other(_codes_url(access, affiliation))


def _change_standing(
    request: HttpRequest, slug: str, creator_id: str, service: Service, template: str
) -> HttpResponse:
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    require(access, Right.MANAGE)
    form = StandingForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _stands(request, access, affiliation, service, form):
            return see_other(_creator_url(access, affiliation))
        status = 422
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        affiliation=affiliation,
        form=form,
        frozen=list_frozen([affiliation]),
        back_url=_creator_url(access, affiliation),
    )
    return render(request, template, context, status=status)


def _stands(
    request: HttpRequest,
    access: BrandAccess,
    affiliation: Affiliation,
    service: Service,
    form: StandingForm,
) -> bool:
    """Change the standing; False with the reason on the form where it is so already."""
    try:
        service(
            affiliation_id=affiliation.pk,
            reason=form.cleaned_data["reason"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except AlreadySuspended:
        form.add_error(None, _("This creator is suspended already."))
        return False
    except NotSuspended:
        form.add_error(None, _("This creator is not suspended."))
        return False
    is_suspending = service is suspend_affiliation
    done = _("Suspended. The creator has your reason by mail.")
    if not is_suspending:
        done = _("Active again. The creator has your reason and a mail.")
    messages.success(request, done)
    return True


def _save_code(
    request: HttpRequest, access: BrandAccess, form: CodeForm, save: Service, page: dict[str, Any]
) -> HttpResponse:
    affiliation = page["enrollment"].affiliation
    status = 200
    if request.method == "POST":
        if form.is_valid() and _is_saved(access, form, save):
            messages.success(
                request, _("%(code)s is ready and earns.") % {"code": form.cleaned_data["text"]}
            )
            return see_other(_codes_url(access, affiliation))
        status = 422
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        form=form,
        affiliation=affiliation,
        back_url=_codes_url(access, affiliation),
        **page,
    )
    return render(request, "affiliates/code_form.html", context, status=status)


def _is_saved(access: BrandAccess, form: CodeForm, save: Service) -> bool:
    text = form.cleaned_data["text"]
    try:
        save(text=text, actor_id=access.member.user_id, now=brand_now(access.brand))
    except CodeTaken:
        said = _("Code %(code)s exists already, in use or ended. Choose another one.")
        form.add_error("text", said % {"code": formats.isolate_ltr(text)})
    except CodeInvalid:
        said = _("Use 3 to 40 characters without spaces, so that a shopper can type it.")
        form.add_error("text", said)
    except CodeDisabled:
        form.add_error(None, _("This code has ended. Create a new one instead."))
    except AffiliationSuspended:
        form.add_error(None, _("This creator is suspended. Reinstate the creator first."))
    except ProgramClosed:
        form.add_error(None, _("The program is closed: no new code begins in it."))
    return not form.errors


def _get_place(access: BrandAccess, creator_id: str, enrollment_id: str) -> Enrollment:
    """Return a creator's place in a program of the brand.

    :raises NotFound: no such creator or place here, or the place of another one.
    """
    enrollment = get_brand_enrollment(access, enrollment_id)
    if enrollment.affiliation.public_id != creator_id:
        raise NotFound
    return enrollment


def _creator_url(access: BrandAccess, affiliation: Affiliation) -> str:
    return reverse("affiliates:creator-detail", args=[access.brand.slug, affiliation.public_id])


def _codes_url(access: BrandAccess, affiliation: Affiliation) -> str:
    return f"{_creator_url(access, affiliation)}?tab=links"
