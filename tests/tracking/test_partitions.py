"""Room for the clicks of months to come, and what tracking forgets."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from core.ids import uuid7
from core.models import InboundStatus
from tests.makers import make_connection
from tracking.models import Click, RefusedDelivery, StoreEvent, Verdict, VisitorSalt
from tracking.services.partitions import REFUSALS_KEPT, forget_old, prepare_partitions

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 12, 3, 10, tzinfo=UTC)


def test_a_salt_is_forgotten_two_days_after_its_day_began():
    for age in range(4):
        VisitorSalt.objects.create(day=(NOW - timedelta(days=age)).date(), salt=bytes(32))

    assert forget_old(now=NOW)["salts"] == 2

    days = set(VisitorSalt.objects.values_list("day", flat=True))
    assert days == {NOW.date(), (NOW - timedelta(days=1)).date()}


@pytest.mark.parametrize(
    ("status", "is_old", "is_kept"),
    [
        (InboundStatus.PROCESSED, True, False),
        (InboundStatus.IGNORED, True, False),
        (InboundStatus.REFUSED, True, False),
        (InboundStatus.PROCESSED, False, True),
        (InboundStatus.STORED, True, True),
        (InboundStatus.FAILED, True, True),
    ],
)
def test_a_raw_body_goes_after_its_days_unless_its_event_still_waits(status, is_old, is_kept):
    age = timedelta(days=settings.RAW_BODY_DAYS) + timedelta(hours=1 if is_old else -1)
    event = make_event(status=status, received_at=NOW - age)

    assert forget_old(now=NOW)["bodies"] == (not is_kept)

    event.refresh_from_db()
    assert (event.body is not None) is is_kept
    assert event.body_sha256 == "a" * 64


def test_the_last_hundred_refusals_of_each_shop_are_kept():
    loud, quiet = make_connection(), make_connection()
    for shop, count in ((loud, REFUSALS_KEPT + 5), (quiet, 3)):
        RefusedDelivery.objects.bulk_create(
            RefusedDelivery(
                brand=shop.brand,
                connection=shop,
                at=NOW + timedelta(seconds=n),
                code="signature",
                size_bytes=n,
                body_sha256="b" * 64,
            )
            for n in range(count)
        )

    assert forget_old(now=NOW)["refusals"] == 5

    kept = RefusedDelivery.objects.filter(connection=loud)
    assert kept.count() == REFUSALS_KEPT
    assert min(kept.values_list("size_bytes", flat=True)) == 5
    assert RefusedDelivery.objects.filter(connection=quiet).count() == 3


def make_event(*, status: str, received_at: datetime) -> StoreEvent:
    connection = make_connection()
    return StoreEvent.objects.create(
        brand=connection.brand,
        connection=connection,
        event_id="e1",
        topic="order",
        body="{}",
        body_sha256="a" * 64,
        size_bytes=2,
        received_at=received_at,
        status=status,
        next_attempt_at=received_at,
    )


def test_a_click_of_a_month_without_partition_lands_and_is_moved_when_it_is_made():
    month = datetime(2031, 5, 1, tzinfo=UTC)
    click_id = uuid7(month + timedelta(days=3))
    Click.objects.create(
        id=click_id,
        brand_id=1,
        program_id=1,
        enrollment_id=1,
        link_id=1,
        at=month,
        visitor_key=0,
        net_key=0,
        verdict=Verdict.COUNTED,
    )
    assert partition_of(click_id) == "tracking_click_default"

    made = prepare_partitions(now=month - timedelta(days=40))

    assert made == 4
    assert partition_of(click_id) == "tracking_click_203105"
    assert prepare_partitions(now=month - timedelta(days=40)) == 0


def partition_of(click_id: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM tracking_click WHERE id = %s", [click_id]
        )
        return str(cursor.fetchone()[0])
