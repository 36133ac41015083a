"""What a store sent and how it goes: reads for the pages of a connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from django.db.models import Max, Q, QuerySet

from brands.models import StoreConnection
from core.models import InboundStatus
from tracking.models import Attribution, RefusedDelivery, StoreEvent, UnreadOrder

NOT_PROCESSED = (InboundStatus.STORED, InboundStatus.FAILED, InboundStatus.REFUSED)
PERIOD = timedelta(days=30)
QUIET_AFTER = timedelta(hours=24)
QUIET_TIMES = 5
GAPS = 50
MANY_WAITING = 50


@dataclass(frozen=True, slots=True)
class Health:
    """How a store does: `state` not_connected, receiving, quiet, failing or switched_off.

    `usual_gap` is the median time between its latest deliveries. The last times of each kind look
    back 30 days; None means there was none. `unread`: orders the shop could not give when asked.
    """

    state: str
    last_at: datetime | None
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
        usual_gap=gap,
        last_refused_at=refused_at,
        is_refusing=is_refusing,
        waiting=waiting,
        unreadable=unreadable,
        unread=list_unread(connection).count(),
        kinds=_last_by_kind(connection, now),
    )


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
    credited = Attribution.objects.filter(
        order__connection=connection, at__gte=since, is_current=True, enrollment__isnull=False
    )
    return {
        **events.aggregate(
            order=Max("received_at", filter=Q(topic__startswith="order")),
            refund=Max("received_at", filter=Q(topic__startswith="refund")),
        ),
        **credited.aggregate(
            link=Max("at", filter=Q(signal="link")), code=Max("at", filter=Q(signal="code"))
        ),
    }
