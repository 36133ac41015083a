"""A brand's figures as its home and its report show them: name, meaning, value, change, rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import formats
from core.money import Money
from core.wording import current_language
from portal.performance import Measures
from portal.report_asked import Choice
from portal.report_rows import list_figures
from portal.report_words import FIGURE_LABELS, define_figure

ON_HOME = ("revenue", "commission", "orders", "clicks", "conversion", "per_click")
ON_REPORT = ("revenue", "commission", "orders", "average", "clicks", "conversion")


@dataclass(frozen=True, slots=True)
class Figure:
    """`url` shows the rows that make the value, if rows do; `change` is empty without compare."""

    name: str
    label: str | Promise
    definition: str
    text: str
    change: str
    url: str


def show_figures(
    choice: Choice,
    now: Measures,
    before: Measures | None,
    *,
    slug: str,
    names: Sequence[str],
) -> list[Figure]:
    """Return the named figures of a period, ready to be shown."""
    found = {name: (value, change) for name, value, change in list_figures(now, before)}
    return [
        Figure(
            name=name,
            label=FIGURE_LABELS[name],
            definition=define_figure(name, is_gross=now.is_gross),
            text=_text(name, found[name][0]),
            change=_say_change(found[name][1]) if before else "",
            url=_rows_url(name, choice, slug),
        )
        for name in names
    ]


def _text(name: str, value: Money | int | None) -> str:
    language = current_language()
    if value is None:
        return formats.UNKNOWN
    if isinstance(value, Money):
        return formats.money_text(value, language=language)
    if name == "conversion":
        return formats.percent_text(value, language=language)
    return formats.number_text(value, language=language)


def _say_change(change: int | None) -> str:
    if change is None:
        return _("no comparison")
    if not change:
        return _("the same as before")
    text = formats.percent_change_text(change, language=current_language())
    said = _("{change}, higher than before") if change > 0 else _("{change}, lower than before")
    return said.format(change=text)


def _rows_url(name: str, choice: Choice, slug: str) -> str:
    """Return the list behind a figure; a ratio and clicks have none."""
    query = choice.order_filters(choice.question.span)
    if name in {"revenue", "orders"}:
        return f"{reverse('tracking:order-list', args=[slug])}?{query}"
    if name == "commission":
        return f"{reverse('tracking:commission-list', args=[slug])}?tab=all&{query}"
    return ""
