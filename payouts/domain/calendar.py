"""On which day a brand's payout runs fall: one a month, on the same day."""

from datetime import date

DECEMBER = 12


def next_run_day(*, day_of_month: int, start: date) -> date:
    """Return the first run day on or after a day; `day_of_month` is 1 to 28."""
    this_month = start.replace(day=day_of_month)
    if start <= this_month:
        return this_month
    if start.month == DECEMBER:
        return date(start.year + 1, 1, day_of_month)
    return date(start.year, start.month + 1, day_of_month)


def next_month(day: date) -> date:
    """Return the first day of the month after the one a day falls in."""
    if day.month == DECEMBER:
        return date(day.year + 1, 1, 1)
    return date(day.year, day.month + 1, 1)
