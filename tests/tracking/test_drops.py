"""A stop raises an alarm within hours, a quiet day does not: stated figures, simulated shops."""

import random
from datetime import datetime, timedelta
from math import exp, sqrt

import pytest

from tracking.domain.drops import (
    IMPROBABLE,
    ProgramSeries,
    StoreSeries,
    binomial_tail,
    expect,
    find_program_drop,
    find_refusals,
    find_share_drop,
    find_stop,
    find_store_drop,
    is_well,
    poisson_tail,
)

START = datetime.fromisoformat("2026-01-05")  # local and naive, a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = START + 35 * DAY
# Orders by hour of the day: a shop that sleeps at night and sells in the evening.
SHAPE = (2, 1, 1, 0, 0, 1, 3, 6, 9, 11, 13, 14, 15, 15, 14, 14, 15, 17, 20, 22, 21, 16, 10, 5)


def flat(per_hour, days=35, until=NOW):
    return {until - n * HOUR: per_hour for n in range(1, days * 24 + 1)}


def stopped(series, since):
    return {hour: count for hour, count in series.items() if hour < since}


def draw(rng, mean):
    """Draw a Poisson count; above 40 the normal distribution is near enough."""
    if mean > 40:
        return max(0, round(rng.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def simulate(rng, *, days, per_day):
    """Make a shop whose days differ: weekends sell more, each is better or worse by luck."""
    series = {}
    for day in range(days):
        luck = exp(rng.gauss(0, 0.3)) * (1.3 if day % 7 in (5, 6) else 0.9)
        for hour, part in enumerate(SHAPE):
            count = draw(rng, per_day * luck * part / sum(SHAPE))
            if count:
                series[START + day * DAY + hour * HOUR] = count
    return series


def test_ten_thousand_quiet_days_raise_five_alarms_at_most():
    rng = random.Random(7)
    alarms = 0
    for per_day in (5, 15, 30, 60, 300):
        series = simulate(rng, days=2028, per_day=per_day)
        for day in range(28, 2028):
            ends = (START + day * DAY + hour * HOUR for hour in range(0, 24, 6))
            alarms += any(find_stop("tokens", series, until=e, since=START) for e in ends)

    assert alarms <= 5


@pytest.mark.parametrize(
    ("per_day", "within_h"), [(20, 24), (30, 24), (60, 16), (200, 12), (1000, 6)]
)
def test_a_full_stop_is_seen_within_hours_for_a_shop_of_so_many_orders_a_day(per_day, within_h):
    rng = random.Random(11)
    for begins_at in range(0, 24, 3):
        since = START + 33 * DAY + begins_at * HOUR
        series = stopped(simulate(rng, days=36, per_day=per_day), since)
        ends = (since + n * HOUR for n in range(1, within_h + 1))
        assert any(find_stop("tokens", series, until=end, since=START) for end in ends)


def test_a_tiny_shop_is_never_judged():
    series = stopped(simulate(random.Random(3), days=35, per_day=3), NOW - 3 * DAY)
    assert find_stop("tokens", series, until=NOW, since=START) is None


def test_the_expected_is_the_second_lowest_of_four_weeks_at_the_same_hours():
    series = {
        NOW - week * 7 * DAY - HOUR: count for week, count in enumerate((9, 40, 3, 20, 10), 0)
    }
    assert expect(series, until=NOW, hours=6, before=NOW) == 10
    assert expect(series, until=NOW, hours=6, before=NOW - 8 * DAY) == 3  # a fifth week: nothing


def test_closed_hours_expect_nothing():
    series = {hour: 10 for hour in flat(1) if 9 <= hour.hour < 18}
    night = NOW.replace(hour=7)
    assert find_stop("tokens", stopped(series, NOW - DAY), until=night, since=START) is not None
    assert find_stop("tokens", series, until=night, since=START) is None


def test_a_drop_needs_both_a_small_part_and_an_improbable_one():
    series = flat(5)
    for hour in list(series):
        if hour >= NOW - 6 * HOUR:
            series[hour] = 1  # 6 of 30: a fifth
    assert find_stop("tokens", series, until=NOW, since=START).observed == 6
    series[NOW - HOUR] = 2  # 7 of 30
    assert find_stop("tokens", series, until=NOW, since=START) is None
    little = stopped(flat(2), NOW - 6 * HOUR)  # none of 12: once in 160,000
    assert find_stop("tokens", little, until=NOW, since=START) is None
    assert poisson_tail(0, 12) > IMPROBABLE > poisson_tail(0, 14)


def test_no_span_begins_before_the_program_was_live():
    series = stopped(flat(50), NOW - 20 * HOUR)
    assert find_stop("clicks", series, until=NOW, since=NOW - 5 * HOUR) is None
    assert find_stop("clicks", series, until=NOW, since=NOW - 6 * HOUR).hours == 6


def test_three_weeks_of_history_are_needed():
    assert (
        find_stop("clicks", stopped(flat(50, days=14), NOW - DAY), until=NOW, since=START) is None
    )
    assert find_stop("clicks", stopped(flat(50, days=23), NOW - DAY), until=NOW, since=START)


def test_one_cause_is_one_alarm():
    full, dead = flat(20), stopped(flat(20), NOW - 6 * HOUR)
    judge = lambda **series: find_program_drop(ProgramSeries(**series), until=NOW, since=START)  # noqa: E731

    assert judge(clicks=full, tokens=full, orders=full) is None
    assert judge(clicks=full, tokens=dead, orders=full)[0] == "tokens"
    assert judge(clicks=dead, tokens=dead, orders=full)[0] == "clicks"
    assert judge(clicks=full, tokens=dead, orders=dead) is None  # the store's alarm says it


def test_a_share_falls_though_orders_go_on():
    orders, tokens = flat(10), flat(3)
    store = lambda tokens: StoreSeries(orders, tokens, orders, orders, {})  # noqa: E731
    assert find_store_drop(store(tokens), until=NOW, since=START) is None

    kind, drop = find_store_drop(store(stopped(tokens, NOW - DAY)), until=NOW, since=START)
    assert (kind, drop.hours, drop.observed, drop.of) == ("share", 6, 0, 60)
    assert (drop.expected, drop.of_before) == (3 * 24 * 28 - 18 * 3, 10 * 24 * 28)


def test_a_share_needs_thirty_orders_with_a_token_before():
    orders = flat(10)
    for count, found in ((29, False), (30, True)):
        tokens = {NOW - 8 * DAY - n * HOUR: 1 for n in range(count)}
        store = StoreSeries({**orders, NOW - HOUR: 4000}, tokens, {}, {}, {})
        assert (find_share_drop(store, until=NOW, since=START) is not None) is found


@pytest.mark.parametrize(
    ("refused", "came", "found"),
    [(4, 12, False), (5, 12, True), (5, 26, False), (60, 60, True)],
)
def test_refusals_jump_when_they_are_five_and_a_fifth(refused, came, found):
    store = StoreSeries({}, {}, {}, {**flat(2), NOW - HOUR: came}, {NOW - HOUR: refused})
    quiet = {hour: count for hour, count in store.came.items() if hour == NOW - HOUR}
    past = {hour: 2 for hour in store.came if hour < NOW - DAY}
    store = StoreSeries({}, {}, {}, {**past, **quiet}, store.refused)
    assert (find_refusals(store, until=NOW, since=START) is not None) is found


def test_a_store_that_always_sent_some_that_are_refused_raises_none():
    came, refused = flat(4), flat(2)
    assert find_refusals(StoreSeries({}, {}, {}, came, refused), until=NOW, since=START) is None


def test_it_is_well_again_at_seven_tenths_of_the_weeks_before_the_outage():
    opened = NOW - 21 * DAY
    series = {hour: 5 for hour in flat(5, days=70) if hour < opened - DAY}
    well = lambda now: is_well(  # noqa: E731
        "clicks", ProgramSeries(now, {}, {}), until=NOW, opened=opened
    )
    assert not well(series)
    assert not well(series | {NOW - n * HOUR: 3 for n in range(1, 25)})
    assert well(series | {NOW - n * HOUR: 4 for n in range(1, 7)})


def test_an_alarm_is_not_closed_by_hours_before_it_was_opened():
    full = ProgramSeries(flat(5, days=70), {}, {})
    assert not is_well("clicks", full, until=NOW, opened=NOW - 5 * HOUR)
    assert is_well("clicks", full, until=NOW, opened=NOW - 6 * HOUR)


def test_a_share_and_refusals_are_well_again():
    opened = NOW - 2 * DAY
    orders, tokens = flat(10, days=70), stopped(flat(3, days=70), opened - DAY)
    ill = StoreSeries(orders, tokens, {}, flat(2), flat(2, days=2))
    back = tokens | {NOW - n * HOUR: 3 for n in range(1, 7)}
    healed = StoreSeries(orders, back, {}, flat(2), {})
    for kind in ("share", "refused"):
        assert not is_well(kind, ill, until=NOW, opened=opened)
        assert is_well(kind, healed, until=NOW, opened=opened)


def test_tails_are_exact():
    assert poisson_tail(2, 4.0) == pytest.approx(exp(-4) * (1 + 4 + 8))
    assert binomial_tail(1, 3, 0.5) == pytest.approx(0.5)
    assert (binomial_tail(3, 3, 0.5), binomial_tail(0, 3, 1.0), poisson_tail(0, 0)) == (1, 0, 1)
