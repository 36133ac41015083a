"""How far goals are: counted like the reports, from the same orders, each time they are shown.

An order counts for a goal where a creator of its program, group or place has the credit, on the
day it was placed by the brand's calendar, once its payment is known. Amounts are net of refunds
and of the goal's currency alone; orders are counted whatever their currency. A creator is in the
group he is in now.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from affiliates.domain.goals import Progress
from affiliates.models import OF_CREATORS, Affiliation, Goal, Measure
from affiliates.selectors_goals import list_shown_to
from portal.counted import AWARDED_AT, IS_COUNTED

_PLACES = """
  FROM affiliates_goal g
  JOIN core_brand b ON b.id = g.brand_id
  JOIN affiliates_enrollment e
    ON e.brand_id = g.brand_id AND e.program_id = g.program_id
   AND (g.group_id IS NULL OR e.group_id = g.group_id)
   AND (g.enrollment_id IS NULL OR e.id = g.enrollment_id)
   AND (%(parties)s::uuid[] IS NULL OR e.affiliation_id = ANY(%(parties)s::uuid[]))
"""
_IN_DAYS = """
   {at} >= g.since::timestamp AT TIME ZONE b.time_zone
   AND {at} < (g.until + 1)::timestamp AT TIME ZONE b.time_zone
"""
_ORDERS = f"""
SELECT g.id, (o.placed_at AT TIME ZONE b.time_zone)::date, e.affiliation_id, count(*),
       coalesce(sum(greatest(o.total_minor - o.refunded_minor, 0))
                FILTER (WHERE o.currency = g.currency), 0),
       count(*) FILTER (WHERE (d.context ->> 'is_new_customer')::boolean)
{_PLACES}
  JOIN tracking_attribution a ON a.enrollment_id = e.id AND a.brand_id = g.brand_id
  JOIN tracking_order o ON o.id = a.order_id AND o.brand_id = g.brand_id
  LEFT JOIN tracking_decision d
    ON d.order_id = o.id AND d.is_current AND d.enrollment_id = a.enrollment_id
 WHERE g.id = ANY(%(goals)s) AND {IS_COUNTED} AND {_IN_DAYS.format(at="o.placed_at")}
 GROUP BY 1, 2, 3
"""
_EARNED = f"""
SELECT g.id, (coalesce(o.placed_at, {AWARDED_AT}) AT TIME ZONE b.time_zone)::date, e.affiliation_id,
       sum(c.amount_minor)
{_PLACES}
  JOIN tracking_commission c
    ON c.enrollment_id = e.id AND c.brand_id = g.brand_id AND c.currency = g.currency
  LEFT JOIN tracking_order o ON o.id = c.order_id
  LEFT JOIN tracking_award d ON d.id = c.award_id
 WHERE g.id = ANY(%(goals)s)
   AND {_IN_DAYS.format(at=f"coalesce(o.placed_at, {AWARDED_AT})")}
 GROUP BY 1, 2, 3
"""
_JOINED = f"""
SELECT g.id, (e.joined_at AT TIME ZONE b.time_zone)::date, e.affiliation_id, count(*)
{_PLACES}
 WHERE g.id = ANY(%(goals)s) AND {_IN_DAYS.format(at="e.joined_at")}
 GROUP BY 1, 2, 3
"""
_COLUMN = {
    Measure.ORDERS: 0,
    Measure.REVENUE: 1,
    Measure.NEW_CUSTOMERS: 2,
}


@dataclass(slots=True)
class Count:
    """What counts for one goal, by the brand's day and by creator; both add up to `value`."""

    by_day: Counter[date] = field(default_factory=Counter)
    by_creator: Counter[UUID] = field(default_factory=Counter)

    @property
    def value(self) -> int:
        return self.by_day.total()


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal with what is counted for it now."""

    goal: Goal
    count: Count
    progress: Progress

    @property
    def state(self) -> str:
        """Return what a badge says: a closed goal is judged by what was counted then."""
        if self.goal.ended_by_id is not None:
            return "ended"
        if self.goal.closed_value is None:
            return self.progress.standing
        return "reached" if self.goal.closed_value >= self.goal.target else "missed"

    @property
    def is_below_again(self) -> bool:
        """Say whether it was reached and refunds took it back below its target."""
        return self.goal.reached_at is not None and self.progress.missing > 0

    @property
    def has_changed(self) -> bool:
        """Say whether another figure is counted now than when it was closed."""
        closed = self.goal.closed_value
        return closed is not None and closed != self.count.value


def read_goals(goals: Sequence[Goal], *, today: date) -> list[GoalRow]:
    """Return goals with their figures, in the order given: three queries at most."""
    counts = count_goals(goals)
    return [
        GoalRow(goal, counts[goal.pk], progress_of(goal, counts[goal.pk], today)) for goal in goals
    ]


def progress_of(goal: Goal, count: Count, today: date) -> Progress:
    return Progress(count.value, goal.target, goal.since, goal.until, today)


def count_goals(goals: Sequence[Goal], *, only: Collection[UUID] | None = None) -> dict[int, Count]:
    """Count goals; `only` leaves every creator out but those of these affiliations."""
    found = {goal.pk: Count() for goal in goals}
    by_pk = {goal.pk: goal for goal in goals}
    joins = [goal.pk for goal in goals if goal.measure == Measure.JOINED]
    earned = [goal.pk for goal in goals if goal.measure == Measure.COMMISSION]
    others = [goal.pk for goal in goals if goal.pk not in {*joins, *earned}]
    parties = None if only is None else [str(one) for one in only]
    sums = [*_rows(_JOINED, joins, parties), *_rows(_EARNED, earned, parties)]
    for pk, day, party, number in sums:
        _add(found[pk], day, party, int(number))
    for pk, day, party, *figures in sorted(_rows(_ORDERS, others, parties), key=lambda row: row[1]):
        measure, count = Measure(by_pk[pk].measure), found[pk]
        if measure != Measure.ACTIVE:
            _add(count, day, party, int(figures[_COLUMN[measure]]))
        elif party not in count.by_creator:
            _add(count, day, party, 1)
    return found


def read_shown(places: Collection[Affiliation], *, now: datetime) -> list[GoalRow]:
    """Return the goals that run and that a creator is shown, with what came from him alone."""
    found = []
    for goal in list_shown_to(places):
        today = now.astimezone(ZoneInfo(goal.brand.time_zone)).date()
        if goal.since <= today <= goal.until:
            found.append((goal, today))
    counts = count_goals([goal for goal, _day in found], only=[place.pk for place in places])
    return [
        GoalRow(goal, counts[goal.pk], progress_of(goal, counts[goal.pk], today))
        for goal, today in found
    ]


def count_one(goal: Goal) -> int:
    """Return what is counted for one goal now, for the services."""
    return count_goals([goal])[goal.pk].value


def rows_query(goal: Goal, creator: str = "") -> str:
    """Return the query of the list that shows what is behind a figure; "" for creators' goals."""
    if goal.measure in OF_CREATORS:
        return ""
    place = goal.enrollment
    asked = {
        "counted": "1",
        "from": goal.since.isoformat(),
        "to": goal.until.isoformat(),
        "currency": goal.currency,
        "of_program": goal.program.public_id,
        "group": goal.group.public_id if goal.group else "",
        "creator": creator or (place.affiliation.public_id if place else ""),
        "customer": "new" if goal.measure == Measure.NEW_CUSTOMERS else "",
    }
    return urlencode({name: value for name, value in asked.items() if value})


def _add(count: Count, day: date, party: UUID, number: int) -> None:
    if number:
        count.by_day[day] += number
        count.by_creator[party] += number


def _rows(sql: str, goals: list[int], parties: list[str] | None) -> Iterator[tuple[Any, ...]]:
    if not goals:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, {"goals": goals, "parties": parties})
        yield from cursor.fetchall()
