"""Charts of a creator's home: one for each currency, because currencies are never added."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core import formats
from core.charts import Point
from core.money import Money
from core.wording import current_language
from portal.home import Period

LABEL_EVERY = 7


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    caption: str
    currency: str
    points: list[Point]


def chart_earned(period: Period) -> list[Chart]:
    """Return what was earned by day, today's unfinished bar hollow; none without an order."""
    return [_chart(period, money.currency) for money in period.earned]


def _chart(period: Period, currency: str) -> Chart:
    by_day = period.earned_by_day.get(currency, {})
    language = current_language()
    best = max(period.days, key=lambda day: by_day.get(day, 0))
    caption = _("Highest: %(amount)s on %(day)s.") % {
        "amount": formats.money_text(Money(by_day.get(best, 0), currency), language=language),
        "day": formats.day_short_text(best, language=language),
    }
    last = len(period.days) - 1
    points = [
        _point(day, Money(by_day.get(day, 0), currency), i, is_last=i == last)
        for i, day in enumerate(period.days)
    ]
    title = _("Earned by day, %(currency)s") % {"currency": currency}
    return Chart(title, caption, currency, points)


def _point(day: date, amount: Money, index: int, *, is_last: bool) -> Point:
    language = current_language()
    return Point(
        label=formats.day_text(day, language=language),
        value=amount.amount_minor,
        text=formats.money_text(amount, language=language),
        short=formats.day_short_text(day, language=language) if index % LABEL_EVERY == 0 else "",
        is_unfinished=is_last,
    )
