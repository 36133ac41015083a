"""The operator's pages: is all well, what runs by itself, what came in, what is set."""

from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core.clock import database_now, utc_now
from core.edges import operator_door, see_other
from portal import ops
from portal.doctor.findings import Level
from portal.doctor.registry import examine
from portal.jobs import list_jobs
from portal.metrics import write_metrics


@require_GET
@operator_door
def show_start(_request: HttpRequest) -> HttpResponse:
    """Send the operator to the page that says whether all is well."""
    return see_other(reverse("portal:health"))


@require_GET
@operator_door
def show_health(request: HttpRequest) -> HttpResponse:
    """Show what every check finds now, what needs somebody first."""
    outcomes = examine(now=utc_now())
    groups = {level: [o for o in outcomes if o.level == level] for level in Level}
    context = {
        "red": groups[Level.ACT],
        "looks": groups[Level.LOOK],
        "well": groups[Level.WELL],
    }
    return render(request, "portal/ops_health.html", context)


@require_GET
@operator_door
def show_jobs(request: HttpRequest) -> HttpResponse:
    """Show every scheduled task with its latest run."""
    return render(request, "portal/ops_jobs.html", {"jobs": list_jobs(now=database_now())})


@require_GET
@operator_door
def show_events(request: HttpRequest) -> HttpResponse:
    """Show messages of all brands: who, when, about what, and whether they are worked on."""
    kinds = {
        "stores": _("From stores"),
        "rails": _("From payment services"),
        "outbox": _("Outbox"),
    }
    kind = request.GET.get("kind", "stores")
    kind = kind if kind in kinds else "stores"
    is_open, before = request.GET.get("state") == "open", request.GET.get("before", "")
    if kind == "rails":
        found = ops.list_rail_messages(is_open=is_open)
    elif kind == "outbox":
        found = ops.list_outbox(is_open=is_open, before=before)
    else:
        found = ops.list_store_messages(is_open=is_open, before=before)
    context = {
        "tabs": [(f"?kind={name}", text, name == kind, 0) for name, text in kinds.items()],
        "filters": [
            (f"?kind={kind}", _("All"), not is_open, 0),
            (f"?kind={kind}&state=open", _("Not worked on yet"), is_open, 0),
        ],
        "kind": kind,
        "is_open": is_open,
        "found": found,
    }
    return render(request, "portal/ops_events.html", context)


@require_GET
@operator_door
def show_books(request: HttpRequest) -> HttpResponse:
    """Show what the latest proof of each brand's books found."""
    return render(request, "portal/ops_books.html", {"rows": ops.list_books()})


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus, which brings the token; to everybody else there is no such page."""
    given, token = request.headers.get("Authorization", ""), settings.METRICS_TOKEN
    if not token or not compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Http404
    text = write_metrics(now=database_now())
    return HttpResponse(
        text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


@require_GET
@operator_door
def show_settings(request: HttpRequest) -> HttpResponse:
    """Show every setting with its source; of a secret only whether it is set."""
    rows = sorted(settings.SETTINGS_READ.values(), key=lambda row: str(row.name))
    return render(request, "portal/ops_settings.html", {"rows": rows})
