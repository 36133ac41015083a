"""The date on which a commission is released."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.events import at
from tracking.domain.release import release_date

DAY = timedelta(hours=24)
instants = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_a_hold_counts_from_the_stores_paid_time():
    release = release_date(paid_at=at(0), received_at=at(2), hold_days=30)

    assert release.release_at == release.latest_at == at(30 * 24)
    assert (release.anchor_at, release.code) == (at(0), "hold.pending")
    assert release.params == {
        "event": "paid",
        "paid_date": "2026-08-12T12:00:00.000000+00:00",
        "event_date": "2026-08-12T12:00:00.000000+00:00",
        "release_date": "2026-09-11T12:00:00.000000+00:00",
        "days": 30,
    }


@pytest.mark.parametrize(
    ("paid", "anchor"), [(-72, -72), (-73, -72), (-9_000, -72), (0, 0), (1, 0), (-1, -1)]
)
def test_a_payment_is_dated_between_72_hours_before_its_receipt_and_the_receipt(paid, anchor):
    release = release_date(paid_at=at(paid), received_at=at(0), hold_days=30)

    assert release.anchor_at == at(anchor)


def test_trusted_history_keeps_its_own_date():
    release = release_date(
        paid_at=at(-9_000), received_at=at(0), hold_days=30, is_trusted_history=True
    )

    assert release.release_at == at(-9_000) + 30 * DAY


@pytest.mark.parametrize("anchor", ["fulfilled", "delivered"])
def test_the_date_waits_for_the_fact_and_has_a_latest_day(anchor):
    release = release_date(paid_at=at(0), received_at=at(0), hold_days=30, anchor=anchor)

    assert (release.release_at, release.latest_at) == (None, at(0) + 75 * DAY)
    assert (release.code, release.anchor_at) == ("hold.waits_event", at(0))
    assert release.params["event"] == anchor
    assert release.params["latest_date"] == "2026-10-26T12:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("event_at", "anchor_at"),
    [(5, 5), (-5, 0), (45 * 24, 45 * 24), (60 * 24, 45 * 24)],
)
def test_the_fact_dates_the_hold_between_the_payment_and_the_end_of_the_wait(event_at, anchor_at):
    for anchor in ("fulfilled", "delivered"):
        release = release_date(
            paid_at=at(0),
            received_at=at(0),
            hold_days=14,
            anchor=anchor,
            **{f"{anchor}_at": at(event_at)},  # type: ignore[arg-type]
        )

        assert release.anchor_at == at(anchor_at)
        assert release.release_at == at(anchor_at) + 14 * DAY


def test_the_fact_of_another_anchor_dates_nothing():
    release = release_date(
        paid_at=at(0), received_at=at(0), hold_days=1, anchor="delivered", fulfilled_at=at(1)
    )

    assert release.release_at is None


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03"])
@pytest.mark.parametrize("autumn", [0, 28])
def test_no_change_of_clocks_shortens_or_lengthens_a_hold(zone, day, autumn):
    wall = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(zone))
    paid_at = wall + timedelta(days=autumn)

    release = release_date(paid_at=paid_at, received_at=paid_at, hold_days=30)

    assert release.release_at is not None
    assert release.release_at.timestamp() - paid_at.timestamp() == 30 * 86_400
    assert release.release_at.tzinfo is UTC


@given(instants, instants, st.integers(0, 365))
def test_an_untrusted_store_cannot_shorten_a_hold_by_more_than_72_hours(paid_at, received_at, days):
    release = release_date(paid_at=paid_at, received_at=received_at, hold_days=days)

    assert release.release_at is not None
    hold = release.release_at - received_at
    assert (days - 3) * DAY <= hold <= days * DAY


@given(instants, st.none() | instants, st.integers(0, 365))
def test_a_date_is_never_later_than_the_latest_that_was_shown(paid_at, delivered_at, days):
    facts = {"paid_at": paid_at, "received_at": paid_at, "hold_days": days}
    shown = release_date(**facts, anchor="delivered")
    release = release_date(**facts, anchor="delivered", delivered_at=delivered_at)

    assert release.latest_at == shown.latest_at
    assert release.release_at is None or release.release_at <= shown.latest_at


@pytest.mark.parametrize("paid_at", [datetime(2026, 1, 1)])  # noqa: DTZ001
def test_a_time_without_its_zone_is_refused(paid_at):
    with pytest.raises(ValueError, match="zone"):
        release_date(paid_at=paid_at, received_at=at(0), hold_days=1)


def test_a_negative_hold_is_refused():
    with pytest.raises(ValueError, match="zero days"):
        release_date(paid_at=at(0), received_at=at(0), hold_days=-1)
