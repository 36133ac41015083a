"""The queue of applications: read, approve into a group, or refuse with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_application_for
from affiliates.emails import preview_rejection
from affiliates.forms_brand import GroupForm, RejectForm
from affiliates.models import Application, ApplicationStatus
from affiliates.selectors import list_applications, list_groups_by_program, list_notes
from affiliates.selectors_likeness import find_likenesses
from affiliates.selectors_vetting import find_checklists
from affiliates.services.applications import (
    AlreadyDecided,
    approve_application,
    reject_application,
)
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramClosed,
    ProgramFull,
)
from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door, see_other
from core.mail import Letter
from core.paging import cut_page

TABS = {"waiting": ApplicationStatus.SUBMITTED, "rejected": ApplicationStatus.REJECTED}


@door
@require_GET
def show_queue(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the applications that wait, the oldest first, or those that were refused."""
    access = get_brand_for(request.user, slug)
    tab = request.GET.get("tab", "") if request.GET.get("tab", "") in TABS else "waiting"
    applications = list_applications(access.brand)
    rows = applications.filter(status=TABS[tab])
    page = cut_page(rows, before=request.GET.get("before", ""), order=("submitted_at", "pk"))
    now = brand_now(access.brand)
    groups = list_groups_by_program({row.program_id for row in page.rows})
    notes = list_notes(access.brand, {row.affiliate_id for row in page.rows})
    alike = find_likenesses(access.brand, page.rows)
    checklists = find_checklists(page.rows)
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        tab=tab,
        waiting=applications.filter(status=ApplicationStatus.SUBMITTED).count(),
        cards=[
            {
                "application": row,
                "groups": groups.get(row.program_id, []),
                "notes": notes.get(row.affiliate_id, []),
                "alike": alike.get(row.affiliate_id, []),
                "checklist": checklists[row.pk],
                "age_days": (now - row.submitted_at).days,
            }
            for row in page.rows
        ],
        next_url=page.older_url(request.GET.dict()),
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "affiliates/application_list.html", context)


@door
@require_POST
def approve(request: HttpRequest, slug: str, application_id: str) -> HttpResponse:
    """Take the applicant in, in the group chosen."""
    access = get_brand_for(request.user, slug)
    application = get_application_for(access, application_id)
    require(access, Right.MANAGE)
    form = GroupForm(request.POST, program=application.program)
    queue = reverse("affiliates:application-list", args=[slug])
    if not form.is_valid():
        messages.error(request, _("Nothing was done: this group is not one of the program."))
        return see_other(queue)
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
        messages.error(request, why_not_decided(error))
        return see_other(queue)
    text = _("%(creator)s is in: link and code are ready, and the mail is on its way.")
    messages.success(request, text % {"creator": enrollment.affiliation.affiliate.display_name})
    return see_other(queue)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: HttpRequest, slug: str, application_id: str) -> HttpResponse:
    """Refuse with a reason; first what the applicant will read."""
    access = get_brand_for(request.user, slug)
    application = get_application_for(access, application_id)
    require(access, Right.MANAGE)
    form = RejectForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask(request, access, application, form)
    if not form.is_valid():
        return _ask(request, access, application, form, status=422)
    if "confirmed" not in request.POST:
        return _ask(request, access, application, form)
    try:
        reject_application(
            application_id=application.pk,
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except AlreadyDecided as error:
        messages.error(request, why_not_decided(error))
    else:
        text = _("%(creator)s was refused and gets your reason by mail.")
        messages.success(request, text % {"creator": application.affiliate.display_name})
    return see_other(reverse("affiliates:application-list", args=[slug]))


def why_not_decided(error: Exception) -> str:
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


def _ask(
    request: HttpRequest,
    access: BrandAccess,
    application: Application,
    form: RejectForm,
    status: int = 200,
) -> HttpResponse:
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        application=application,
        form=form,
        preview=_preview(application, form.cleaned_data) if _is_complete(form) else None,
    )
    return render(request, "affiliates/application_reject.html", context, status=status)


def _is_complete(form: RejectForm) -> bool:
    return form.is_bound and form.is_valid()


def _preview(application: Application, data: dict[str, Any]) -> Letter:
    application.reject_reason, application.reject_note = data["reason"], data["note"].strip()
    return preview_rejection(application)
