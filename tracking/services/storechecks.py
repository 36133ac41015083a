"""Comparisons of a store with what is here: asked for by a person or once a day, one at a time.

What a check does page by page is in `checkwork`, what came of it in `storefindings`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from brands.models import StoreConnection
from core import audit, jobs
from core.clock import brand_now
from core.periods import end_of_day, start_of_day
from tracking.domain.storecheck import Span
from tracking.models import OrderUpload, StoreCheck
from tracking.services.adapters import FILES

WORK = "tracking.work_on_check"
TURN = timedelta(minutes=5)  # above the time limit of the task
DAILY_DAYS = 7
DAILY_HOUR = 5  # of the brand's day: what was under way at midnight has come
MOST_DAYS = 92
FRESH = timedelta(minutes=30)  # a webhook and its retries, or the next turns of the poller


class CheckRuns(Exception):
    """A check of this store has not ended yet."""


class BadPeriod(Exception):
    """The days are not in order, too many, or not over before today ends."""


class TurnLost(Exception):
    """Another worker has the check meanwhile."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared: orders of some days of the brand's zone.

    `upload`: with the orders of this file, of which `is_whole` says that it has all of these days.
    """

    since: date
    until: date
    upload: OrderUpload | None = None
    is_whole: bool = True


def ask_check(
    *,
    connection: StoreConnection,
    asked: Asked,
    actor_id: int | None,
    now: datetime,
    real_now: datetime,
) -> StoreCheck:
    """Have a store compared; nobody asks for the daily one.

    :raises BadPeriod: see there.
    :raises CheckRuns: one is under way, or the daily one of that day was begun.
    """
    zone = ZoneInfo(connection.brand.time_zone)
    today = now.astimezone(zone).date()
    if not asked.since <= asked.until <= today or (asked.until - asked.since).days >= MOST_DAYS:
        raise BadPeriod(asked.since, asked.until)
    try:
        with transaction.atomic():
            check = StoreCheck.objects.create(
                brand_id=connection.brand_id,
                connection=connection,
                upload=asked.upload,
                since=asked.since,
                until=asked.until,
                is_whole=asked.is_whole,
                cursor_at=start_of_day(asked.since, zone),
                asked_at=now,
                asked_by_id=actor_id,
                next_at=real_now,
            )
            if actor_id is not None:
                _record(check, actor_id, now)
            jobs.enqueue(WORK, check_id=check.pk)
    except IntegrityError as error:
        raise CheckRuns(connection.public_id) from error
    return check


def begin_daily(*, platforms: Sequence[str], real_now: datetime) -> list[StoreCheck]:
    """Have every store that can be asked compared over its last days, once a day of its brand."""
    stores = StoreConnection.objects.filter(
        is_active=True,
        uninstalled_at=None,
        api_key__isnull=False,
        platform__in=platforms,
        brand__archived_at=None,
        brand__sandbox_of=None,
    )
    begun = []
    for store in stores.select_related("brand").order_by("pk"):
        now = brand_now(store.brand, real_now)
        local = now.astimezone(ZoneInfo(store.brand.time_zone))
        until = local.date() - timedelta(days=1)
        is_done = StoreCheck.objects.filter(connection=store, until=until, asked_by=None).exists()
        if local.hour < DAILY_HOUR or is_done:
            continue
        try:
            asked = Asked(until - timedelta(days=DAILY_DAYS - 1), until)
            begun.append(
                ask_check(connection=store, asked=asked, actor_id=None, now=now, real_now=real_now)
            )
        except CheckRuns:
            continue  # asked again within the hour
    return begun


def list_due(*, real_now: datetime) -> list[int]:
    """Return the checks somebody has to go on with, whatever message was lost."""
    rows = StoreCheck.objects.filter(next_at__lte=real_now).order_by("next_at")
    return list(rows.values_list("pk", flat=True))


def claim(*, check_id: int, now: datetime, real_now: datetime) -> StoreCheck | None:
    """Take a turn at a check; None where somebody else has it or it ended."""
    rows = StoreCheck.objects.filter(pk=check_id)
    if not rows.filter(next_at__lte=real_now).update(next_at=real_now + TURN):
        return None
    rows.filter(started_at=None).update(started_at=now)
    return rows.select_related("brand", "connection", "upload").get()


def lock_turn(check: StoreCheck) -> StoreCheck:
    """Return the row of a turn, locked.

    :raises TurnLost: it went to another worker.
    """
    rows = StoreCheck.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("brand", "connection").get(pk=check.pk)
    if row.next_at is None or row.next_at != check.next_at:
        raise TurnLost(check.public_id)
    return row


def span_of(check: StoreCheck) -> Span:
    """Return which orders a check compares; a store of files was promised whatever is in them."""
    zone = ZoneInfo(check.brand.time_zone)
    assert check.started_at is not None  # noqa: S101
    since, store = start_of_day(check.since, zone), check.connection
    return Span(
        since=since,
        until=end_of_day(check.until, zone),
        connected_at=since if store.platform == FILES else store.created_at,
        fresh_from=check.started_at - FRESH,
    )


def list_checks(connection: StoreConnection) -> QuerySet[StoreCheck]:
    """Return the checks of a store, newest first."""
    rows = StoreCheck.objects.filter(connection=connection)
    rows = rows.select_related("brand", "connection", "upload", "asked_by")
    return rows.defer("upload__body", "upload__findings").order_by("-id")


def _record(check: StoreCheck, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=check.brand_id,
        actor_id=actor_id,
        action="store_check.asked",
        target=check,
        now=now,
        after={"since": check.since.isoformat(), "until": check.until.isoformat()},
    )
