"""What a creator finds to publish, and how to say that it earns money."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from affiliates.access import find_affiliate, list_enrollments
from affiliates.context import Scope, creator_page, read_scope
from affiliates.disclosure import CHANNELS, COUNTRIES, find_country
from affiliates.selectors_resources import list_offered
from core.edges import door

TABS = ("assets", "disclosure")


@require_GET
@door
def show_resources(request: HttpRequest) -> HttpResponse:
    """Show assets, or how to disclose."""
    scope = read_scope(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    shown = _show_disclosure(request) if tab == "disclosure" else _show_assets(request, scope)
    context = creator_page(scope, tab=tab, tabs=_list_tabs(request, scope, tab), **shown)
    return render(request, f"affiliates/resources_{tab}.html", context)


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


def _show_disclosure(request: HttpRequest) -> dict[str, Any]:
    affiliate = find_affiliate(request.user)
    own = affiliate.country if affiliate else ""
    country = find_country(request.GET.get("country", own))
    return {"countries": COUNTRIES, "country": country, "channels": CHANNELS}


def _list_tabs(
    request: HttpRequest, scope: Scope, current: str
) -> list[tuple[str, str, bool, int | None]]:
    brand = f"brand={scope.brand.slug}&" if scope.brand else ""
    labels = {"assets": _("Assets"), "disclosure": _("Disclosure")}
    return [
        (f"{request.path}?{brand}tab={name}", label, name == current, None)
        for name, label in labels.items()
    ]
