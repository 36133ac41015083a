"""Goals: set, changed, ended; noted once when reached, and closed with what was counted then.

What is counted is read above this layer: whoever counts is handed in, and asked while the goal is
locked, so that a figure always belongs to what the goal asks for.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from affiliates.domain.goals import month_of
from affiliates.emails_goals import mail_goal_reached
from affiliates.models import Goal
from brands.models import Group
from core import audit, outbox
from core.locks import lock_row

ASKED = ("program_id", "group_id", "enrollment_id", "measure", "target", "currency")
DAYS = ("since", "until")

Counter = Callable[[Goal], int]


class GoalClosed(ValueError):
    """The goal is over: what it asked for does not change any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalFacts:
    """What a goal asks for; `target` in minor units where the measure is money."""

    program_id: int
    name: str
    measure: str
    target: int
    since: date
    until: date
    group_id: int | None = None
    enrollment_id: int | None = None
    note: str = ""
    currency: str = ""
    is_monthly: bool = False
    is_shown: bool = False
    has_mail: bool = False


@transaction.atomic
def create_goal(*, brand_id: int, facts: GoalFacts, actor_id: int, now: datetime) -> Goal:
    """Set a goal."""
    goal = Goal(brand_id=brand_id, created_by_id=actor_id, created_at=now, **asdict(facts))
    goal.save(force_insert=True)
    _record(goal, "goal.created", actor_id, now, after=_facts(goal))
    return goal


@transaction.atomic
def update_goal(*, goal_id: int, facts: GoalFacts, actor_id: int, now: datetime) -> Goal:
    """Change an open goal. One that asks for something else is not reached until it is again.

    :raises GoalClosed: it is over.
    """
    goal = _lock_open(goal_id)
    before, asked = _facts(goal), _asked(goal)
    for name, value in asdict(facts).items():
        setattr(goal, name, value)
    if _asked(goal) != asked:
        goal.reached_at = None
    goal.save()
    _record(goal, "goal.updated", actor_id, now, *audit.pick_changed(before, _facts(goal)))
    return goal


@transaction.atomic
def end_goal(*, goal_id: int, count: Counter, today: date, actor_id: int, now: datetime) -> Goal:
    """Close a goal before its time, with what is counted now; it is not repeated.

    :raises GoalClosed: it is over.
    """
    goal = _lock_open(goal_id)
    goal.until = min(goal.until, max(today, goal.since))
    goal.is_monthly, goal.ended_by_id = False, actor_id
    _close(goal, count(goal), "goal.ended", actor_id, now)
    return goal


@transaction.atomic
def follow_goal(*, goal_id: int, count: Counter, today: date, now: datetime) -> Goal:
    """Note that a goal is reached, once; close it when its days are over. Safe to repeat."""
    goal = lock_row(Goal, goal_id)
    if goal.closed_at is not None or today < goal.since:
        return goal
    value = count(goal)
    if goal.reached_at is None and value >= goal.target:
        _note_reached(goal, value, now)
    if today > goal.until:
        _close(goal, value, "goal.closed", None, now)
        if goal.is_monthly:
            _repeat(goal, now)
    return goal


def _note_reached(goal: Goal, value: int, now: datetime) -> None:
    goal.reached_at = now
    if goal.has_mail and goal.mailed_at is None:
        goal.mailed_at = now
        mail_goal_reached(goal=goal, value=value, now=now)
    goal.save(update_fields=["reached_at", "mailed_at"])
    after = _figures(goal, value=value, target=goal.target)
    _record(goal, "goal.reached", None, now, after=after)
    payload = {
        "goal": goal.public_id,
        "measure": goal.measure,
        "value": value,
        "target": goal.target,
        "currency": goal.currency or None,
    }
    outbox.emit(brand_id=goal.brand_id, topic="goal.reached", payload=payload, now=now)


def _close(goal: Goal, value: int, action: str, actor_id: int | None, now: datetime) -> None:
    goal.closed_at, goal.closed_value = now, value
    goal.save(update_fields=["until", "is_monthly", "ended_by", "closed_at", "closed_value"])
    _record(goal, action, actor_id, now, after=_figures(goal, value=value, target=goal.target))


def _repeat(goal: Goal, now: datetime) -> None:
    """Set the same goal for the month after; the key on `follows` lets there be one alone."""
    since, until = month_of(goal.until + timedelta(days=1))
    facts = {name: getattr(goal, name) for name in GoalFacts.__dataclass_fields__}
    following = Goal(
        brand_id=goal.brand_id,
        created_by_id=goal.created_by_id,
        created_at=now,
        follows=goal,
        **facts | {"since": since, "until": until},
    )
    following.save(force_insert=True)
    _record(following, "goal.created", None, now, after=_facts(following))


def _lock_open(goal_id: int) -> Goal:
    """Return a locked goal that may still change.

    :raises GoalClosed: it is over.
    """
    goal = lock_row(Goal, goal_id)
    if goal.closed_at is not None:
        raise GoalClosed(goal.public_id)
    return goal


def _asked(goal: Goal) -> tuple[Any, ...]:
    return tuple(getattr(goal, name) for name in (*ASKED, *DAYS))


def _facts(goal: Goal) -> dict[str, Any]:
    group = Group.objects.filter(pk=goal.group_id).first() if goal.group_id else None
    return {
        "name": goal.name,
        "note": goal.note,
        "program": goal.program.name,
        "group": group.name if group else "",
        "enrollment": goal.enrollment.public_id if goal.enrollment else "",
        "measure": goal.measure,
        **_figures(goal, target=goal.target),
        "currency": goal.currency,
        "since": goal.since.isoformat(),
        "until": goal.until.isoformat(),
        "is_monthly": goal.is_monthly,
        "is_shown": goal.is_shown,
        "has_mail": goal.has_mail,
    }


def _figures(goal: Goal, **figures: int) -> dict[str, int]:
    """Return figures by name, those in minor units named so."""
    end = "_minor" if goal.currency else ""
    return {f"{name}{end}": value for name, value in figures.items()}


def _record(
    goal: Goal,
    action: str,
    actor_id: int | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=goal.brand_id,
        actor_id=actor_id,
        action=action,
        target=goal,
        now=now,
        before=before,
        after=after,
    )
