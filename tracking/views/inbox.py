"""What a store sent: its state, its deliveries with their results, one delivery, replay."""

from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for, get_connection_for
from brands.context import brand_page, why_not
from brands.domain.platforms import TRAITS
from brands.models import StoreConnection
from core.access import get_by_public_id
from core.clock import brand_now, database_now
from core.edges import door, see_other
from core.wording import Reader
from tracking import inbox
from tracking.integrations import get_adapter_of
from tracking.models import Order, OrderPull, RefusedDelivery, StoreEvent, UnreadOrder
from tracking.reader import say_result
from tracking.services import unread
from tracking.services.intake import BodyForgotten, replay
from tracking.services.processing import process_store_event
from tracking.wording import explain, refusal_reason

Row = TypeVar("Row", bound=Model)

PAGE = 50
NAV = "brands:connection-list"
TABS = ("all", "open", "refused")


@require_GET
@door
def show_connection(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Show how a store does, and a page of what it sent (`?tab=`, `?before=`)."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    now, reader = brand_now(access.brand), _reader(access)
    tab = request.GET.get("tab", "all")
    if tab not in TABS:
        raise NotFound
    health = inbox.get_health(connection, now)
    context = brand_page(
        access,
        connection=connection,
        health=health,
        tabs=_list_tabs(access, connection),
        filters=_list_filters(tab, health),
        tab=tab,
        off=why_not(access, Right.MANAGE),
        upload_off=why_not(access, Right.CLEAR),
        nav_current=NAV,
        **_show_pull(connection, reader),
        unread=_list_unread(connection, reader) if tab != "refused" else [],
        **_read_page(request, connection, tab, reader),
    )
    return render(request, "tracking/connection_detail.html", context)


@require_GET
@door
def show_event(request: HttpRequest, slug: str, connection_id: str, event_id: str) -> HttpResponse:
    """Show one delivery; its body, while it is kept, to those who may manage."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    event = _get_event(connection, event_id)
    order = Order.objects.filter(
        connection=connection, external_order_id=event.order_ref or "\x01"
    ).first()
    context = brand_page(
        access,
        connection=connection,
        event=event,
        order=order,
        result=say_result(event, _reader(access)),
        body=_read_body(event) if access.can_manage else "",
        off=why_not(access, Right.MANAGE),
        nav_current=NAV,
    )
    return render(request, "tracking/event_detail.html", context)


@require_POST
@door
def replay_event(
    request: HttpRequest, slug: str, connection_id: str, event_id: str
) -> HttpResponse:
    """Take one delivery once more; merging makes that safe."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    event = _get_event(connection, event_id)
    now = brand_now(access.brand)
    try:
        replay(event_id=event.pk, actor_id=access.member.user_id, now=now)
    except BodyForgotten:
        messages.error(
            request, _("Its body was deleted when its time was over, so it cannot be replayed.")
        )
    else:
        adapter = get_adapter_of(event)
        process_store_event(event_id=event.pk, adapter=adapter, now=now)
        event.refresh_from_db()
        messages.success(request, _("Replayed. %s") % say_result(event, _reader(access)))
    args = [slug, connection.public_id, event.public_id]
    return see_other(reverse("tracking:event-detail", args=args))


@require_POST
@door
def ask_again(request: HttpRequest, slug: str, connection_id: str, unread_id: str) -> HttpResponse:
    """Ask the shop once more for an order it could not give."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    row = get_by_public_id(UnreadOrder.objects.filter(connection=connection), unread_id)
    try:
        unread.ask_again(
            unread_id=row.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            real_now=database_now(),
        )
    except UnreadOrder.DoesNotExist:
        messages.success(request, _("It was read meanwhile."))
    else:
        messages.success(
            request, _("It is asked for within a minute, or as soon as the shop answers again.")
        )
    url = reverse("tracking:connection-detail", args=[slug, connection.public_id])
    return see_other(f"{url}?tab=open")


def _get_event(connection: StoreConnection, event_id: str) -> StoreEvent:
    return get_by_public_id(StoreEvent.objects.filter(connection=connection), event_id)


def _reader(access: BrandAccess) -> Reader:
    return Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone))


def _read_page(
    request: HttpRequest, connection: StoreConnection, tab: str, reader: Reader
) -> dict[str, Any]:
    if tab == "refused":
        refused, cursor = _cut(request, inbox.list_refusals(connection))
        return {"refusals": [_show_refusal(row, reader) for row in refused], "cursor": cursor}
    rows = inbox.list_events(connection)
    if tab == "open":
        rows = inbox.list_not_processed(connection)
    events, cursor = _cut(request, rows)
    return {"events": [(event, say_result(event, reader)) for event in events], "cursor": cursor}


def _show_pull(connection: StoreConnection, reader: Reader) -> dict[str, Any]:
    """Return how the fetching of missed orders goes, and its last failure in words."""
    if not TRAITS[connection.platform].takes_keys:
        return {}
    pull = OrderPull.objects.filter(connection=connection).first()
    is_on = connection.api_key is not None and connection.is_active
    problem = (
        explain(code=pull.code, params={}, reader=reader) if pull and pull.code and is_on else ""
    )
    return {"can_pull": True, "is_pulling": is_on, "pull": pull, "pull_problem": problem}


def _list_unread(connection: StoreConnection, reader: Reader) -> list[tuple[UnreadOrder, str]]:
    rows = inbox.list_unread(connection)[:PAGE]
    return [(row, explain(code=row.code, params={}, reader=reader)) for row in rows]


def _cut(request: HttpRequest, rows: QuerySet[Row]) -> tuple[list[Row], int | None]:
    """Return a page of rows under the cursor, and the cursor of the next one."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def _show_refusal(row: RefusedDelivery, reader: Reader) -> tuple[RefusedDelivery, str]:
    return row, explain(**_reason(*refusal_reason(code=row.code)), reader=reader)


def _reason(code: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "params": params}


def _read_body(event: StoreEvent) -> str:
    """Return the body as it came, as text; empty once it was deleted."""
    return "" if event.body is None else event.body.encode("latin-1").decode("utf-8", "replace")


def _list_tabs(
    access: BrandAccess, connection: StoreConnection
) -> list[tuple[str, str, bool, int | None]]:
    args = [access.brand.slug, connection.public_id]
    return [
        (reverse("tracking:connection-detail", args=args), _("Deliveries"), True, None),
        (reverse("brands:connection-detail", args=args), _("Set-up"), False, None),
    ]


def _list_filters(tab: str, health: inbox.Health) -> list[tuple[str, str, bool, int | None]]:
    labels = {"all": _("All"), "open": _("Not processed"), "refused": _("Refused")}
    counts = {"open": health.waiting + health.unreadable + health.unread}
    return [(f"?tab={key}", labels[key], key == tab, counts.get(key)) for key in TABS]
