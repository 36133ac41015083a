"""What a person decides about his own account."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import find_affiliate
from affiliates.models import Affiliate
from affiliates.services.people import update_profile
from core.audit import list_about
from core.clock import utc_now
from core.edges import door, see_other
from core.models import User
from core.paging import cut_page
from core.people import update_account
from portal.audit_log import describe_own
from portal.forms import AccountForm, CreatorForm


@require_http_methods(["GET", "POST"])
@door
def show_settings(request: HttpRequest) -> HttpResponse:
    """Show and save how a person is called and reads, and what brands see of a creator."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    affiliate = find_affiliate(user)
    form_class = CreatorForm if affiliate else AccountForm
    form = form_class(request.POST or None, initial=_initial(user, affiliate))
    if request.method == "POST" and form.is_valid():
        _save(user, affiliate, form.cleaned_data, now=utc_now())
        with translation.override(form.cleaned_data["language"] or settings.LANGUAGE_CODE):
            messages.success(request, _("Saved."))
        return see_other(reverse("portal:settings"))
    context = {"form": form, "layout": _layout(affiliate), "is_creator": affiliate is not None}
    return render(request, "portal/settings.html", context, status=422 if form.errors else 200)


@require_GET
@door
def show_history(request: HttpRequest) -> HttpResponse:
    """Show a person what was done to his account, by himself or not."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    rows = list_about(user).filter(brand=None).select_related("actor")
    page = cut_page(rows, before=request.GET.get("before", ""))
    for row in page.rows:
        row.sentence = describe_own(row, user)  # type: ignore[attr-defined]
    context = {"rows": page.rows, "next_url": page.older_url({})}
    return render(request, "portal/account_history.html", context)


def _initial(user: User, affiliate: Affiliate | None) -> dict[str, str]:
    own = {
        "name": user.name,
        "language": user.language,
        "time_zone": user.time_zone,
        "theme": user.theme,
    }
    if affiliate is None:
        return own
    return own | {"display_name": affiliate.display_name, "country": affiliate.country}


def _save(user: User, affiliate: Affiliate | None, data: dict[str, Any], *, now: datetime) -> None:
    update_account(
        user_id=user.pk,
        name=data["name"],
        language=data["language"],
        time_zone=data["time_zone"],
        theme=data["theme"],
        now=now,
    )
    if affiliate is not None:
        update_profile(
            affiliate_id=affiliate.pk,
            display_name=data["display_name"],
            country=data["country"],
            now=now,
        )


def _layout(affiliate: Affiliate | None) -> str:
    return "layouts/creator.html" if affiliate else "layouts/public.html"
