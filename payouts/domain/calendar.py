"""The month after, and the days on which banks of the euro area pay."""

from datetime import date, timedelta

DECEMBER = 12
SATURDAY = 5
TARGET_HOLIDAYS = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
"""Month and day of the closing days that have a date (European Central Bank, T2 calendar)."""


def next_month(day: date) -> date:
    """Return the first day of the month after the one a day falls in."""
    if day.month == DECEMBER:
        return date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)


def next_target_day(after: date) -> date:
    """Return the first day after a day on which SEPA transfers are carried out."""
    day = after + timedelta(days=1)
    while not is_target_day(day):
        day += timedelta(days=1)
    return day


def is_target_day(day: date) -> bool:
    """Tell whether T2 is open: no week-end, no Good Friday or Easter Monday, no fixed holiday."""
    easter = easter_sunday(day.year)
    is_easter = day in {easter - timedelta(days=2), easter + timedelta(days=1)}
    return (
        day.weekday() < SATURDAY and (day.month, day.day) not in TARGET_HOLIDAYS and not is_easter
    )


def easter_sunday(year: int) -> date:
    """Return the day of western Easter (the anonymous Gregorian computus)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moon = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
