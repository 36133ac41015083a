"""Which tier a creator belongs in, by what was counted in a run of days of the brand's calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from affiliates.domain.goals import month_of, quarter_of

Outcome: TypeAlias = Literal["stays", "rises", "will_fall", "falls"]
# Why nobody is moved: a person's decision, a group that is no tier, not there for a whole period.
Reason: TypeAlias = Literal["", "pinned", "no_tier", "too_new"]
ROLLING_DAYS = 90


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the calendar, both ends included; without `since`: from the beginning on."""

    since: date | None
    until: date


@dataclass(frozen=True, slots=True)
class Step:
    """A tier: the group, and from which figure on it is reached."""

    group_id: int
    threshold: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The tiers, the lowest first; `since`: the day from which they are in force."""

    steps: tuple[Step, ...]
    period: str
    is_falling: bool
    grace_days: int
    since: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one creator: his figures, his group and since when, what is announced.

    `value` takes him up, `kept_value` keeps him, `running_value` is of the period that runs.
    """

    group_id: int
    value: int
    kept_value: int
    running_value: int
    group_since: date
    is_pinned: bool = False
    falls_on: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a creator on a day; `step` is where he belongs, `falls_on` when he falls."""

    outcome: Outcome
    step: Step | None = None
    falls_on: date | None = None
    reason: Reason = ""


def span_of(period: str, today: date) -> Span:
    """Return the days whose figures take a creator up."""
    if period == "last_month":
        return Span(*month_of(today.replace(day=1) - timedelta(days=1)))
    if period == "last_90_days":
        return Span(today - timedelta(days=ROLLING_DAYS - 1), today)
    return Span(quarter_of(today)[0] if period == "this_quarter" else None, today)


def ended_span_of(period: str, today: date) -> Span:
    """Return the days that are over and by which a creator keeps his tier.

    A quarter that has just begun says nothing yet: the one before counts as well.
    """
    if period == "this_quarter":
        return Span(*quarter_of(quarter_of(today)[0] - timedelta(days=1)))
    return span_of(period, today)


def running_span_of(period: str, today: date) -> Span:
    """Return the days whose figures still grow."""
    return Span(today.replace(day=1), today) if period == "last_month" else span_of(period, today)


def next_span_end(period: str, today: date) -> date | None:
    """Return the last day on which orders still count for the period that runs; None: no end."""
    if period == "last_month":
        return month_of(today)[1]
    return quarter_of(today)[1] if period == "this_quarter" else None


def judge(ladder: Ladder, standing: Standing, *, today: date) -> Verdict:
    """Say what becomes of a creator on a day.

    Up at once. Down only by a period all of which he was in his tier while these tiers were in
    force, and after the days of grace; reaching his tier again in between ends that.
    """
    places = [step.group_id for step in ladder.steps]
    if standing.group_id not in places:
        return Verdict("stays", reason="no_tier")
    current = places.index(standing.group_id)
    earned, kept = _reached(ladder, standing.value), _reached(ladder, standing.kept_value)
    step = ladder.steps[max(earned, current)]
    if standing.is_pinned:
        return Verdict("stays", step, reason="pinned")
    if earned > current:
        return Verdict("rises", step)
    lower = max(earned, kept)
    if not ladder.is_falling or lower >= current:
        return Verdict("stays", step)
    since = ended_span_of(ladder.period, today).since
    if since is None or since < max(standing.group_since, ladder.since):
        return Verdict("stays", step, reason="too_new")
    falls_on = standing.falls_on or today + timedelta(days=ladder.grace_days)
    outcome: Outcome = "falls" if falls_on <= today else "will_fall"
    return Verdict(outcome, ladder.steps[lower], falls_on)


def find_next(steps: Sequence[Step], group_id: int) -> Step | None:
    """Return the tier above a group; None on top, and for a group that is no tier."""
    places = [step.group_id for step in steps]
    if group_id not in places:
        return None
    return next(iter(steps[places.index(group_id) + 1 :]), None)


def _reached(ladder: Ladder, value: int) -> int:
    """Return the place of the highest tier a figure reaches; the lowest asks for nothing."""
    return max(i for i, step in enumerate(ladder.steps) if i == 0 or value >= step.threshold)
