"""Runs of whole days that move with the calendar: of reports, of caps and of bonuses."""

from datetime import date, timedelta

DAY = timedelta(days=1)


def period_of(period: str, day: date) -> tuple[date, date]:
    """Return the first and last day of the week, month, quarter or year that a day lies in."""
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + 6 * DAY
    since = {"month": this_month, "quarter": this_quarter, "year": this_year}[period](day)[0]
    after = since + timedelta(days={"month": 31, "quarter": 95, "year": 370}[period])
    return since, after.replace(day=1) - DAY


def last_week(today: date) -> tuple[date, date]:
    """Return the last whole week before a day, from Monday to Sunday."""
    sunday = today - timedelta(days=today.weekday() + 1)
    return sunday - 6 * DAY, sunday


def last_month(today: date) -> tuple[date, date]:
    """Return the last whole month before a day."""
    until = today.replace(day=1) - DAY
    return until.replace(day=1), until


def this_month(today: date) -> tuple[date, date]:
    """Return the month until today."""
    return today.replace(day=1), today


def this_quarter(today: date) -> tuple[date, date]:
    """Return the quarter until today."""
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today


def this_year(today: date) -> tuple[date, date]:
    """Return the year until today."""
    return today.replace(month=1, day=1), today
