"""One decision about applications, one or many: first who is meant and what each will read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from affiliates.access import list_applications_for
from affiliates.emails import preview_rejection
from affiliates.emails_welcome import preview_approval
from affiliates.forms_brand import GroupsForm, RejectForm
from affiliates.models import Application
from affiliates.selectors_vetting import find_checklists
from affiliates.services.bulk import LeftOut, Selection
from affiliates.services.bulk_applications import (
    approve_applications,
    reject_applications,
    select_to_approve,
    select_to_reject,
)
from affiliates.views.brand_applications import next_url
from affiliates.wording import LEFT_OUT
from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page
from core import formats
from core.clock import brand_now
from core.edges import door, see_other
from core.letters import direction_of
from core.mail import Letter, language_of
from core.wording import current_language

MOST = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as its first reader gets it; the others read the same with their own names."""

    letter: Letter
    language: str
    readers: list[str]

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def decide_many(request: HttpRequest, slug: str) -> HttpResponse:
    """Name who is meant, who is left out, and what is mailed; confirmed, do it."""
    access = get_brand_for(request.user, slug)
    require(access, Right.MANAGE)
    asked = request.POST if request.method == "POST" else request.GET
    chosen = asked.getlist("application")
    applications = list(list_applications_for(access, chosen[:MOST]))
    what = asked.get("what", "")
    if not applications or what not in {"approve", "reject"}:
        messages.error(request, _("Choose at least one application."))
        return see_other(reverse("affiliates:application-list", args=[slug]))
    select = select_to_approve if what == "approve" else select_to_reject
    selection = select(applications)
    form = _read_form(request, what, selection.fits)
    then = asked.get("then", "")
    is_sure = "confirmed" in request.POST and form.is_valid()
    if request.method == "POST" and is_sure:
        _tell(request, _decide(access, applications, form))
        return see_other(next_url(access, then))
    checklists = find_checklists(selection.fits)
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        what=what,
        form=form,
        applications=applications,
        fits=[(row, checklists[row.pk]) for row in selection.fits],
        left_out=[(row, LEFT_OUT[why]) for row, why in selection.left_out],
        drafts=_draft(selection.fits, form),
        unread=max(len(chosen) - MOST, 0),
        then=then,
        back_url=next_url(access, applications[0].public_id if then else ""),
    )
    status = 422 if form.errors else 200
    return render(request, "affiliates/application_bulk.html", context, status=status)


def _read_form(
    request: HttpRequest, what: str, rows: Iterable[Application]
) -> GroupsForm | RejectForm:
    data = request.POST if request.method == "POST" else None
    if what == "reject":
        return RejectForm(data)
    programs = {row.program_id: row.program for row in rows}
    return GroupsForm(data, programs=list(programs.values()))


def _decide(
    access: BrandAccess, rows: list[Application], form: GroupsForm | RejectForm
) -> Selection[Application]:
    actor_id, now = access.member.user_id, brand_now(access.brand)
    if isinstance(form, GroupsForm):
        return approve_applications(
            applications=rows, groups=form.chosen, actor_id=actor_id, now=now
        )
    reason, note = form.cleaned_data["reason"], form.cleaned_data["note"]
    return reject_applications(
        applications=rows, reason=reason, note=note, actor_id=actor_id, now=now
    )


def _draft(rows: list[Application], form: GroupsForm | RejectForm) -> list[Draft]:
    """Return a letter for each program and language: in both the words may be others."""
    if isinstance(form, RejectForm) and not (form.is_bound and form.is_valid()):
        return []
    drafts: dict[tuple[int, str], Draft] = {}
    for row in rows:
        key = (row.program_id, language_of(row.affiliate.user.language))
        if key not in drafts:
            drafts[key] = Draft(_compose(row, form), key[1], [])
        drafts[key].readers.append(row.affiliate.display_name)
    return list(drafts.values())


def _compose(row: Application, form: GroupsForm | RejectForm) -> Letter:
    if isinstance(form, GroupsForm):
        return preview_approval(row)
    row.reject_reason = form.cleaned_data["reason"]
    row.reject_note = form.cleaned_data["note"].strip()
    return preview_rejection(row)


def _tell(request: HttpRequest, selection: Selection[Application]) -> None:
    """Say how many were decided, and for each of the others why not."""
    if done := len(selection.fits):
        text = ngettext(
            "%(count)s application is decided, and the mail is on its way.",
            "%(count)s applications are decided, and the mails are on their way.",
            done,
        )
        messages.success(request, text % {"count": formats.isolate(str(done))})
    for why, rows in groupby(sorted(selection.left_out, key=_reason), key=_reason):
        mark = formats.comma(current_language())
        names = mark.join(formats.isolate(row.affiliate.display_name) for row, _why in rows)
        said = {"names": names, "why": LEFT_OUT[why]}
        messages.warning(request, _("Left out: %(names)s. %(why)s.") % said)


def _reason(left_out: tuple[Application, LeftOut]) -> LeftOut:
    return left_out[1]
