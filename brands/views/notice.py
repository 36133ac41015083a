"""Worse settings: announced for a day, and taken back before it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, get_brand_for, get_change_for
from brands.context import brand_page
from brands.forms.notice import NoticeForm, say_notice
from brands.models import PendingChange
from brands.services.changes import ChangeOver, cancel_change
from brands.services.notice import AlreadyAnnounced, NoticeNeeded
from brands.wording_terms import describe_pending
from core import formats
from core.clock import brand_now
from core.edges import door, see_other
from core.templatetags.fairshare import current_language

Announce = Callable[[datetime], PendingChange]


def ask_for_day(
    request: HttpRequest,
    access: BrandAccess,
    needed: NoticeNeeded,
    *,
    form: forms.Form,
    change: PendingChange,
    announce: Announce,
    back_url: str,
) -> HttpResponse:
    """Say that the change is worse and what the terms will say, then announce it for a day.

    `form` holds what was sent and travels along, hidden.
    """
    is_asked = "announce" in request.POST
    day = NoticeForm(
        request.POST if is_asked else None, zone=access.brand.time_zone, earliest=needed.earliest
    )
    if is_asked and day.is_valid():
        row = announce(day.begin(day.cleaned_data["applies_on"]))
        messages.success(request, _say_announced(row))
        return see_other(back_url)
    context = brand_page(
        access,
        day_form=day,
        form=form,
        lines=describe_pending(needed.program, change),
        says=say_notice(needed.earliest, access.brand.time_zone),
        back_url=back_url,
        nav_current="brands:program-settings",
    )
    return render(request, "brands/notice.html", context, status=422 if is_asked else 200)


def say_already(error: AlreadyAnnounced) -> str:
    """Say that another value of the setting waits for its day."""
    return _("Another value is announced for %(day)s. Take that back first.") % {
        "day": _day(error.change)
    }


@require_http_methods(["GET", "POST"])
@door
def cancel(request: HttpRequest, slug: str, change_id: str) -> HttpResponse:
    """Say what stays as it is, then take the announced change back."""
    access = get_brand_for(request.user, slug)
    change = get_change_for(access, change_id)
    query = f"?program={change.program.public_id}" if change.program else ""
    back_url = reverse("brands:terms", args=[slug]) + query
    if request.method == "POST":
        try:
            cancel_change(
                change_id=change.pk,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except ChangeOver:
            messages.error(request, _("This change is in force or was taken back before."))
        else:
            messages.success(request, _("Taken back. Everything stays as it is in force."))
        return see_other(back_url)
    context = brand_page(
        access,
        change=change,
        lines=describe_pending(change.program, change) if change.program else [],
        day=_day(change),
        back_url=back_url,
        nav_current="brands:program-settings",
    )
    return render(request, "brands/change_cancel.html", context)


def _say_announced(change: PendingChange) -> str:
    return _("Announced for %(day)s. Members are mailed what changes.") % {"day": _day(change)}


def _day(change: PendingChange) -> str:
    day = formats.local_day(change.applies_at, zone=ZoneInfo(change.brand.time_zone))
    return formats.day_text(day, language=current_language())
