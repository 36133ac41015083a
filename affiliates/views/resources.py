"""What a creator finds to publish, and how to say that it earns money."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from affiliates.access import find_affiliate, list_enrollments
from affiliates.context import Scope, creator_page, read_scope
from affiliates.disclosure import CHANNELS, COUNTRIES, find_country
from affiliates.selectors_resources import list_news, list_offered
from affiliates.services.announcements import mark_read
from core.edges import door, see_other

TABS = ("assets", "news", "disclosure")
NEWS_SHOWN = 50


@require_GET
@door
def show_resources(request: HttpRequest) -> HttpResponse:
    """Show assets, news, or how to disclose."""
    scope = read_scope(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    unread = list_news(scope.affiliations).filter(read_at__isnull=True).count()
    if tab == "assets":
        shown = _show_assets(request, scope)
    elif tab == "news":
        shown = {"rows": list_news(scope.affiliations)[:NEWS_SHOWN]}
    else:
        shown = _show_disclosure(request, scope)
    tabs = _list_tabs(request, scope, tab, unread)
    context = creator_page(scope, tabs=tabs, unread=unread, **shown)
    return render(request, f"affiliates/resources_{tab}.html", context)


@require_POST
@door
def read_news(request: HttpRequest) -> HttpResponse:
    """Note that the news of the chosen brands were read."""
    scope = read_scope(request)
    mark_read(affiliation_ids=[place.pk for place in scope.affiliations], now=scope.now())
    brand = f"brand={scope.brand.slug}&" if scope.brand else ""
    return see_other(f"{reverse('affiliates:resource-list')}?{brand}tab=news")


def _show_assets(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    places = list(list_enrollments(request.user).filter(affiliation__in=scope.affiliations))
    wanted = request.GET.get("program", "")
    chosen = [place for place in places if wanted in ("", place.program.public_id)]
    return {
        "rows": list_offered(chosen, now=scope.now()),
        "places": places,
        "program": wanted,
        "is_filtered": bool(wanted),
    }


def _show_disclosure(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    affiliate = find_affiliate(request.user)
    own = affiliate.country if affiliate else ""
    places = list_enrollments(request.user).filter(affiliation__in=scope.affiliations)
    return {
        "countries": COUNTRIES,
        "country": find_country(request.GET.get("country", own)),
        "channels": CHANNELS,
        "asked": [place.program for place in places if place.program.disclosure],
    }


def _list_tabs(
    request: HttpRequest, scope: Scope, current: str, unread: int
) -> list[tuple[str, str, bool, int | None]]:
    brand = f"brand={scope.brand.slug}&" if scope.brand else ""
    labels = {"assets": _("Assets"), "news": _("News"), "disclosure": _("Disclosure")}
    return [
        (
            f"{request.path}?{brand}tab={name}",
            label,
            name == current,
            unread if name == "news" else None,
        )
        for name, label in labels.items()
    ]
