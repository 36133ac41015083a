"""Reads of how tracking does: what was counted by the hour, and the newest of each hop.

Nothing here reads more clicks than those of an hour or two, or more than the newest orders.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek

from affiliates.models import Link
from brands.models import Program, ProgramStatus, StoreConnection
from core.models import Brand, InboundStatus
from core.money import BPS, divide_half_up
from tracking.domain.hops import ProgramFacts, StoreFacts
from tracking.domain.signals import OrderSignals, read_signals
from tracking.models import (
    NONE,
    Attribution,
    Click,
    HourCount,
    Order,
    OrderKind,
    RefusedDelivery,
    StoreEvent,
    TrackingAlarm,
    TrackingWatch,
    Verdict,
)

NEWEST_ORDERS = 200
NEWEST_DELIVERIES = 50
NEWEST_ALARMS = 20
SHOWN_DAYS = (1, 7, 30)
SHOWN_WEEKS = 12
CARRIED_DAYS = 30

_HOUR = timedelta(hours=1)
_COUNTS = ("orders", "has_token", "has_code", "has_both", "has_none")
_TOKENS = ("valid", "expired", "not_counted", "barred", "unreadable")
_BY_NAME = """
SELECT {key}, one.name, sum(one.count::int)
  FROM tracking_hourcount h, jsonb_each_text(h.{column}) AS one (name, count)
 WHERE h.brand_id = %(brand)s AND h.hour >= %(since)s AND {which}
 GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class Shares:
    """What the orders of a span carried of one program.

    `orders` are all of the brand, `none` carried nothing at all; `other` carried a signal of
    another program, or a token that proves nothing. The tokens of the program are split by the best
    of each order; `unreadable` counts those of the whole brand.
    """

    orders: int = 0
    token: int = 0
    code: int = 0
    both: int = 0
    none: int = 0
    valid: int = 0
    expired: int = 0
    not_counted: int = 0
    barred: int = 0
    unreadable: int = 0

    @property
    def other(self) -> int:
        return max(0, self.orders - self.token - self.code - self.both - self.none)

    @property
    def with_token(self) -> int:
        return self.token + self.both

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Return each count in the order of the table, with its part of all, to a tenth percent."""
        counts = (self.token, self.code, self.both, self.other, self.none)
        return [(count, self.part_bps(count)) for count in counts]

    def part_bps(self, count: int) -> int:
        """Return a part of all orders in basis points, rounded to tens of them."""
        tenths = divide_half_up(count * BPS // 10, self.orders) if self.orders else 0
        return tenths * 10


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One of the newest orders of a brand, with what it carried."""

    order: Order
    tokens: int
    signals: OrderSignals


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """A store with its facts, and by what its tokens came in 30 days, the most frequent first."""

    store: StoreConnection
    facts: StoreFacts
    last_token: Order | None
    carriers: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProgramHealth:
    """A program with its facts, and the verdicts of its clicks in 7 days, most frequent first."""

    facts: ProgramFacts
    last_valid: Order | None
    verdicts: list[tuple[Verdict, int]]
    counted_until: datetime | None


def list_alarms(brand: Brand) -> QuerySet[TrackingAlarm]:
    """Return the alarms of a brand, the newest first."""
    rows = TrackingAlarm.objects.filter(brand=brand)
    return rows.select_related("brand", "program", "connection", "closed_by").order_by("-pk")


def list_open_alarms(brand: Brand) -> QuerySet[TrackingAlarm]:
    """Return the alarms of a brand that are open, the newest first."""
    return list_alarms(brand).filter(closed_at__isnull=True)


def list_new_orders(brand: Brand) -> list[NewOrder]:
    """Return the newest orders of a brand by when they were placed; no test and no renewal."""
    rows = Order.objects.filter(
        ~Q(subscription_kind="renewal"), brand=brand, kind=OrderKind.ORDER, is_test=False
    )
    newest = rows.filter(placed_at__isnull=False).order_by("-placed_at")
    found = list(newest.annotate(clicks=F("facts__clicks")).defer("facts")[:NEWEST_ORDERS])
    current = Attribution.objects.filter(order__in=[one.pk for one in found], is_current=True)
    rows_of = dict(current.values_list("order_id", "candidates__rows"))
    return [
        NewOrder(
            order,
            len(order.clicks or ()),
            read_signals(tokens=len(order.clicks or ()), rows=rows_of.get(order.pk) or ()),
        )
        for order in found
    ]


def read_program(program: Program, newest: Sequence[NewOrder], *, now: datetime) -> ProgramHealth:
    """Return how the hops of a program do that no store is part of."""
    watch = TrackingWatch.objects.filter(brand_id=program.brand_id).first()
    until = watch.counted_until if watch else None
    verdicts = _count_verdicts(program, now - timedelta(days=7))
    counted = sum(total for verdict, total in verdicts if verdict >= Verdict.COUNTED)
    key = str(program.pk)
    valid = next((o.order for o in newest if _is_valid(o.signals, key)), None)
    facts = ProgramFacts(
        is_live=program.status == ProgramStatus.LIVE,
        live_links=_list_live_links(program).count(),
        opened_at=_find_click(program, until, now, Verdict.BOT),
        counted_at=_find_click(program, until, now, Verdict.COUNTED),
        counted=counted,
        uncounted=sum(total for _verdict, total in verdicts) - counted,
        valid_at=valid.placed_at if valid else _find_valid_hour(program),
        orders=len(newest),
        streak=_count_streak(newest),
        alarms=_kinds(list_open_alarms(program.brand).filter(program=program)),
    )
    return ProgramHealth(facts, valid, verdicts, until)


def read_stores(
    brand: Brand, stores: Sequence[StoreConnection], newest: Sequence[NewOrder], *, now: datetime
) -> list[StoreHealth]:
    """Return how the hops of stores do."""
    since = now - timedelta(days=28)
    counted = {
        pk: (orders, tokens, both)
        for pk, orders, tokens, both in _of_stores(brand, since)
        .values_list("connection_id")
        .annotate(o=Sum("orders"), t=Sum("has_token"), b=Sum("has_both"))
    }
    carriers = _count_carriers(brand, now - timedelta(days=CARRIED_DAYS))
    opened = list(list_open_alarms(brand).filter(connection__in=stores))
    return [
        _read_store(
            store,
            [one for one in newest if one.order.connection_id == store.pk],
            counted.get(store.pk, (0, 0, 0)),
            carriers.get(store.pk, []),
            frozenset(alarm.kind for alarm in opened if alarm.connection_id == store.pk),
        )
        for store in stores
    ]


def sum_shares(program: Program, *, now: datetime) -> dict[int, Shares]:
    """Return what orders carried in the last day, week and month, by its number of days."""
    return {
        days: _make_shares(
            _of_stores(program.brand, now - timedelta(days=days)).aggregate(**_sums()),
            _of_program(program, now - timedelta(days=days)).aggregate(**_sums()),
        )
        for days in SHOWN_DAYS
    }


def sum_weeks(program: Program, *, now: datetime, zone: ZoneInfo) -> dict[date, Shares]:
    """Return what orders carried by week of the brand's calendar, this week the last."""
    today = now.astimezone(zone).date()
    this = today - timedelta(days=today.weekday())
    weeks = [this - timedelta(weeks=back) for back in range(SHOWN_WEEKS - 1, -1, -1)]
    since = now - timedelta(weeks=SHOWN_WEEKS, days=1)
    stores = _by_week(_of_stores(program.brand, since), zone)
    own = _by_week(_of_program(program, since), zone)
    return {week: _make_shares(stores.get(week, {}), own.get(week, {})) for week in weeks}


def _read_store(
    store: StoreConnection,
    newest: Sequence[NewOrder],
    counted: tuple[int, int, int],
    carriers: list[tuple[str, int]],
    alarms: frozenset[str],
) -> StoreHealth:
    orders, tokens, both = counted
    carried = next((one.order for one in newest if one.tokens), None)
    received_at, processed_at, refused = _read_deliveries(store)
    facts = StoreFacts(
        is_active=store.is_active,
        is_uninstalled=store.uninstalled_at is not None,
        token_at=carried.placed_at if carried else _find_token_hour(store),
        orders=max(orders, len(newest)),
        tokens=tokens + both,
        streak=_count_streak(newest),
        received_at=received_at,
        processed_at=processed_at,
        refused=refused,
        alarms=alarms,
    )
    return StoreHealth(store, facts, carried, carriers)


def _read_deliveries(store: StoreConnection) -> tuple[datetime | None, datetime | None, int]:
    """Return when a delivery came, when one was worked on, and how many were refused since."""
    events = StoreEvent.objects.filter(connection=store).order_by("-pk")
    rows = list(events.values_list("received_at", "status")[:NEWEST_DELIVERIES])
    good = (InboundStatus.PROCESSED, InboundStatus.IGNORED)
    done = next((at for at, status in rows if status in good), None)
    later = [status for at, status in rows if done is None or at > done]
    unproven = RefusedDelivery.objects.filter(connection=store)
    refused = unproven.filter(at__gt=done) if done else unproven
    return (
        rows[0][0] if rows else None,
        done,
        later.count(InboundStatus.REFUSED) + refused.count(),
    )


def _list_live_links(program: Program) -> QuerySet[Link]:
    return Link.objects.filter(
        enrollment__program=program,
        enrollment__affiliation__status="active",
        archived_at__isnull=True,
    )


def _find_click(
    program: Program, until: datetime | None, now: datetime, least: Verdict
) -> datetime | None:
    """Return the last click with a verdict of at least this; hours not counted are looked into."""
    clicks = Click.objects.filter(
        brand_id=program.brand_id, program_id=program.pk, verdict__gte=least
    ).order_by("-at")
    fresh = clicks.filter(at__gte=max(until or now - _HOUR, now - timedelta(days=1)))
    newest = fresh.values_list("at", flat=True).first()
    if newest is not None:
        return newest
    hours = HourCount.objects.filter(
        brand_id=program.brand_id, program_id=program.pk, connection_id=NONE
    )
    counted = hours.filter(clicks__gt=0) if least >= Verdict.COUNTED else hours
    hour = counted.order_by("-hour").values_list("hour", flat=True).first()
    if hour is None:
        return None
    within = clicks.filter(at__gte=hour, at__lt=hour + _HOUR)
    return within.values_list("at", flat=True).first() or hour


def _find_valid_hour(program: Program) -> datetime | None:
    rows = HourCount.objects.filter(brand_id=program.brand_id, program_id=program.pk, valid__gt=0)
    return rows.order_by("-hour").values_list("hour", flat=True).first()


def _find_token_hour(store: StoreConnection) -> datetime | None:
    rows = HourCount.objects.filter(
        Q(has_token__gt=0) | Q(has_both__gt=0),
        brand_id=store.brand_id,
        program_id=NONE,
        connection_id=store.pk,
    )
    return rows.order_by("-hour").values_list("hour", flat=True).first()


def _is_valid(signals: OrderSignals, program: str) -> bool:
    carried = signals.by_program.get(program)
    return carried is not None and carried.token == "valid"  # noqa: S105 - a state


def _count_streak(newest: Sequence[NewOrder]) -> int:
    return next((n for n, one in enumerate(newest) if one.tokens), len(newest))


def _kinds(alarms: QuerySet[TrackingAlarm]) -> frozenset[str]:
    return frozenset(alarms.values_list("kind", flat=True))


def _of_stores(brand: Brand, since: datetime) -> QuerySet[HourCount]:
    rows = HourCount.objects.filter(~Q(connection_id=NONE), brand_id=brand.pk, hour__gte=since)
    return rows.filter(program_id=NONE).order_by()


def _of_program(program: Program, since: datetime) -> QuerySet[HourCount]:
    rows = HourCount.objects.filter(
        ~Q(connection_id=NONE), brand_id=program.brand_id, hour__gte=since
    )
    return rows.filter(program_id=program.pk).order_by()


def _sums() -> dict[str, Sum]:
    return {f"sum_{name}": Sum(name, default=0) for name in (*_COUNTS, *_TOKENS)}


def _by_week(rows: QuerySet[HourCount], zone: ZoneInfo) -> dict[date, Mapping[str, Any]]:
    weeks = rows.annotate(week=TruncWeek("hour", tzinfo=zone))
    found: Iterable[Mapping[str, Any]] = weeks.values("week").annotate(**_sums())
    return {row["week"].astimezone(zone).date(): row for row in found}


def _make_shares(stores: Mapping[str, Any], own: Mapping[str, Any]) -> Shares:
    return Shares(
        orders=stores.get("sum_orders", 0),
        token=own.get("sum_has_token", 0),
        code=own.get("sum_has_code", 0),
        both=own.get("sum_has_both", 0),
        none=stores.get("sum_has_none", 0),
        valid=own.get("sum_valid", 0),
        expired=own.get("sum_expired", 0),
        not_counted=own.get("sum_not_counted", 0),
        barred=own.get("sum_barred", 0),
        unreadable=stores.get("sum_unreadable", 0),
    )


def _count_verdicts(program: Program, since: datetime) -> list[tuple[Verdict, int]]:
    which = "h.program_id = %(program)s AND h.connection_id = 0"
    query = _BY_NAME.format(key="0", column="verdicts", which=which)
    with connection.cursor() as cursor:
        cursor.execute(query, {"brand": program.brand_id, "since": since, "program": program.pk})
        return [(Verdict[name.upper()], total) for _key, name, total in cursor.fetchall()]


def _count_carriers(brand: Brand, since: datetime) -> dict[int, list[tuple[str, int]]]:
    query = _BY_NAME.format(key="h.connection_id", column="carriers", which="h.program_id = 0")
    found: dict[int, list[tuple[str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(query, {"brand": brand.pk, "since": since})
        for store, name, total in cursor.fetchall():
            found.setdefault(store, []).append((name, total))
    return found
