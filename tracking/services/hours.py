"""Count what each hour brought once it is over: no page or alarm reads clicks by the million.

An hour is counted anew for a while: a click may come late from another process, an order from a
store that is polled, or with a token in its second message.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from core.locks import lock_row
from core.models import InboundStatus
from tracking.domain.signals import Carried, read_signals
from tracking.models import (
    NONE,
    Attribution,
    Click,
    HourCount,
    OrderKind,
    RefusedDelivery,
    StoreEvent,
    TrackingWatch,
    Verdict,
)

HISTORY = timedelta(weeks=13)
KEPT = timedelta(weeks=26)
LATE = timedelta(hours=48)
"""How long after an hour an order placed in it, or its token, is still counted."""
LATE_CLICKS = timedelta(hours=3)
AT_ONCE = timedelta(days=7)

_HOUR = timedelta(hours=1)
_ATTRIBUTED = Q(is_current=True, order__kind=OrderKind.ORDER, order__is_test=False)
_FIRST = ~Q(order__subscription_kind="renewal")

Key: TypeAlias = tuple[int, int, datetime]
"""Program, store and hour."""


@dataclass(slots=True)
class _Tally:
    """Counts by the name of a column, and those by a name within it."""

    counts: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    carriers: Counter[str] = field(default_factory=Counter)


Tallies: TypeAlias = dict[Key, _Tally]


def floor_hour(at: datetime) -> datetime:
    """Return the beginning of the hour of UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def lock_watch(brand_id: int) -> TrackingWatch:
    """Return the brand's row, locked: one worker counts and judges at a time."""
    watch, _is_new = TrackingWatch.objects.get_or_create(brand_id=brand_id)
    return lock_row(TrackingWatch, watch.pk)


@transaction.atomic
def count_next(*, brand_id: int, now: datetime) -> bool:
    """Count hours that are over and were not counted, a week of them; tell whether more are left.

    Of two workers the second waits for the first, and then finds nothing left.
    """
    watch, until = lock_watch(brand_id), floor_hour(now)
    since = max(watch.counted_until or until - HISTORY, until - HISTORY)
    if since == until:
        return False
    since = min(since, until - _HOUR)  # a sandbox's clock was set back
    end = min(until, since + AT_ONCE)
    _store_orders(brand_id, since - LATE, end)
    _store_clicks(brand_id, since - LATE_CLICKS, end)
    HourCount.objects.filter(brand_id=brand_id, hour__lt=until - KEPT).delete()
    watch.counted_until = end
    watch.save(update_fields=["counted_until"])
    return end < until


def _store_clicks(brand_id: int, since: datetime, until: datetime) -> None:
    tallies: Tallies = {}
    rows = (
        Click.objects.filter(brand_id=brand_id, at__gte=since, at__lt=until)
        .annotate(hour=TruncHour("at", tzinfo=UTC))
        .values_list("program_id", "hour", "verdict")
        .annotate(total=Count("id"))
        .order_by()
    )
    for program, hour, verdict, total in rows:
        tally = _find(tallies, program, NONE, hour)
        tally.verdicts[Verdict(verdict).name.lower()] += total
        if verdict >= Verdict.COUNTED:
            tally.counts["clicks"] += total
    kept = HourCount.objects.filter(brand_id=brand_id, connection_id=NONE)
    kept.filter(hour__gte=since, hour__lt=until).delete()
    _write(brand_id, tallies)


def _store_orders(brand_id: int, since: datetime, until: datetime) -> None:
    tallies: Tallies = {}
    kept = HourCount.objects.filter(brand_id=brand_id, hour__gte=since, hour__lt=until).filter(
        ~Q(connection_id=NONE)
    )
    _count_orders(tallies, brand_id, since, until)
    _count_deliveries(tallies, brand_id, since, until)
    _count_unproven(tallies, brand_id, since, until)
    for store, hour, unproven in kept.filter(unproven__gt=0).values_list(
        "connection_id", "hour", "unproven"
    ):
        tally = _find(tallies, NONE, store, hour)
        tally.counts["unproven"] = max(tally.counts["unproven"], unproven)
    kept.delete()
    _write(brand_id, tallies)


def _count_orders(tallies: Tallies, brand_id: int, since: datetime, until: datetime) -> None:
    rows = Attribution.objects.filter(
        _ATTRIBUTED,
        _FIRST,
        brand_id=brand_id,
        order__brand_id=brand_id,
        order__placed_at__gte=since,
        order__placed_at__lt=until,
    ).values_list(
        "order__connection_id", "order__placed_at", "order__facts__clicks", "candidates__rows"
    )
    for store, placed_at, clicks, candidates in rows.order_by().iterator(chunk_size=500):
        signals = read_signals(tokens=len(clicks or ()), rows=candidates or ())
        assert placed_at is not None  # noqa: S101 - asked for
        hour = floor_hour(placed_at)
        whole = _find(tallies, NONE, store, hour)
        _add(whole, signals.whole)
        whole.carriers.update({click["carrier"] for click in clicks or ()})
        for program, carried in signals.by_program.items():
            _add(_find(tallies, int(program), store, hour), carried)


def _count_deliveries(tallies: Tallies, brand_id: int, since: datetime, until: datetime) -> None:
    rows = StoreEvent.objects.filter(
        brand_id=brand_id, received_at__gte=since, received_at__lt=until, upload=None
    )
    hours = rows.annotate(hour=TruncHour("received_at", tzinfo=UTC)).order_by()
    counted = hours.values_list("connection_id", "hour").annotate(
        total=Count("id"), refused=Count("id", filter=Q(status=InboundStatus.REFUSED))
    )
    for store, hour, total, refused in counted:
        _find(tallies, NONE, store, hour).counts.update(deliveries=total, refused=refused)


def _count_unproven(tallies: Tallies, brand_id: int, since: datetime, until: datetime) -> None:
    rows = RefusedDelivery.objects.filter(brand_id=brand_id, at__gte=since, at__lt=until)
    for store, at in rows.values_list("connection_id", "at"):
        _find(tallies, NONE, store, floor_hour(at)).counts["unproven"] += 1


def _find(tallies: Tallies, program: int, store: int, hour: datetime) -> _Tally:
    return tallies.setdefault((program, store, hour), _Tally())


def _add(tally: _Tally, carried: Carried) -> None:
    names = ["orders", f"has_{carried.signal}"]
    tally.counts.update([*names, carried.token] if carried.token else names)


def _write(brand_id: int, tallies: Tallies) -> None:
    HourCount.objects.bulk_create(_make_rows(brand_id, tallies), batch_size=500)


def _make_rows(brand_id: int, tallies: Tallies) -> Iterable[HourCount]:
    for (program, store, hour), tally in sorted(tallies.items()):
        named: dict[str, Any] = {"verdicts": dict(tally.verdicts), "carriers": dict(tally.carriers)}
        yield HourCount(
            brand_id=brand_id,
            program_id=program,
            connection_id=store,
            hour=hour,
            **tally.counts,
            **named,
        )
