"""Room for the clicks to come, and forgetting what need not be kept."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from core.models import InboundStatus
from tracking.models import OrderUpload, RefusedDelivery, StoreEvent, VisitorSalt

MONTHS_AHEAD = 3
REFUSALS_KEPT = 100
SALT_HOURS = 48
# An event that still waits keeps its body, however old: without it the order would be lost.
DONE = (InboundStatus.PROCESSED, InboundStatus.IGNORED, InboundStatus.REFUSED)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('tracking_click_month'))"


def prepare_partitions(*, now: datetime) -> int:
    """Make the click partitions of this month and the next ones; returns how many were missing.

    Clicks that came before their month's partition are moved into it from the default one, which
    is closed to writers meanwhile: a row arriving between the move and the attachment would be
    refused by both.
    """
    return sum(_prepare_month(_month_after(now, n)) for n in range(MONTHS_AHEAD + 1))


def forget_old(*, now: datetime) -> dict[str, int]:
    """Forget salts, raw bodies and refusals whose time is over; returns how many of each."""
    last_salt_day = (now.astimezone(UTC) - timedelta(hours=SALT_HOURS)).date()
    salts, _ = VisitorSalt.objects.filter(day__lte=last_salt_day).delete()
    bodies = StoreEvent.objects.filter(
        status__in=DONE,
        body__isnull=False,
        received_at__lt=now - timedelta(days=settings.RAW_BODY_DAYS),
    ).update(body=None)
    uploads = OrderUpload.objects.filter(
        Q(confirmed_at__isnull=True) | Q(taken_at__isnull=False),  # one that is being taken waits
        body__isnull=False,
        created_at__lt=now - timedelta(days=settings.RAW_BODY_DAYS),
    )
    uploads.filter(confirmed_at__isnull=True).update(next_at=None)
    files = uploads.update(body=None, findings=None)
    return {"salts": salts, "bodies": bodies + files, "refusals": _forget_refusals()}


def _prepare_month(month: datetime) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute("LOCK TABLE tracking_click_default IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT tracking_click_month(%s)", [month])
        (is_new,) = cursor.fetchone()
    return bool(is_new)


def _month_after(now: datetime, count: int) -> datetime:
    years, month = divmod(now.astimezone(UTC).month - 1 + count, 12)
    return datetime(now.astimezone(UTC).year + years, month + 1, 1, tzinfo=UTC)


def _forget_refusals() -> int:
    place = Window(RowNumber(), partition_by=F("connection"), order_by=F("id").desc())
    old = RefusedDelivery.objects.annotate(place=place).filter(place__gt=REFUSALS_KEPT)
    count, _ = RefusedDelivery.objects.filter(
        pk__in=list(old.values_list("pk", flat=True))
    ).delete()
    return count
