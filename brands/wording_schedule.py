"""Say on which days a brand pays."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from brands.domain.schedule import LAST, Rhythm, Schedule
from core import formats

SCHEDULE: Mapping[str, str] = {
    "terms.payout_day": gettext_noop("Payouts are made once a month, on day %(day)s."),
    "terms.payout_twice": gettext_noop(
        "Payouts are made twice a month, on day %(day)s and on day %(second_day)s, or on the last "
        "day of a shorter month."
    ),
    "terms.payout_twice_last": gettext_noop(
        "Payouts are made twice a month, on day %(day)s and on the last day."
    ),
    "terms.payout_week": gettext_noop("Payouts are made every week, on %(weekday)s."),
}


def say_schedule(schedule: Schedule) -> str:
    """Say it in a few words: "Paid monthly on day 5"."""
    said = format_days({"day": schedule.day, "second_day": schedule.second_day})
    said |= format_days({"weekday": schedule.weekday})
    if schedule.rhythm is Rhythm.MONTHLY:
        return _("Paid monthly on day %(day)s") % said
    if schedule.rhythm is Rhythm.WEEKLY:
        return _("Paid every week on %(weekday)s") % said
    if schedule.second_day == LAST:
        return _("Paid on day %(day)s and the last day of the month") % said
    return _("Paid on days %(day)s and %(second_day)s of the month") % said


def format_days(params: Mapping[str, Any]) -> dict[str, str]:
    """Return those of the values that name a day, as the reader writes it."""
    language = translation.get_language() or "en"
    days = {
        name: formats.number_text(params[name], language=language)
        for name in ("day", "second_day")
        if name in params
    }
    return days | ({"weekday": str(WEEKDAYS[params["weekday"]])} if "weekday" in params else {})
