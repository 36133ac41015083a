"""How money, numbers, percents and dates read in each language: pure functions of their arguments.

Separators and month names come from CLDR (Babel). Money digits come from core.money's ISO 4217
table, because CLDR's display digits differ for some currencies. Persian dates are Jalali, Thai
years Buddhist. Each result that holds Latin and Persian parts is one bidi isolate.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import jdatetime
from babel.dates import format_date
from babel.numbers import format_decimal

from core.money import BPS, Money, exponent, to_decimal

LTR_ISOLATE = "\u2066"
FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
UNKNOWN = "\u2013"
LANGUAGES = ("en", "fa", "th")

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_JALALI_MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
_BUDDHIST_YEARS = 543


def money_text(money: Money, *, language: str) -> str:
    """Return number, no-break space and ISO code in one left-to-right isolate: 1,234.50 EUR."""
    return isolate_ltr(f"{amount_text(money, language=language)}{NO_BREAK_SPACE}{money.currency}")


def amount_text(money: Money, *, language: str) -> str:
    """Return the number of an amount alone, for a column whose heading names the currency."""
    value = to_decimal(money.amount_minor, money.currency)
    return _decimal(value, digits=exponent(money.currency), language=language)


def change_text(money: Money, *, language: str) -> str:
    """Return an amount with its sign always shown: +12.00 EUR."""
    sign = "+" if money.amount_minor > 0 else ""
    number = f"{sign}{amount_text(money, language=language)}"
    return isolate_ltr(f"{number}{NO_BREAK_SPACE}{money.currency}")


def number_text(value: int | Decimal, *, language: str) -> str:
    """Return a number with the language's separators and digits: 1,234 or 4.5."""
    exact = Decimal(value)
    digits = max(0, -int(exact.normalize().as_tuple().exponent)) if exact else 0
    return isolate_ltr(_decimal(exact, digits=digits, language=language))


def percent_text(rate_bps: int, *, language: str) -> str:
    """Return basis points as a percent with at most two decimals: 1250 is 12.5 %."""
    return isolate_ltr(_percent(rate_bps, language))


def percent_change_text(change_bps: int, *, language: str) -> str:
    """Return a change in basis points with its sign: +12 %."""
    sign = "+" if change_bps > 0 else ""
    return isolate_ltr(f"{sign}{_percent(change_bps, language)}")


def day_text(value: date, *, language: str) -> str:
    """Return a calendar day in full: 12 Aug 2026, ۲۱ مرداد ۱۴۰۵, 12 ส.ค. 2569."""
    day, month, year = _parts(value, language)
    return f"{day}{NO_BREAK_SPACE}{month}{NO_BREAK_SPACE}{year}"


def day_short_text(value: date, *, language: str) -> str:
    """Return a day without its year, where the year is plain: 12 Aug."""
    day, month, _ = _parts(value, language)
    return f"{day}{NO_BREAK_SPACE}{month}"


def month_text(value: date, *, language: str) -> str:
    """Return the month a day falls in: Aug 2026."""
    _, month, year = _parts(value, language)
    return f"{month}{NO_BREAK_SPACE}{year}"


def clock_text(value: datetime, *, language: str, zone: ZoneInfo) -> str:
    """Return the hour and minute in a zone: 14:05."""
    return digits_text(value.astimezone(zone).strftime("%H:%M"), language=language)


def local_day(value: date, *, zone: ZoneInfo) -> date:
    """Return the calendar day of a moment in a zone; a plain day stays as it is."""
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def digits_text(text: str, *, language: str) -> str:
    """Return text with the digits of the language."""
    return text.translate(_PERSIAN_DIGITS) if language == "fa" else text


def size_text(text: str, *, language: str) -> str:
    """Return the bytes of a file, 1.5 MB, with the digits and separator of the language."""
    local = text.replace(".", "٫") if language == "fa" else text
    return isolate(digits_text(local, language=language))


def duration_parts(value: timedelta) -> tuple[int, str]:
    """Return the largest whole unit of a time span: (26, "hour"), (3, "day")."""
    seconds = max(0, int(value.total_seconds()))
    for size, unit in ((172_800, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return (seconds // (86_400 if unit == "day" else size), unit)
    return seconds, "second"


def comma(language: str) -> str:
    """Return what stands between the parts of a list."""
    return "، " if language == "fa" else ", "


def isolate_ltr(text: str) -> str:
    """Return text that reads left to right whatever stands around it."""
    return f"{LTR_ISOLATE}{text}{POP_ISOLATE}"


def isolate(text: str) -> str:
    """Return text whose direction its own first letter decides: names, titles."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def _decimal(value: Decimal, *, digits: int, language: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    system = "default" if language == "fa" else "latn"
    text = format_decimal(abs(value), format=pattern, locale=language, numbering_system=system)
    sign = MINUS if value < 0 else ""
    return sign + digits_text(text, language=language)


def _percent(rate_bps: int, language: str) -> str:
    value = Decimal(rate_bps) * 100 / BPS
    digits = max(0, -int(value.normalize().as_tuple().exponent)) if value else 0
    number = _decimal(value, digits=digits, language=language)
    return f"{number}٪" if language == "fa" else f"{number}{NO_BREAK_SPACE}%"


def _parts(value: date, language: str) -> tuple[str, str, str]:
    """Return day, month and year as words of the language's calendar."""
    if language == "fa":
        jalali = jdatetime.date.fromgregorian(year=value.year, month=value.month, day=value.day)
        month = _JALALI_MONTHS[jalali.month - 1]
        return (
            digits_text(str(jalali.day), language=language),
            month,
            digits_text(str(jalali.year), language=language),
        )
    month = format_date(value, "MMM", locale=language)
    year = value.year + (_BUDDHIST_YEARS if language == "th" else 0)
    return str(value.day), month, str(year)
