"""Tiers: which days count, who rises, who falls and when; plain arithmetic without a database."""

from datetime import date, timedelta

import pytest

from affiliates.domain.tiers import (
    Ladder,
    Span,
    Standing,
    Step,
    ended_span_of,
    find_next,
    judge,
    next_span_end,
    running_span_of,
    span_of,
)

TODAY = date(2026, 8, 12)
LOW, MID, TOP = Step(1, 0), Step(2, 10), Step(3, 50)


def ladder(**facts) -> Ladder:
    asked = {
        "steps": (LOW, MID, TOP),
        "period": "last_month",
        "is_falling": True,
        "grace_days": 7,
        "since": date(2026, 1, 1),
    }
    return Ladder(**asked | facts)


def standing(group_id: int, value: int, **facts) -> Standing:
    asked = {"kept_value": value, "running_value": 0, "group_since": date(2026, 1, 1)}
    return Standing(group_id, value, **asked | facts)


@pytest.mark.parametrize(
    ("period", "today", "up", "kept", "running"),
    [
        (
            "last_month",
            date(2026, 3, 1),
            Span(date(2026, 2, 1), date(2026, 2, 28)),
            Span(date(2026, 2, 1), date(2026, 2, 28)),
            Span(date(2026, 3, 1), date(2026, 3, 1)),
        ),
        (
            "last_90_days",
            date(2026, 3, 31),
            Span(date(2026, 1, 1), date(2026, 3, 31)),
            Span(date(2026, 1, 1), date(2026, 3, 31)),
            Span(date(2026, 1, 1), date(2026, 3, 31)),
        ),
        (
            "this_quarter",
            date(2026, 1, 1),
            Span(date(2026, 1, 1), date(2026, 1, 1)),
            Span(date(2025, 10, 1), date(2025, 12, 31)),
            Span(date(2026, 1, 1), date(2026, 1, 1)),
        ),
        ("all_time", TODAY, Span(None, TODAY), Span(None, TODAY), Span(None, TODAY)),
    ],
)
def test_the_days_that_count_are_of_the_calendar(period, today, up, kept, running):
    assert span_of(period, today) == up
    assert ended_span_of(period, today) == kept
    assert running_span_of(period, today) == running


def test_orders_count_for_the_period_that_runs_to_its_last_day():
    assert next_span_end("last_month", TODAY) == date(2026, 8, 31)
    assert next_span_end("this_quarter", TODAY) == date(2026, 9, 30)
    assert next_span_end("last_90_days", TODAY) is next_span_end("all_time", TODAY) is None


def test_who_stays_belongs_where_he_is_or_higher():
    assert judge(ladder(), standing(1, -5), today=TODAY).step == LOW
    assert judge(ladder(), standing(3, 50), today=TODAY).step == TOP
    assert judge(ladder(), standing(2, 0, is_pinned=True), today=TODAY).step == MID
    assert judge(ladder(), standing(2, 50, is_pinned=True), today=TODAY).step == TOP
    assert judge(ladder(is_falling=False), standing(2, 0), today=TODAY).step == MID


@pytest.mark.parametrize(("value", "step"), [(9, LOW), (10, MID), (49, MID), (50, TOP)])
def test_who_reaches_a_figure_rises_at_once_over_as_many_tiers_as_it_takes(value, step):
    verdict = judge(ladder(), standing(1, value), today=TODAY)

    assert verdict.step == step
    assert verdict.outcome == ("stays" if step == LOW else "rises")


def test_who_falls_is_told_the_day_and_falls_on_it():
    told = judge(ladder(), standing(3, 12), today=TODAY)
    day = TODAY + timedelta(days=7)

    assert (told.outcome, told.step, told.falls_on) == ("will_fall", MID, day)
    before = judge(ladder(), standing(3, 12, falls_on=day), today=day - timedelta(days=1))
    on_it = judge(ladder(), standing(3, 4, falls_on=day), today=day)
    assert (before.outcome, before.falls_on) == ("will_fall", day)
    assert (on_it.outcome, on_it.step) == ("falls", LOW)


def test_reaching_the_figure_within_the_grace_ends_it():
    verdict = judge(ladder(), standing(3, 50, falls_on=TODAY), today=TODAY)

    assert (verdict.outcome, verdict.falls_on) == ("stays", None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"group_since": date(2026, 7, 1)}, ""),
        ({"group_since": date(2026, 7, 2)}, "too_new"),
        ({"is_pinned": True}, "pinned"),
    ],
)
def test_only_a_whole_period_in_the_tier_takes_it_away(facts, reason):
    verdict = judge(ladder(grace_days=0), standing(2, 0, **facts), today=TODAY)

    assert verdict.reason == reason
    assert verdict.outcome == ("stays" if reason else "falls")


def test_tiers_that_are_new_take_nothing_away_for_a_period_before_them():
    new = ladder(since=date(2026, 7, 2), grace_days=0)

    assert judge(new, standing(2, 0), today=TODAY).reason == "too_new"
    assert judge(ladder(is_falling=False), standing(2, 0), today=TODAY).outcome == "stays"


def test_the_quarter_before_keeps_a_tier_while_the_new_one_is_young():
    quarter = ladder(period="this_quarter", grace_days=0)

    assert judge(quarter, standing(2, 0, kept_value=10), today=TODAY).outcome == "stays"
    assert judge(quarter, standing(2, 0, kept_value=9), today=TODAY).outcome == "falls"


def test_a_pinned_creator_and_a_group_that_is_no_tier_stay():
    pinned = judge(ladder(), standing(1, 99, is_pinned=True), today=TODAY)

    assert (pinned.outcome, pinned.reason) == ("stays", "pinned")
    assert judge(ladder(), standing(7, 99), today=TODAY).reason == "no_tier"


def test_the_next_tier_is_the_one_above():
    assert find_next((LOW, MID, TOP), 2) == TOP
    assert find_next((LOW, MID, TOP), 3) is None
    assert find_next((LOW, MID, TOP), 9) is None
