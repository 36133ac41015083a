"""Webhooks: where a brand's events go, what became of each, and what is brought once more."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import (
    BrandAccess,
    NotFound,
    Right,
    get_brand_for,
    get_delivery_for,
    get_endpoint_for,
)
from brands.context import brand_page
from brands.forms.endpoints import ALL, CHOSEN, EndpointForm, SinceForm
from brands.models import DeliveryStatus, Endpoint, EndpointStatus
from brands.selectors import list_deliveries, list_endpoints
from brands.services.endpoints import (
    KEEP_DAYS,
    MAX_ENDPOINTS,
    AlreadyStopped,
    EndpointStopped,
    NotStopped,
    TooManyEndpoints,
    add_endpoint,
    change_endpoint,
    redeliver,
    redeliver_since,
    rotate_endpoint_secret,
    send_test,
    start_endpoint,
    stop_endpoint,
)
from core import formats
from core.asked import read_text
from core.clock import database_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from core.wording import current_language

SHOWN_ONCE = "endpoint-secret"
NAV = "brands:developers"


@require_GET
@door
def show_list(request: HttpRequest, slug: str) -> HttpResponse:
    """List the endpoints."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    endpoints = list(list_endpoints(access.brand))
    context = brand_page(
        access, endpoints=endpoints, is_full=len(endpoints) >= MAX_ENDPOINTS, nav_current=NAV
    )
    return render(request, "brands/endpoint_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an endpoint; its secret is shown on the next page, once."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    form = EndpointForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            endpoint = add_endpoint(
                brand_id=access.brand.pk,
                actor_id=access.member.user_id,
                now=database_now(),
                **form.facts,
            )
        except TooManyEndpoints:
            form.add_error(None, _("A brand has %(count)s endpoints at most.") % _many())
        else:
            request.session[SHOWN_ONCE] = endpoint.public_id
            return see_other(_detail_url(access, endpoint))
    context = brand_page(access, form=form, nav_current=NAV)
    status = 422 if form.is_bound else 200
    return render(request, "brands/endpoint_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, endpoint_id: str) -> HttpResponse:
    """Change address, description and topics."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    endpoint = get_endpoint_for(access, endpoint_id)
    initial = {
        "url": endpoint.url,
        "description": endpoint.description,
        "scope": CHOSEN if endpoint.topics else ALL,
        "topics": endpoint.topics,
    }
    form = EndpointForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        change_endpoint(
            endpoint_id=endpoint.pk,
            actor_id=access.member.user_id,
            now=database_now(),
            **form.facts,
        )
        messages.success(request, _("Saved."))
        return see_other(_detail_url(access, endpoint))
    context = brand_page(access, form=form, endpoint=endpoint, nav_current=NAV)
    status = 422 if form.is_bound else 200
    return render(request, "brands/endpoint_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
@door
def show(request: HttpRequest, slug: str, endpoint_id: str) -> HttpResponse:
    """Show an endpoint with its log; POST sends something (`action`)."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    endpoint = get_endpoint_for(access, endpoint_id)
    form = SinceForm(initial={"since": _first_day(access, endpoint)})
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "since":
            form = SinceForm(request.POST)
        if action not in _ACTIONS:
            raise NotFound
        if action != "since" or form.is_valid():
            _act(request, access, endpoint, form)
            return see_other(_detail_url(access, endpoint))
    is_fresh = request.session.pop(SHOWN_ONCE, None) == endpoint.public_id
    status = read_text(request.GET, "status")
    page = cut_page(list_deliveries(endpoint, status), before=read_text(request.GET, "before"))
    context = brand_page(
        access,
        endpoint=endpoint,
        secret=endpoint.secret if is_fresh else "",
        is_stopped=endpoint.status == EndpointStatus.STOPPED,
        deliveries=page.rows,
        older_url=page.older_url({"status": status} if status else {}),
        shown_tabs=_list_tabs(status),
        form=form,
        real_now=database_now(),
        nav_current=NAV,
    )
    code = 422 if form.errors else 200
    return render(request, "brands/endpoint_detail.html", context, status=code)


@require_http_methods(["GET", "POST"])
@door
def rotate(request: HttpRequest, slug: str, endpoint_id: str) -> HttpResponse:
    """Say what a new secret does, then make it; it is shown on the next page, once."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    endpoint = get_endpoint_for(access, endpoint_id)
    if request.method == "POST":
        rotate_endpoint_secret(
            endpoint_id=endpoint.pk, actor_id=access.member.user_id, now=database_now()
        )
        request.session[SHOWN_ONCE] = endpoint.public_id
        messages.success(request, _("There is a new secret. Both work for two more days."))
        return see_other(_detail_url(access, endpoint))
    context = brand_page(
        access,
        endpoint=endpoint,
        until=database_now() + timedelta(days=KEEP_DAYS),
        back_url=_detail_url(access, endpoint),
        nav_current=NAV,
    )
    return render(request, "brands/endpoint_secret.html", context)


@require_http_methods(["GET", "POST"])
@door
def switch(request: HttpRequest, slug: str, endpoint_id: str) -> HttpResponse:
    """Say what stopping or starting does, then do it."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    endpoint = get_endpoint_for(access, endpoint_id)
    is_stopped = endpoint.status == EndpointStatus.STOPPED
    if request.method == "POST":
        change = start_endpoint if is_stopped else stop_endpoint
        try:
            change(endpoint_id=endpoint.pk, actor_id=access.member.user_id, now=database_now())
        except (AlreadyStopped, NotStopped):
            messages.info(request, _("Somebody else did it before."))
        else:
            done = _("Events go there again.") if is_stopped else _("The endpoint is stopped.")
            messages.success(request, done)
        return see_other(_detail_url(access, endpoint))
    context = brand_page(
        access,
        endpoint=endpoint,
        is_stopped=is_stopped,
        back_url=_detail_url(access, endpoint),
        nav_current=NAV,
    )
    return render(request, "brands/endpoint_switch.html", context)


def _act(request: HttpRequest, access: BrandAccess, endpoint: Endpoint, form: SinceForm) -> None:
    try:
        said = _ACTIONS[request.POST["action"]](request, access, endpoint, form)
    except EndpointStopped:
        messages.error(request, _("The endpoint is stopped. Start it first."))
    else:
        messages.success(request, said)


def _test(
    request: HttpRequest,  # noqa: ARG001
    access: BrandAccess,  # noqa: ARG001
    endpoint: Endpoint,
    form: SinceForm,  # noqa: ARG001
) -> str:
    send_test(endpoint_id=endpoint.pk, now=database_now())
    return _("A test event is on its way. It stands first in the list.")


def _again(
    request: HttpRequest,
    access: BrandAccess,
    endpoint: Endpoint,
    form: SinceForm,  # noqa: ARG001
) -> str:
    delivery = get_delivery_for(access, endpoint, request.POST.get("delivery", ""))
    redeliver(delivery_id=delivery.pk, actor_id=access.member.user_id, now=database_now())
    return _("The event is on its way once more.")


def _since(
    request: HttpRequest,  # noqa: ARG001
    access: BrandAccess,
    endpoint: Endpoint,
    form: SinceForm,
) -> str:
    day = form.cleaned_data["since"]
    since = datetime.combine(day, time(), ZoneInfo(access.brand.time_zone)).astimezone(UTC)
    count = redeliver_since(
        endpoint_id=endpoint.pk,
        since=since,
        actor_id=access.member.user_id,
        now=database_now(),
    )
    if not count:
        return _("Everything since then was delivered.")
    said = ngettext(
        "%(count)s event is on its way once more.",
        "%(count)s events are on their way once more.",
        count,
    )
    return said % {"count": formats.number_text(count, language=current_language())}


_Action = Callable[[HttpRequest, BrandAccess, Endpoint, SinceForm], str]
_ACTIONS: Mapping[str, _Action] = {"test": _test, "again": _again, "since": _since}


def _first_day(access: BrandAccess, endpoint: Endpoint) -> str:
    """Return the day from which something is missing, as far as is known."""
    failed = endpoint.deliveries.filter(status=DeliveryStatus.FAILED).order_by("pk").first()
    known = [failed.created_at if failed else None, endpoint.stopped_at]
    at = min((one for one in known if one is not None), default=database_now())
    return at.astimezone(ZoneInfo(access.brand.time_zone)).date().isoformat()


def _list_tabs(status: str) -> list[tuple[str, str, bool, int | None]]:
    tabs = [("", _("All"))] + [(one.value, str(one.label)) for one in DeliveryStatus]
    return [(f"?status={value}" if value else "?", label, value == status, None)
            for value, label in tabs]  # fmt: skip


def _many() -> dict[str, str]:
    return {"count": formats.number_text(MAX_ENDPOINTS, language=current_language())}


def _detail_url(access: BrandAccess, endpoint: Endpoint) -> str:
    return reverse("brands:endpoint-detail", args=[access.brand.slug, endpoint.public_id])
