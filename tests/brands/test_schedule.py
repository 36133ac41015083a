"""Run days: once or twice a month and every week, at month ends and in leap years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brands.domain.schedule import (
    AHEAD,
    Rhythm,
    Schedule,
    next_run_day,
    run_day_of,
    start_period,
)

MONTHLY = Schedule()
ENDS = Schedule(Rhythm.TWICE, 15, 31)
FRIDAYS = Schedule(Rhythm.WEEKLY, weekday=4)
DATES = st.dates(date(1999, 1, 1), date(2101, 1, 1))
SCHEDULES = st.builds(
    Schedule,
    st.sampled_from(Rhythm),
    st.integers(1, 28),
    st.integers(1, 31),
    st.integers(0, 6),
).filter(lambda schedule: schedule.is_sane)


@pytest.mark.parametrize(
    ("schedule", "start", "run"),
    [
        (MONTHLY, date(2026, 9, 5), date(2026, 9, 5)),
        (MONTHLY, date(2026, 9, 6), date(2026, 10, 5)),
        (MONTHLY, date(2026, 12, 6), date(2027, 1, 5)),
        (ENDS, date(2027, 2, 16), date(2027, 2, 28)),
        (ENDS, date(2028, 2, 16), date(2028, 2, 29)),
        (ENDS, date(2026, 4, 30), date(2026, 4, 30)),
        (ENDS, date(2026, 5, 1), date(2026, 5, 15)),
        (ENDS, date(2026, 12, 31), date(2026, 12, 31)),
        (Schedule(Rhythm.TWICE, 8, 29), date(2027, 2, 9), date(2027, 2, 28)),
        (Schedule(Rhythm.TWICE, 8, 29), date(2027, 3, 9), date(2027, 3, 29)),
        (FRIDAYS, date(2026, 9, 11), date(2026, 9, 11)),
        (FRIDAYS, date(2026, 9, 12), date(2026, 9, 18)),
        (FRIDAYS, date(2026, 12, 26), date(2027, 1, 1)),
    ],
)
def test_a_run_falls_on_the_next_of_its_days(schedule, start, run):
    assert next_run_day(schedule, start) == run


@given(SCHEDULES, DATES)
def test_every_day_belongs_to_one_run_and_no_run_is_without_days(schedule, day):
    run = next_run_day(schedule, day)
    following = next_run_day(schedule, run + timedelta(days=1))

    assert day <= run < following
    assert run_day_of(schedule, run) == run, "a run made on its day counts for it"
    assert start_period(schedule, following) == following - AHEAD[schedule.rhythm] > run
    assert start_period(schedule, day) <= day
    assert run_day_of(schedule, day) in {run, _run_before(schedule, run)}


@given(SCHEDULES, DATES)
def test_a_run_comes_as_often_as_it_is_said(schedule, day):
    gap = next_run_day(schedule, next_run_day(schedule, day) + timedelta(days=1))
    days = (gap - next_run_day(schedule, day)).days

    assert (
        days
        in {
            Rhythm.MONTHLY: range(28, 32),
            Rhythm.TWICE: range(5, 27),
            Rhythm.WEEKLY: range(7, 8),
        }[schedule.rhythm]
    )


@pytest.mark.parametrize(
    ("schedule", "made", "counts_for"),
    [
        (ENDS, date(2026, 9, 17), date(2026, 9, 15)),  # approved two days late
        (ENDS, date(2026, 9, 28), date(2026, 9, 30)),
        (FRIDAYS, date(2026, 9, 13), date(2026, 9, 11)),
        (MONTHLY, date(2026, 9, 3), date(2026, 9, 5)),
        (MONTHLY, date(2026, 9, 20), date(2026, 9, 5)),
    ],
)
def test_a_run_of_another_day_counts_for_the_one_it_is_near(schedule, made, counts_for):
    assert run_day_of(schedule, made) == counts_for


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(day=0),
        Schedule(day=29),
        Schedule(Rhythm.TWICE, 5, 11),
        Schedule(Rhythm.TWICE, 1, 25),  # the next run would be a few days later
        Schedule(Rhythm.TWICE, 20, 5),
        Schedule(Rhythm.WEEKLY, weekday=7),
    ],
)
def test_days_that_a_month_lacks_or_that_are_too_near_are_refused(schedule):
    assert not schedule.is_sane


def _run_before(schedule: Schedule, run: date) -> date:
    day = run - timedelta(days=40)
    found = day
    while (day := next_run_day(schedule, day + timedelta(days=1))) < run:
        found = day
    return found
