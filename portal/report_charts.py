"""Charts of a period's steps, with the period compared as a dashed line: home and report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from django.utils.translation import gettext as _

from core import formats
from core.charts import Point
from core.money import Money
from core.wording import current_language
from portal.performance import Answer, Measures
from portal.report_asked import Choice
from portal.report_rows import measure

LABELS_SHOWN = 4

Value: TypeAlias = Money | int
Read: TypeAlias = Callable[[Measures], Value]


@dataclass(frozen=True, slots=True)
class Chart:
    """`currency` is empty where counts are drawn."""

    title: str
    caption: str
    currency: str
    points: list[Point]


def draw_steps(
    choice: Choice,
    now: Answer,
    before: Answer | None,
    read: Read,
    *,
    title: str,
    today: date,
    notes: Mapping[date, Sequence[str]] | None = None,
) -> Chart:
    """Draw one figure by step; the step of today is not over, and `notes` mark days."""
    step = choice.question.step
    days = list(now.by_step)
    old = [read(measure(choice, sums)) for sums in before.by_step.values()] if before else []
    every = max(1, len(days) // LABELS_SHOWN)
    points = []
    for index, day in enumerate(days):
        value = read(measure(choice, now.by_step[day]))
        was = old[index] if index < len(old) else None
        points.append(
            Point(
                label=_name_step(day, step),
                value=_plain(value),
                text=_text(value),
                short=_short_step(day, step) if index % every == every // 2 else "",
                before=None if was is None else _plain(was),
                before_text="" if was is None else _text(was),
                is_unfinished=now.span.until >= today and index == len(days) - 1,
                note=_note(day, (notes or {}).get(day, ())),
            )
        )
    best = max(points, key=lambda point: point.value)
    caption = _("Highest: %(value)s on %(day)s.") % {"value": best.text, "day": best.label}
    is_money = isinstance(read(measure(choice, now.total)), Money)
    return Chart(
        title=title,
        caption=caption if best.value else "",
        currency=choice.question.currency if is_money else "",
        points=points,
    )


def draw_home(
    choice: Choice,
    now: Answer,
    before: Answer | None,
    *,
    today: date,
    news: Mapping[date, list[str]],
) -> list[Chart]:
    """Draw the four panels of the home, one measure each; announcements stand on revenue."""
    currency = {"currency": choice.question.currency}
    panels: list[tuple[str, Read, Mapping[date, list[str]]]] = [
        (_("Revenue, %(currency)s, by day") % currency, lambda one: one.revenue, news),
        (_("Commission, %(currency)s, by day") % currency, lambda one: one.commission, {}),
        (_("Unique clicks by day"), lambda one: one.sums.clicks, {}),
        (_("Orders credited by day"), lambda one: one.sums.orders, {}),
    ]
    return [
        draw_steps(choice, now, before, read, title=title, today=today, notes=notes)
        for title, read, notes in panels
    ]


def _name_step(day: date, step: str) -> str:
    language = current_language()
    if step == "month":
        return formats.month_text(day, language=language)
    text = formats.day_text(day, language=language)
    return _("Week of %(day)s") % {"day": text} if step == "week" else text


def _short_step(day: date, step: str) -> str:
    language = current_language()
    if step == "month":
        return formats.month_text(day, language=language)
    return formats.day_short_text(day, language=language)


def _note(day: date, titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return _("Announced on %(day)s: %(titles)s") % {
        "day": formats.day_short_text(day, language=current_language()),
        "titles": formats.comma(current_language()).join(titles),
    }


def _plain(value: Value) -> int:
    return value.amount_minor if isinstance(value, Money) else value


def _text(value: Value) -> str:
    language = current_language()
    if isinstance(value, Money):
        return formats.money_text(value, language=language)
    return formats.number_text(value, language=language)
