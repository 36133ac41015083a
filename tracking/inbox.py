"""What a store sent and how it goes: reads for the pages of a connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet

from brands.models import StoreConnection
from core.asked import Asked, read_day, read_text
from core.models import InboundStatus
from core.periods import end_of_day, start_of_day
from tracking.filters import ORDER_SIGNALS
from tracking.models import (
    Attribution,
    Click,
    Order,
    OrderKind,
    RefusedDelivery,
    StoreEvent,
    UnreadOrder,
    Verdict,
)

NOT_PROCESSED = (InboundStatus.STORED, InboundStatus.FAILED, InboundStatus.REFUSED)
PERIOD = timedelta(days=30)
QUIET_AFTER = timedelta(hours=24)
QUIET_TIMES = 5
GAPS = 50
MANY_WAITING = 50
MOST_REPLAYED = 5_000

FILTERS = ("q", "kind", "state", "from", "to")
_ORDERS, _REFUNDS = Q(topic__istartswith="order"), Q(topic__istartswith="refund")
KINDS: Mapping[str, Q] = {"order": _ORDERS, "refund": _REFUNDS, "other": ~_ORDERS & ~_REFUNDS}


@dataclass(frozen=True, slots=True)
class Health:
    """How a store does: `state` not_connected, receiving, quiet, failing or switched_off.

    `since_last`: how long it has been silent; `usual_gap`: the median time between its latest
    deliveries. The last times of each kind look
    back 30 days; None means there was none. `unread`: orders the shop could not give when asked.
    """

    state: str
    last_at: datetime | None
    since_last: timedelta | None
    usual_gap: timedelta | None
    last_refused_at: datetime | None
    is_refusing: bool
    waiting: int
    unreadable: int
    unread: int
    kinds: dict[str, datetime | None]


def list_events(connection: StoreConnection) -> QuerySet[StoreEvent]:
    """Return its deliveries without their bodies, newest first."""
    rows = StoreEvent.objects.filter(connection=connection)
    return rows.defer("body").order_by("-id")


def list_not_processed(connection: StoreConnection) -> QuerySet[StoreEvent]:
    """Return the deliveries nothing came of yet: waiting, failed, or not to be read."""
    return list_events(connection).filter(status__in=NOT_PROCESSED)


def pick_events(connection: StoreConnection, *, tab: str, asked: Asked) -> QuerySet[StoreEvent]:
    """Return the deliveries of a tab (all, open) and the filters of an address."""
    rows = list_not_processed(connection) if tab == "open" else list_events(connection)
    if text := read_text(asked, "q"):
        rows = rows.filter(_named(connection, text))
    if kind := KINDS.get(asked.get("kind", "")):
        rows = rows.filter(kind)
    if (state := asked.get("state", "")) in InboundStatus.values:
        rows = rows.filter(status=state)
    zone = ZoneInfo(connection.brand.time_zone)
    if since := read_day(asked, "from"):
        rows = rows.filter(received_at__gte=start_of_day(since, zone))
    if until := read_day(asked, "to"):
        rows = rows.filter(received_at__lt=end_of_day(until, zone))
    return rows


def list_replayable(rows: QuerySet[StoreEvent]) -> list[int]:
    """Return which of these deliveries wait for a person to try them again, oldest first."""
    stuck = rows.filter(
        status__in=(InboundStatus.FAILED, InboundStatus.REFUSED), body__isnull=False
    )
    return list(stuck.order_by("pk").values_list("pk", flat=True)[:MOST_REPLAYED])


def list_refusals(connection: StoreConnection) -> QuerySet[RefusedDelivery]:
    """Return the deliveries whose signature did not fit, newest first."""
    return RefusedDelivery.objects.filter(connection=connection).order_by("-id")


def list_unread(connection: StoreConnection) -> QuerySet[UnreadOrder]:
    """Return the orders the shop could not give, the next one to be tried first."""
    return UnreadOrder.objects.filter(connection=connection).order_by("next_at", "pk")


def get_health(connection: StoreConnection, now: datetime) -> Health:
    """Return how a store does; `now` is the brand's time."""
    times = list(list_events(connection).values_list("received_at", flat=True)[:GAPS])
    refused_at = list_refusals(connection).values_list("at", flat=True).first()
    open_events = list_not_processed(connection)
    unreadable = open_events.filter(status=InboundStatus.REFUSED).count()
    waiting = open_events.exclude(status=InboundStatus.REFUSED).count()
    last_at, gap = max(times, default=None), _usual_gap(times)
    is_refusing = refused_at is not None and (last_at is None or refused_at > last_at)
    is_failing = is_refusing or connection.uninstalled_at is not None or waiting > MANY_WAITING
    return Health(
        state=_find_state(connection, last_at, gap, now=now, is_failing=is_failing),
        last_at=last_at,
        since_last=now - last_at if last_at else None,
        usual_gap=gap,
        last_refused_at=refused_at,
        is_refusing=is_refusing,
        waiting=waiting,
        unreadable=unreadable,
        unread=list_unread(connection).count(),
        kinds=_last_by_kind(connection, now),
    )


def count_signals(connection: StoreConnection, now: datetime) -> dict[str, int]:
    """Return how many orders of the last 30 days came with a click, a code, both or neither."""
    rows = Attribution.objects.filter(
        order__connection=connection,
        order__kind=OrderKind.ORDER,
        order__first_received_at__gte=now - PERIOD,
        order__is_test=False,
        is_current=True,
    )
    counts = {name: Count("pk", filter=signal) for name, signal in ORDER_SIGNALS.items()}
    return rows.aggregate(**counts)


def count_without_consent(connection: StoreConnection, now: datetime) -> int:
    """Return how many visits of 30 days to links of the brand bore no token, as they asked."""
    rows = Click.objects.filter(brand_id=connection.brand_id, at__gte=now - PERIOD)
    return rows.filter(verdict=Verdict.NO_CONSENT).count()


def _named(connection: StoreConnection, text: str) -> Q:
    """Select what a delivery, its event or its order is called by."""
    number = text.removeprefix("#")
    orders = Order.objects.filter(connection=connection).filter(
        Q(external_number__iexact=number) | Q(external_number__iexact=f"#{number}")
    )
    ids = list(orders.values_list("external_order_id", flat=True)[:GAPS])
    return Q(order_ref__in=[text, number, *ids]) | Q(event_id=text) | Q(public_id=text)


def _find_state(
    connection: StoreConnection,
    last_at: datetime | None,
    gap: timedelta | None,
    *,
    now: datetime,
    is_failing: bool,
) -> str:
    if not connection.is_active:
        return "switched_off"
    if is_failing:
        return "failing"
    if last_at is None:
        return "not_connected"
    patience = max(QUIET_AFTER, gap * QUIET_TIMES if gap else QUIET_AFTER)
    return "quiet" if now - last_at > patience else "receiving"


def _usual_gap(times: Sequence[datetime]) -> timedelta | None:
    in_order = sorted(times)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(in_order)]
    return timedelta(seconds=median(gaps)) if gaps else None


def _last_by_kind(connection: StoreConnection, now: datetime) -> dict[str, datetime | None]:
    since = now - PERIOD
    events = StoreEvent.objects.filter(
        connection=connection, received_at__gte=since, status=InboundStatus.PROCESSED
    )
    signs = Attribution.objects.filter(
        order__connection=connection, order__first_received_at__gte=since, is_current=True
    )
    came, bears = "order__first_received_at", ORDER_SIGNALS
    return {
        **events.aggregate(
            order=Max("received_at", filter=Q(topic__startswith="order")),
            refund=Max("received_at", filter=Q(topic__startswith="refund")),
        ),
        **signs.aggregate(
            token=Max(came, filter=bears["click"] | bears["both"]),
            code=Max(came, filter=bears["code"] | bears["both"]),
        ),
    }
