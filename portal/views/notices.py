"""How a person gets his mails, and whether they reach him."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from affiliates.access import find_affiliate
from brands.access import list_brands_of
from core.choices import choose, find_choice
from core.clock import utc_now
from core.edges import door, posted, see_other
from core.emails import mail_check
from core.models import User
from core.notices import GROUPS, Group
from core.refusals import find_refusal
from portal.forms_notices import NoticesForm


@require_http_methods(["GET", "POST"])
@door
def show(request: HttpRequest) -> HttpResponse:
    """Show and save how a person wants each group of mails."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    groups = _list_groups(user)
    chosen = {group.name: find_choice(user, group).value for group in groups}
    form = NoticesForm(posted(request), groups=groups, initial=chosen)
    if request.method == "POST" and form.is_valid():
        for group in form.groups:
            delivery = form.cleaned_data[group.name]
            choose(user_id=user.pk, group=group, delivery=delivery, now=utc_now())
        messages.success(request, _("Saved. It holds for mails from now on."))
        return see_other(reverse("portal:notices"))
    context = {
        "form": form,
        "fixed": [group for group in groups if len(group.deliveries) == 1],
        "refusal": find_refusal(user.email),
        "layout": "layouts/creator.html" if find_affiliate(user) else "layouts/public.html",
    }
    return render(request, "portal/notices.html", context, status=422 if form.errors else 200)


@require_POST
@door
def check_address(request: HttpRequest) -> HttpResponse:
    """Mail the link that proves an address which was refused."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    if find_refusal(user.email) is None:
        messages.info(request, _("Mail reaches you. Nothing needs to be confirmed."))
    elif mail_check(user=user, now=utc_now()):
        messages.success(request, _("A letter is on its way. Open the link in it."))
    else:
        messages.info(request, _("A letter left a few minutes ago. Look in the spam folder too."))
    return see_other(reverse("portal:notices"))


def _list_groups(user: User) -> list[Group]:
    """Return what is written to such a person: a creator, a member of a team, or both."""
    is_creator, is_team = find_affiliate(user) is not None, list_brands_of(user).exists()
    asked = {"both"} | ({"creator"} if is_creator else set()) | ({"team"} if is_team else set())
    return [group for group in GROUPS if group.audience in asked]
