"""A member of a brand's team at the pages of one of its creators: what is shown, and to whom.

While he looks, a page that is on the list below is answered as if the creator had asked, with his
places in other brands out of sight; any other page of creators, and whatever would change
something, is refused. The rest of the site stays the member's own.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from affiliates.models import Viewing
from brands.access import NotFound, Right, get_brand_for
from core.clock import brand_now
from core.models import User

SESSION_KEY = "viewing"

# Pages that only show, and only what belongs to one brand. Account, security, payout methods,
# forms and notices are not among them; neither is a new page until someone puts it here.
SHOWN = frozenset(
    {
        "affiliates:link-detail",
        "affiliates:link-list",
        "affiliates:link-print",
        "affiliates:link-qr-png",
        "affiliates:link-qr-svg",
        "affiliates:program-list",
        "affiliates:resource-list",
        "payouts:creator-payout",
        "payouts:creator-payouts",
        "payouts:issued",
        "payouts:issued-csv",
        "payouts:issued-pdf",
        "payouts:statement",
        "payouts:statement-csv",
        "payouts:statement-list",
        "portal:commission-story",
        "portal:creator-earnings",
        "portal:creator-home",
        "portal:own-tiers",
        "tracking:own-bonuses",
        "tracking:own-work-list",
        "portal:program-compare",
    }
)
READING = frozenset({"GET", "HEAD"})
JOINING = "portal:join"


class ViewingMiddleware:
    """Answer the pages of creators for a member who looks as one of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if hasattr(request, "member"):
            request.user = request.member  # the layers around know the member alone
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        is_reading = request.method in READING
        is_creators = request.path.startswith("/me/") or (name == JOINING and not is_reading)
        if not is_creators or SESSION_KEY not in request.session:
            return None
        viewing = find_viewing(request)
        if viewing is None:
            return _go_home(request)
        request.viewing = viewing  # type: ignore[attr-defined]
        if name in SHOWN and is_reading:
            request.member = request.user  # type: ignore[attr-defined]
            request.user = _make_reader(viewing, reader=request.user)
            return None
        context = {"brand": viewing.brand, "is_reading": is_reading}
        return render(request, "affiliates/viewing_refused.html", context, status=403)


def find_viewing(request: HttpRequest) -> Viewing | None:
    """Return the time for which the reader looks as a creator, if it goes on and he still may."""
    rows = Viewing.objects.filter(
        public_id=request.session.get(SESSION_KEY, ""), user_id=request.user.pk or 0, left_at=None
    )
    viewing = rows.select_related("brand", "affiliation__affiliate__user").first()
    if viewing is None or viewing.ends_at <= brand_now(viewing.brand):
        return None
    try:
        access = get_brand_for(request.user, viewing.brand.slug)
    except NotFound:
        return None
    return viewing if access.can(Right.MANAGE) else None


def viewing_bar(request: HttpRequest) -> dict[str, Any]:
    """Give every template who is looked at, and where to leave."""
    viewing = getattr(request, "viewing", None)
    if viewing is None:
        return {}
    place = [viewing.brand.slug, viewing.affiliation.public_id]
    return {
        "viewing_as": viewing.affiliation.affiliate,
        "leave_url": reverse("affiliates:viewing-leave", args=place),
    }


def _make_reader(viewing: Viewing, *, reader: Any) -> User:
    """Return the creator as his pages know him, in one brand, in the theme of who reads."""
    user = viewing.affiliation.affiliate.user
    user.only_brand_id = viewing.brand_id
    user.theme = reader.theme
    return user


def _go_home(request: HttpRequest) -> HttpResponse:
    del request.session[SESSION_KEY]
    messages.info(request, _("You no longer look as a creator: the time was over, or you left."))
    response = HttpResponseRedirect(reverse("portal:home"))
    response.status_code = 303
    return response
