"""What the pages say of a goal: its figure, its pace, where that leads, and how it ended."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from affiliates.models import Goal
from core import formats
from core.money import Money
from core.wording import current_language
from portal.goals import GoalRow


def describe_goal(row: GoalRow) -> dict[str, Any]:
    """Return what the pages print of a goal."""
    goal = row.goal
    shown = row.count.value if goal.closed_value is None else goal.closed_value
    return {
        "row": row,
        "goal": goal,
        "state": row.state,
        "whom": say_whom(goal),
        "value": say_figure(goal, shown),
        "counted": say_figure(goal, row.count.value),
        "target": say_figure(goal, goal.target),
        "bar": min(max(shown, 0), goal.target),
        "pace": say_pace(row),
        "forecast": say_forecast(row),
        "closed": say_closed(row),
    }


def say_figure(goal: Goal, value: int) -> str:
    """Return a figure of a goal: an amount with its currency, or a number."""
    language = current_language()
    if goal.currency:
        return formats.money_text(Money(value, goal.currency), language=language)
    return formats.number_text(value, language=language)


def say_pace(row: GoalRow) -> str:
    """Say where a goal stands, in one sentence."""
    progress = row.progress
    facts = {
        "gone": formats.percent_text(_whole(progress.gone_bps), language=current_language()),
        "reached": formats.percent_text(_whole(progress.reached_bps), language=current_language()),
        "missing": say_figure(row.goal, progress.missing),
        "since": _day(progress.since),
        "until": _day(progress.until),
    }
    sentences = {
        "upcoming": _("Begins on {since}."),
        "on_course": _("On course: {gone} of the time is gone, {reached} is reached."),
        "behind": _("Behind: {gone} of the time is gone, {reached} is reached; {missing} to go."),
        "reached": _("Reached: {reached} of the target."),
        "missed": _("Missed by {missing}. The last day was {until}."),
    }
    return sentences[progress.standing].format(**facts)


def say_forecast(row: GoalRow) -> str:
    """Say where the pace so far leads, with its arithmetic; nothing before and after its days."""
    goal, progress = row.goal, row.progress
    if progress.forecast is None or goal.closed_at is not None:
        return ""
    return ngettext(
        "{value} in {gone} day, for {days} days: {forecast} by {until} at this rate.",
        "{value} in {gone} days, for {days} days: {forecast} by {until} at this rate.",
        progress.days_gone,
    ).format(
        value=say_figure(goal, progress.value),
        gone=formats.number_text(progress.days_gone, language=current_language()),
        days=formats.number_text(progress.days, language=current_language()),
        forecast=say_figure(goal, progress.forecast),
        until=_day(progress.until),
    )


def say_closed(row: GoalRow) -> str:
    """State the figure of a goal that is over, as of the moment it was counted."""
    goal = row.goal
    if goal.closed_at is None or goal.closed_value is None:
        return ""
    language, zone = current_language(), ZoneInfo(goal.brand.time_zone)
    text = _("{value} of {target}, as counted on {day} at {hour}.")
    return text.format(
        value=say_figure(goal, goal.closed_value),
        target=say_figure(goal, goal.target),
        day=_day(formats.local_day(goal.closed_at, zone=zone)),
        hour=formats.clock_text(goal.closed_at, language=language, zone=zone),
    )


def say_whom(goal: Goal) -> str:
    """Name the creator, the group or the program a goal is set for."""
    if goal.enrollment is not None:
        return formats.isolate(str(goal.enrollment.affiliation))
    if goal.group is not None:
        return f"{formats.isolate(goal.program.name)}: {formats.isolate(goal.group.name)}"
    return formats.isolate(goal.program.name)


def _day(day: date) -> str:
    return formats.day_text(day, language=current_language())


def _whole(bps: int) -> int:
    return bps // 100 * 100
