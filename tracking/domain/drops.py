"""Tell a sudden stop from a quiet day: figures by hour of the local week, no clock, no database.

Expected of a span of hours is the second lowest of what the same hours brought one to four weeks
before: closed hours expect nothing, one freak week in either direction changes nothing, and a shop
younger than three weeks is never judged. A drop is a span that brought so little that a Poisson
count of that mean would be as low less than once in a million times, and at most the kind's part
of what was expected. A share is judged by the binomial tail against the 28 days before the span.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log, log1p
from typing import Literal, TypeAlias

SPANS_H = (6, 24)
IMPROBABLE = 1e-6
WEEKS = 4
BASELINE_DAYS = 28
LEAST_TOKENS = 30
"""Orders with a token that the 28 days before must hold for a share to mean anything."""
LEAST_DELIVERIES = 50
LEAST_REFUSED = 5
WELL_PARTS = (7, 10)
LEAST_WELL = 5
"""To be well again, a span that expects this many brings seven tenths of it."""

PARTS: Mapping[str, tuple[int, int]] = {
    "clicks": (1, 10),
    "deliveries": (1, 10),
    "tokens": (1, 5),
    "share": (1, 4),
}
"""What a span brings at most of what was expected, for each kind of drop."""

_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)

Series: TypeAlias = Mapping[datetime, int]
"""Counts by local hour, as a naive time; an absent hour brought nothing."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A span of hours and how its figures differ: counts, or a share of `of` and `of_before`."""

    hours: int
    observed: int
    expected: int
    of: int = 0
    of_before: int = 0


@dataclass(frozen=True, slots=True)
class ProgramSeries:
    """What came to a program, and how many orders its brand had in all."""

    clicks: Series
    tokens: Series
    orders: Series


@dataclass(frozen=True, slots=True)
class StoreSeries:
    """What came from a store; `tokens` are the orders that carried one, of any program.

    `deliveries` were stored; `came` are those and what was refused at the door, `refused` of all
    that what was of no use.
    """

    orders: Series
    tokens: Series
    deliveries: Series
    came: Series
    refused: Series


ProgramDrop = Literal["clicks", "tokens"]
StoreDrop = Literal["deliveries", "share", "refused"]


def find_program_drop(
    series: ProgramSeries, *, until: datetime, since: datetime
) -> tuple[ProgramDrop, Drop] | None:
    """Return what stopped in a program, the first cause only.

    `until`: the local hour that is not counted any more. `since`: no span begins before it, because
    the program was not live. Where clicks stopped, or all orders did, the tokens that are missing
    say nothing more.
    """
    clicks = find_stop("clicks", series.clicks, until=until, since=since)
    if clicks is not None:
        return "clicks", clicks
    tokens = find_stop("tokens", series.tokens, until=until, since=since)
    if tokens is None or _is_halved(series.clicks, tokens, until):
        return None
    return None if _is_halved(series.orders, tokens, until) else ("tokens", tokens)


def find_store_drop(
    series: StoreSeries, *, until: datetime, since: datetime
) -> tuple[StoreDrop, Drop] | None:
    """Return what is wrong with a store, the first cause only."""
    refused = find_refusals(series, until=until, since=since)
    if refused is not None:
        return "refused", refused
    stopped = find_stop("deliveries", series.deliveries, until=until, since=since)
    if stopped is not None:
        return "deliveries", stopped
    share = find_share_drop(series, until=until, since=since)
    return ("share", share) if share is not None else None


def find_stop(kind: str, series: Series, *, until: datetime, since: datetime) -> Drop | None:
    """Return the shortest span in which a count fell to the kind's part of what was expected."""
    part, whole = PARTS[kind]
    for hours in _list_spans(until, since):
        expected = expect(series, until=until, hours=hours, before=until)
        observed = add_up(series, until=until, hours=hours)
        is_low = observed * whole <= expected * part
        if is_low and poisson_tail(observed, expected) < IMPROBABLE:
            return Drop(hours, observed, expected)
    return None


def find_share_drop(series: StoreSeries, *, until: datetime, since: datetime) -> Drop | None:
    """Return the shortest span whose orders carry a token a quarter as often as before, or less."""
    part, whole = PARTS["share"]
    for hours in _list_spans(until, since):
        tokens, orders = (
            add_up(s, until=until, hours=hours) for s in (series.tokens, series.orders)
        )
        past = _before(until, hours)
        base, of_base = (_baseline(one, past) for one in (series.tokens, series.orders))
        if base < LEAST_TOKENS or tokens * of_base * whole > base * orders * part:
            continue
        if binomial_tail(tokens, orders, base / of_base) < IMPROBABLE:
            return Drop(hours, tokens, base, of=orders, of_before=of_base)
    return None


def find_refusals(series: StoreSeries, *, until: datetime, since: datetime) -> Drop | None:
    """Return the shortest span in which deliveries are refused twice as often as before, or more.

    At least five, and a fifth of what came: a stray refusal is no alarm.
    """
    for hours in _list_spans(until, since):
        refused = add_up(series.refused, until=until, hours=hours)
        came = add_up(series.came, until=until, hours=hours)
        past = _before(until, hours)
        base, of_base = (_baseline(one, past) for one in (series.refused, series.came))
        if of_base < LEAST_DELIVERIES or refused < LEAST_REFUSED or refused * 5 < came:
            continue
        usual = (base + 1) / (of_base + 2)  # Laplace: none in a few says little
        if (
            refused * of_base >= 2 * base * came
            and binomial_tail(came - refused, came, 1 - usual) < IMPROBABLE
        ):
            return Drop(hours, refused, base, of=came, of_before=of_base)
    return None


def is_well(
    kind: str, series: ProgramSeries | StoreSeries, *, until: datetime, opened: datetime
) -> bool:
    """Tell whether what an alarm was opened for is as before, in a span since it was opened.

    `opened`: the local hour at which it was. What is expected is of weeks before that hour, so that
    an outage never becomes what is usual.
    """
    spans = [hours for hours in SPANS_H if until - hours * _HOUR >= opened]
    return any(_is_well_in(kind, series, until, opened, hours) for hours in spans)


def expect(series: Series, *, until: datetime, hours: int, before: datetime) -> int:
    """Return the second lowest of what the same hours of the week brought in four earlier weeks.

    Only weeks whose span ended at `before` or earlier count, the last four of them.
    """
    ends: list[datetime] = []
    end = until - _WEEK
    while len(ends) < WEEKS:
        if end <= before:
            ends.append(end)
        end -= _WEEK
    return sorted(add_up(series, until=one, hours=hours) for one in ends)[1]


def add_up(series: Series, *, until: datetime, hours: int) -> int:
    """Return what the hours before one brought."""
    return sum(series.get(until - back * _HOUR, 0) for back in range(1, hours + 1))


def poisson_tail(observed: int, mean: float) -> float:
    """Return how probable it is that a Poisson count of this mean is as low as observed."""
    if mean <= 0:
        return 1.0
    terms = (exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(observed + 1))
    return min(1.0, sum(terms))


def binomial_tail(observed: int, of: int, share: float) -> float:
    """Return how probable it is that of so many, each with this share, as few are observed."""
    if of <= observed or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    choose = (lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) for k in range(observed + 1))
    terms = (exp(ways + k * log(share) + (of - k) * log1p(-share)) for k, ways in enumerate(choose))
    return min(1.0, sum(terms))


def _list_spans(until: datetime, since: datetime) -> list[int]:
    return [hours for hours in SPANS_H if until - hours * _HOUR >= since]


def _is_halved(series: Series, drop: Drop, until: datetime) -> bool:
    expected = expect(series, until=until, hours=drop.hours, before=until)
    return add_up(series, until=until, hours=drop.hours) * 2 <= expected


def _before(until: datetime, hours: int) -> datetime:
    return until - hours * _HOUR


def _baseline(series: Series, until: datetime) -> int:
    since = until - timedelta(days=BASELINE_DAYS)
    return sum(count for hour, count in series.items() if since <= hour < until)


def _is_well_in(
    kind: str, series: ProgramSeries | StoreSeries, until: datetime, opened: datetime, hours: int
) -> bool:
    if isinstance(series, StoreSeries) and kind in ("share", "refused"):
        return _is_share_well(kind, series, until, opened, hours)
    counts: Series = getattr(series, kind)
    expected = expect(counts, until=until, hours=hours, before=opened - max(SPANS_H) * _HOUR)
    return _is_like(add_up(counts, until=until, hours=hours), expected)


def _is_share_well(
    kind: str, series: StoreSeries, until: datetime, opened: datetime, hours: int
) -> bool:
    """Tell whether tokens come as often as before, or nearly nothing is refused any more."""
    if kind == "refused":
        came = add_up(series.came, until=until, hours=hours)
        return came >= LEAST_WELL and 20 * add_up(series.refused, until=until, hours=hours) <= came
    past = opened - max(SPANS_H) * _HOUR
    base, of_base = (_baseline(one, past) for one in (series.tokens, series.orders))
    orders = add_up(series.orders, until=until, hours=hours)
    expected = orders * base // of_base if of_base else 0
    return _is_like(add_up(series.tokens, until=until, hours=hours), expected)


def _is_like(observed: int, expected: int) -> bool:
    part, whole = WELL_PARTS
    return expected >= LEAST_WELL and observed * whole >= expected * part
