from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core import formats
from core.money import Money

NBSP = "\u00a0"
BERLIN = ZoneInfo("Europe/Berlin")


def bare(text: str) -> str:
    """Take the isolates away and make no-break spaces visible as spaces."""
    return text.strip("\u2066\u2068\u2069").replace(NBSP, " ")


@pytest.mark.parametrize(
    ("money", "language", "expected"),
    [
        (Money(123_450, "EUR"), "en", "1,234.50 EUR"),
        (Money(-420, "EUR"), "en", "−4.20 EUR"),
        (Money(1234, "JPY"), "en", "1,234 JPY"),
        (Money(12_345, "KWD"), "en", "12.345 KWD"),
        (Money(0, "EUR"), "en", "0.00 EUR"),
        (Money(123_450, "EUR"), "th", "1,234.50 EUR"),
        (Money(123_450, "EUR"), "fa", "۱٬۲۳۴٫۵۰ EUR"),
        (Money(-420, "EUR"), "fa", "−۴٫۲۰ EUR"),
        (Money(1_500_000, "IRT"), "fa", "۱٬۵۰۰٬۰۰۰ IRT"),
        (Money(10**15, "USD"), "en", "10,000,000,000,000.00 USD"),
        (Money(5, "HUF"), "en", "0.05 HUF"),  # CLDR would show none of ISO's two digits
    ],
)
def test_money_reads_as_number_space_and_code(money: Money, language: str, expected: str) -> None:
    assert bare(formats.money_text(money, language=language)) == expected


def test_money_is_one_left_to_right_isolate_with_a_no_break_space() -> None:
    text = formats.money_text(Money(123_450, "EUR"), language="fa")
    assert text[0] == "\u2066"
    assert text[-1] == "\u2069"
    assert f"{NBSP}EUR" in text
    assert " " not in text


def test_sizes_and_lists_use_the_marks_of_the_language() -> None:
    assert bare(formats.size_text("6.1\u00a0KB", language="fa")) == "۶٫۱ KB"
    assert bare(formats.size_text("6.1\u00a0KB", language="th")) == "6.1 KB"
    assert formats.comma("fa").join(["یک", "دو"]) == "یک، دو"


def test_a_change_always_shows_its_sign() -> None:
    assert bare(formats.change_text(Money(1200, "EUR"), language="en")) == "+12.00 EUR"
    assert bare(formats.change_text(Money(-257, "EUR"), language="en")) == "−2.57 EUR"
    assert bare(formats.change_text(Money(0, "EUR"), language="en")) == "0.00 EUR"


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (8412, "en", "8,412"),
        (8412, "fa", "۸٬۴۱۲"),
        (0, "en", "0"),
        (100, "en", "100"),
        (Decimal("4.50"), "en", "4.5"),
        (-3, "th", "−3"),
    ],
)
def test_numbers(value: int | Decimal, language: str, expected: str) -> None:
    assert bare(formats.number_text(value, language=language)) == expected


@pytest.mark.parametrize(
    ("rate_bps", "language", "expected"),
    [
        (1000, "en", "10 %"),
        (1250, "en", "12.5 %"),
        (1, "en", "0.01 %"),
        (0, "en", "0 %"),
        (370, "th", "3.7 %"),
        (1250, "fa", "۱۲٫۵٪"),
    ],
)
def test_percents_come_from_basis_points(rate_bps: int, language: str, expected: str) -> None:
    assert bare(formats.percent_text(rate_bps, language=language)) == expected


def test_a_percent_change_shows_its_sign() -> None:
    assert bare(formats.percent_change_text(1200, language="en")) == "+12 %"
    assert bare(formats.percent_change_text(-350, language="en")) == "−3.5 %"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "12 Aug 2026"), ("th", "12 ส.ค. 2569"), ("fa", "۲۱ مرداد ۱۴۰۵")],
)
def test_days_use_the_calendar_of_the_language(language: str, expected: str) -> None:
    assert bare(formats.day_text(date(2026, 8, 12), language=language)) == expected


def test_short_days_and_months() -> None:
    day = date(2026, 9, 11)
    assert bare(formats.day_short_text(day, language="en")) == "11 Sep"
    assert bare(formats.month_text(day, language="en")) == "Sep 2026"
    assert bare(formats.day_short_text(day, language="fa")) == "۲۰ شهریور"
    assert bare(formats.month_text(day, language="th")) == "ก.ย. 2569"


def test_the_jalali_year_turns_at_nowruz() -> None:
    assert bare(formats.day_text(date(2026, 3, 20), language="fa")) == "۲۹ اسفند ۱۴۰۴"
    assert bare(formats.day_text(date(2026, 3, 21), language="fa")) == "۱ فروردین ۱۴۰۵"


def test_the_day_of_a_moment_is_the_day_in_its_zone() -> None:
    late = datetime(2026, 9, 11, 22, 30, tzinfo=UTC)
    assert formats.local_day(late, zone=BERLIN) == date(2026, 9, 12)
    assert formats.local_day(date(2026, 9, 11), zone=BERLIN) == date(2026, 9, 11)


def test_the_hour_is_told_in_its_zone_and_digits() -> None:
    at = datetime(2026, 9, 11, 12, 5, tzinfo=UTC)
    assert formats.clock_text(at, language="en", zone=BERLIN) == "14:05"
    assert formats.clock_text(at, language="fa", zone=BERLIN) == "۱۴:۰۵"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(hours=26), (26, "hour")),
        (timedelta(days=3), (3, "day")),
        (timedelta(minutes=40), (40, "minute")),
        (timedelta(seconds=9), (9, "second")),
        (timedelta(seconds=-5), (0, "second")),
    ],
)
def test_spans_use_their_largest_whole_unit(span: timedelta, expected: tuple[int, str]) -> None:
    assert formats.duration_parts(span) == expected
