"""Charts drawn on the server: `{% load charts %}`. Each has a caption and its table beside it."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import charts, formats
from core.money import Money
from core.templatetags.fairshare import current_language

register = template.Library()


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(
    points: Sequence[charts.Point],
    title: str,
    caption: str = "",
    currency: str = "",
    label_heading: str = "",
    value_heading: str = "",
) -> dict[str, Any]:
    """Draw bars by day, week or month; with a currency the axis shows amounts, else counts.

    The title names measure, unit and step ("Revenue, EUR, by day"); the caption says what the
    eye should see ("highest 1,204.10 on 14 Nov").
    """
    is_rtl = translation.get_language_bidi()
    plan = charts.plan_bars(points, is_rtl=is_rtl)
    return {
        "plan": plan,
        "points": points,
        "notes": [point.note for point in points if point.note],
        "grid": [{"y": line.y, "text": _tick(line.value, currency)} for line in plan.grid],
        "title": title,
        "caption": caption,
        "label_heading": label_heading or translation.gettext("Day"),
        "value_heading": value_heading or title,
        "is_rtl": is_rtl,
    }


@register.simple_tag
def sparkline(values: Sequence[int], label: str) -> SafeString:
    """Draw a small line; `label` says in words what it shows."""
    places = charts.plan_sparkline(values, is_rtl=translation.get_language_bidi())
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polyline class="graph-line" points="{}"/></svg>',
        charts.SPARK_WIDTH,
        charts.SPARK_HEIGHT,
        label,
        places,
    )


def _tick(value: int, currency: str) -> str:
    language = current_language()
    if not currency:
        return formats.number_text(value, language=language)
    return formats.isolate_ltr(formats.amount_text(Money(value, currency), language=language))
