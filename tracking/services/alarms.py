"""Open an alarm where something that came steadily stopped, close it when it comes again."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from brands.models import Program, ProgramStatus, StoreConnection
from core import audit
from core.locks import lock_row
from core.models import Brand, BrandStatus
from tracking.domain.drops import (
    BASELINE_DAYS,
    Drop,
    ProgramSeries,
    StoreSeries,
    find_program_drop,
    find_store_drop,
    is_well,
)
from tracking.emails_alarms import mail_alarm
from tracking.models import NONE, AlarmKind, HourCount, TrackingAlarm
from tracking.services.hours import KEPT, floor_hour, lock_watch

SILENT = timedelta(days=28)
"""A dismissed alarm is not opened again for so long: by then the new figures are the usual ones."""
LOOK_BACK = timedelta(days=BASELINE_DAYS + 8)

_LIVE = Program.objects.filter(brand=OuterRef("pk"), status=ProgramStatus.LIVE)
_OPEN = TrackingAlarm.objects.filter(brand=OuterRef("pk"), closed_at__isnull=True)


class AlarmClosed(ValueError):
    """It is well again, or somebody dismissed it meanwhile."""


class _Counts:
    """What is counted, as series by local hour: of each program, each store and the brand."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], dict[datetime, int]] = defaultdict(
            lambda: defaultdict(int)
        )

    def add(self, name: str, pk: int, hour: datetime, count: int) -> None:
        if count:
            self._found[name, pk][hour] += count

    def program(self, pk: int) -> ProgramSeries:
        return ProgramSeries(
            clicks=self._found["clicks", pk],
            tokens=self._found["tokens", pk],
            orders=self._found["all", NONE],
        )

    def store(self, pk: int) -> StoreSeries:
        return StoreSeries(
            orders=self._found["orders", pk],
            tokens=self._found["carried", pk],
            deliveries=self._found["deliveries", pk],
            came=self._found["came", pk],
            refused=self._found["refused", pk],
        )


def list_watched() -> list[Brand]:
    """Return the brands with a program that is live, or with an alarm that is open."""
    rows = Brand.objects.filter(Exists(_LIVE) | Exists(_OPEN), archived_at__isnull=True)
    return list(rows.order_by("pk"))


@transaction.atomic
def watch_brand(*, brand_id: int, platforms: Collection[str], now: datetime) -> list[TrackingAlarm]:
    """Open and close the alarms of a brand by what is counted; returns those opened, each mailed.

    `platforms`: whose stores report by themselves. Nothing is judged before all hours are counted.
    """
    watch, hour = lock_watch(brand_id), floor_hour(now)
    if watch.counted_until != hour:
        return []
    brand = Brand.objects.get(pk=brand_id)
    local = _make_local(brand)
    live = Program.objects.filter(
        brand=brand, brand__status=BrandStatus.ACTIVE, status=ProgramStatus.LIVE
    )
    programs = list(live.order_by("pk"))
    stores = list(
        StoreConnection.objects.filter(
            brand=brand, is_active=True, uninstalled_at__isnull=True, platform__in=platforms
        ).order_by("pk")
    )
    opened = list(TrackingAlarm.objects.filter(brand=brand, closed_at__isnull=True).order_by("pk"))
    since = min([hour, *(alarm.opened_at for alarm in opened)]) - LOOK_BACK
    counts = _read_counts(brand, stores, max(since, hour - KEPT), local)
    for alarm in opened:
        if _is_over(alarm, programs, stores, counts, local, hour):
            _close(alarm, now)
    found = _find_drops(programs, stores, counts, local, hour)
    new = [_open(subject, kind, drop, now) for subject, kind, drop in found]
    return [alarm for alarm in new if alarm is not None]


@transaction.atomic
def dismiss_alarm(*, alarm_id: int, reason: str, actor_id: int, now: datetime) -> TrackingAlarm:
    """Close an alarm by a person's word.

    :raises AlarmClosed: it is not open any more.
    """
    alarm = lock_row(TrackingAlarm, alarm_id)
    if alarm.closed_at is not None:
        raise AlarmClosed(alarm.public_id)
    alarm.closed_at, alarm.closed_by_id, alarm.reason = now, actor_id, reason[:500]
    alarm.save(update_fields=["closed_at", "closed_by", "reason"])
    audit.record(
        brand_id=alarm.brand_id,
        actor_id=actor_id,
        action="tracking_alarm.dismissed",
        target=alarm,
        after={"kind": alarm.kind, "reason": alarm.reason},
        now=now,
    )
    return alarm


Local = Callable[[datetime], datetime]
Subject = Program | StoreConnection


def _make_local(brand: Brand) -> Local:
    zone = ZoneInfo(brand.time_zone)
    return lambda at: floor_hour(at).astimezone(zone).replace(tzinfo=None)


def _read_counts(
    brand: Brand, stores: Sequence[StoreConnection], since: datetime, local: Local
) -> _Counts:
    """Read the hours of a brand; orders of a store that does not report by itself are left out."""
    reporting = {store.pk for store in stores}
    counts = _Counts()
    rows = HourCount.objects.filter(brand_id=brand.pk, hour__gte=since)
    names = ("clicks", "orders", "has_token", "has_both", "deliveries", "refused", "unproven")
    for program, store, hour, *figures in rows.values_list(
        "program_id", "connection_id", "hour", *names
    ):
        at, one = local(hour), dict(zip(names, figures, strict=True))
        tokens = one["has_token"] + one["has_both"]
        if store == NONE:
            counts.add("clicks", program, at, one["clicks"])
        elif program != NONE and store in reporting:
            counts.add("tokens", program, at, tokens)
        elif store in reporting:
            counts.add("all", NONE, at, one["orders"])
            counts.add("orders", store, at, one["orders"])
            counts.add("carried", store, at, tokens)
            counts.add("deliveries", store, at, one["deliveries"])
            counts.add("came", store, at, one["deliveries"] + one["unproven"])
            counts.add("refused", store, at, one["refused"] + one["unproven"])
    return counts


def _find_drops(
    programs: Sequence[Program],
    stores: Sequence[StoreConnection],
    counts: _Counts,
    local: Local,
    hour: datetime,
) -> Iterator[tuple[Subject, str, Drop]]:
    """Yield what dropped. Stores are looked at only while a program is live."""
    until = local(hour)
    for program in programs:
        series = counts.program(program.pk)
        found = find_program_drop(series, until=until, since=local(program.status_at))
        if found is not None:
            yield program, *found
    for store in stores if programs else ():
        begun = local(store.created_at)
        wrong = find_store_drop(counts.store(store.pk), until=until, since=begun)
        if wrong is not None:
            yield store, *wrong


def _is_over(
    alarm: TrackingAlarm,
    programs: Sequence[Program],
    stores: Sequence[StoreConnection],
    counts: _Counts,
    local: Local,
    hour: datetime,
) -> bool:
    """Tell whether it is well again, or its program or store does not run any more."""
    if alarm.program_id not in {None, *(program.pk for program in programs)}:
        return True
    if alarm.connection_id not in {None, *(store.pk for store in stores)}:
        return True
    series = (
        counts.program(alarm.program_id)
        if alarm.program_id is not None
        else counts.store(alarm.connection_id or NONE)
    )
    return is_well(alarm.kind, series, until=local(hour), opened=local(alarm.opened_at))


def _close(alarm: TrackingAlarm, now: datetime) -> None:
    alarm.closed_at = now
    alarm.save(update_fields=["closed_at"])
    audit.record(
        brand_id=alarm.brand_id,
        actor_id=None,
        action="tracking_alarm.closed",
        target=alarm,
        after={"kind": alarm.kind},
        now=now,
    )


def _open(subject: Subject, kind: str, drop: Drop, now: datetime) -> TrackingAlarm | None:
    """Open an alarm and mail it; None where one is open, or was dismissed not long ago."""
    of = {
        "program": subject if isinstance(subject, Program) else None,
        "connection": subject if isinstance(subject, StoreConnection) else None,
    }
    known = TrackingAlarm.objects.filter(brand_id=subject.brand_id, kind=kind, **of)
    dismissed = known.filter(closed_by__isnull=False, closed_at__gt=now - SILENT)
    if known.filter(closed_at__isnull=True).exists() or dismissed.exists():
        return None
    alarm = TrackingAlarm.objects.create(
        brand_id=subject.brand_id,
        kind=AlarmKind(kind),
        evidence=asdict(drop),
        opened_at=now,
        **of,
    )
    audit.record(
        brand_id=alarm.brand_id,
        actor_id=None,
        action="tracking_alarm.opened",
        target=alarm,
        after={"kind": alarm.kind, **alarm.evidence},
        now=now,
    )
    mail_alarm(alarm=alarm, now=now)
    return alarm
