"""The arithmetic of a goal: what is gone, what is reached, and where that leads."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiliates.domain.goals import Progress, is_whole_month, month_of, quarter_of

OCTOBER, DECEMBER = date(2026, 10, 1), date(2026, 12, 31)


def progress(value: int, today: date, target: int = 900) -> Progress:
    return Progress(value, target, OCTOBER, DECEMBER, today)


def test_the_forecast_is_what_came_a_day_times_all_days():
    seen = progress(498, date(2026, 11, 20))

    assert (seen.days_gone, seen.days, seen.days_left) == (51, 92, 41)
    assert (seen.forecast, seen.missing) == (898, 402)
    assert (seen.gone_bps, seen.reached_bps) == (5543, 5533)
    assert seen.standing == "behind"


@pytest.mark.parametrize(
    ("value", "today", "standing"),
    [
        (0, date(2026, 9, 30), "upcoming"),
        (10, OCTOBER, "on_course"),
        (9, OCTOBER, "behind"),
        (450, date(2026, 11, 15), "on_course"),
        (449, date(2026, 11, 15), "behind"),
        (899, DECEMBER, "behind"),
        (900, OCTOBER, "reached"),
        (899, date(2027, 1, 1), "missed"),
        (900, date(2027, 1, 1), "reached"),
        (-5, date(2026, 11, 20), "behind"),
    ],
)
def test_a_goal_stands_where_its_figure_and_the_day_say(value, today, standing):
    assert progress(value, today).standing == standing


def test_nothing_is_forecast_before_the_first_day_and_on_the_last():
    assert progress(0, date(2026, 9, 1)).forecast is None
    assert progress(800, DECEMBER).forecast is None


def test_from_the_first_day_on_there_is_a_forecast():
    assert progress(10, OCTOBER).forecast == 920


def test_nothing_is_missing_of_a_goal_that_is_passed_and_nothing_reached_below_nought():
    assert (progress(901, DECEMBER).missing, progress(900, DECEMBER).missing) == (0, 0)
    assert progress(-5, DECEMBER).reached_bps == 0


def test_a_month_begins_on_its_first_day_and_ends_on_its_last():
    assert is_whole_month(OCTOBER, date(2026, 10, 31))
    assert not is_whole_month(OCTOBER, DECEMBER)
    assert not is_whole_month(date(2026, 10, 2), date(2026, 10, 31))


@given(
    value=st.integers(-(10**15), 10**15),
    target=st.integers(1, 10**15),
    length=st.integers(0, 800),
    seen=st.integers(-50, 900),
)
def test_no_figure_and_no_day_breaks_it(value, target, length, seen):
    one = Progress(
        value, target, OCTOBER, OCTOBER + timedelta(days=length), OCTOBER + timedelta(days=seen)
    )

    assert 0 <= one.gone_bps <= 10_000 and one.days_gone + one.days_left == one.days
    assert (one.reached_bps >= 10_000) == (value >= target)
    assert (one.standing == "reached") == (value >= target)
    if one.forecast is not None and one.standing in ("on_course", "behind"):
        assert (one.standing == "behind") <= (one.forecast <= target)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_months_and_quarters_hold_their_day_and_end_with_their_month(day):
    first, last = month_of(day)
    start, end = quarter_of(day)

    assert first <= day <= last and is_whole_month(first, last)
    assert start <= first and last <= end and (end + timedelta(days=1)).day == 1
    assert not is_whole_month(first, last + timedelta(days=1)) and (end - start).days in range(
        89, 92
    )
