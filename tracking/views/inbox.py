"""What a store sent: its state, its deliveries with their results, one delivery."""

from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from brands.access import BrandAccess, NotFound, Right, get_brand_for, get_connection_for
from brands.context import brand_page, why_not
from brands.models import StoreConnection
from core.access import get_by_public_id
from core.asked import read_text
from core.charts import Point
from core.clock import brand_now
from core.edges import door
from core.formats import number_text, percent_text
from core.models import InboundStatus
from core.money import divide_half_up
from core.states import get_state
from core.wording import Reader, current_language
from tracking import inbox
from tracking.integrations import list_polled
from tracking.models import Order, OrderPull, RefusedDelivery, StoreEvent, UnreadOrder
from tracking.reader import say_result
from tracking.selectors_checks import count_live, find_agreement
from tracking.views._store_tabs import list_store_tabs
from tracking.wording import explain, refusal_reason
from tracking.wording.short import SIGNALS

Row = TypeVar("Row", bound=Model)

BPS = 10_000
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
        tabs=list_store_tabs(access, connection, "deliveries"),
        shown_tabs=_list_filters(tab, health),
        tab=tab,
        signals=_list_signals(connection, now),
        without_consent=inbox.count_without_consent(connection, now),
        off=why_not(access, Right.MANAGE),
        upload_off=why_not(access, Right.CLEAR),
        agreement=find_agreement(connection),
        differing=sum(count_live(connection).values()),
        nav_current=NAV,
        **_show_pull(connection, reader),
        unread=_list_unread(connection, reader) if tab != "refused" else [],
        **_read_page(request, connection, tab, reader),
    )
    response = render(request, "tracking/connection_detail.html", context)
    if "watch" in request.GET and health.last_at:
        response["HX-Refresh"] = "true"  # what the line waited for has come
    return response


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
    asked = request.GET.dict()
    rows = inbox.pick_events(connection, tab=tab, asked=asked)
    events, cursor = _cut(request, rows)
    filters = {name: read_text(asked, name) for name in inbox.FILTERS}
    return {
        "events": [(event, say_result(event, reader)) for event in events],
        "cursor": cursor,
        "total": rows.order_by().count(),
        "filters": filters,
        "is_filtered": any(filters.values()),
        "states": [
            (name, get_state(name, kind="delivery").label)
            for name in (inbox.NOT_PROCESSED if tab == "open" else InboundStatus.values)
        ],
        "replayable": len(inbox.list_replayable(rows)) if tab == "open" else 0,
    }


def _list_signals(connection: StoreConnection, now: datetime) -> list[Point]:
    """Return a bar for each signal orders came with; none where there were no orders."""
    counts = inbox.count_signals(connection, now)
    total, language = sum(counts.values()), current_language()
    if not total:
        return []
    points = []
    for name, count in counts.items():
        share = percent_text(divide_half_up(count * BPS, total), language=language)
        shown = f"{number_text(count, language=language)} · {share}"
        points.append(Point(str(SIGNALS[name]), count, shown, short=str(SIGNALS[name])))
    return points


def _show_pull(connection: StoreConnection, reader: Reader) -> dict[str, Any]:
    """Return how the fetching of missed orders goes, and its last failure in words."""
    if connection.platform not in list_polled():
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


def _list_filters(tab: str, health: inbox.Health) -> list[tuple[str, str, bool, int | None]]:
    labels = {"all": _("All"), "open": _("Not processed"), "refused": _("Refused")}
    counts = {"open": health.waiting + health.unreadable + health.unread}
    return [(f"?tab={key}", labels[key], key == tab, counts.get(key)) for key in TABS]
