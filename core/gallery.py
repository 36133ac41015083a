"""Example data for the component gallery; amounts are the worked example of the screens."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms

from core import formats
from core.charts import Point
from core.money import Money
from core.states import STATES

REVENUE_MINOR = (
    41_200,
    38_050,
    52_900,
    47_310,
    60_120,
    120_410,
    71_000,
    44_480,
    39_900,
    51_150,
)
REVENUE_BEFORE_MINOR = (
    36_000,
    40_500,
    41_000,
    43_500,
    47_000,
    52_000,
    50_100,
    42_000,
    38_800,
    40_000,
)


class ExampleForm(forms.Form):
    """One field of each kind, two of them filled in wrongly."""

    name = forms.CharField(label="Name", max_length=80)
    email = forms.EmailField(label="E-mail address", help_text="Log-in codes go here.")
    rate = forms.IntegerField(label="Rate", min_value=1, required=False)
    policy = forms.ChoiceField(
        label="Click policy", choices=[("last", "Last click"), ("first", "First click")]
    )
    base = forms.ChoiceField(
        label="Commission counts",
        choices=[("after", "After discounts"), ("before", "Before discounts")],
        widget=forms.RadioSelect,
    )
    about = forms.CharField(label="About", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    accept = forms.BooleanField(label="I accept terms version 3 of 1 Sep 2026")


def build_context(*, language: str) -> dict[str, Any]:
    """Return what templates/core/components.html shows."""
    form = ExampleForm({"name": "Anna", "email": "anna", "policy": "last", "base": "after"})
    form.is_valid()
    return {
        "states": [
            (name.split(".")[-1], name.split(".")[0] if "." in name else "") for name in STATES
        ],
        "looks": [
            (theme, language) for theme in ("light", "dark") for language in formats.LANGUAGES
        ],
        "form": form,
        "amounts": [
            Money(123_450, "EUR"),
            Money(-420, "EUR"),
            Money(1234, "JPY"),
            Money(12_345, "KWD"),
        ],
        "moment": datetime(2026, 9, 11, 12, 5, tzinfo=UTC),
        "day_value": date(2026, 8, 12),
        "lines": _lines(language),
        "steps": _steps(),
        "points": _points(language),
        "spark": list(REVENUE_MINOR),
        "rows": _rows(),
        "facts": [
            ("Creators", "23"),
            ("Total", formats.money_text(Money(190_410, "EUR"), language=language)),
        ],
    }


def _lines(language: str) -> list[dict[str, Any]]:
    ten = formats.percent_text(1000, language=language)
    return [
        {
            "title": "Ceramic cups, 2",
            "detail": f"60.00 {formats.MINUS} 8.57",
            "counted": Money(5143, "EUR"),
            "rate": ten,
            "pays": Money(514, "EUR"),
            "reason": "Rule 3 “All products”",
        },
        {
            "title": "Grinder",
            "detail": f"80.00 {formats.MINUS} 11.43",
            "counted": Money(6857, "EUR"),
            "rate": ten,
            "pays": Money(686, "EUR"),
            "reason": "Rule 3 “All products”",
        },
        {
            "title": "Gift card",
            "detail": "25.00",
            "counted": Money(0, "EUR"),
            "rate": formats.UNKNOWN,
            "pays": Money(0, "EUR"),
            "reason": "Gift cards do not earn (rule 1)",
        },
        {
            "title": "Commission on 12 Aug",
            "counted": None,
            "pays": Money(1200, "EUR"),
            "kind": "total",
        },
        {
            "title": "20 Aug: 25.71 EUR of ceramic cups refunded",
            "counted": None,
            "pays": Money(-257, "EUR"),
            "reason": "25.72 left at 10 % is 2.57; 2.57 + 6.86 = 9.43",
            "kind": "change",
        },
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"title": "Click counted", "at": date(2026, 8, 3)},
        {
            "title": "Ordered and paid",
            "at": date(2026, 8, 12),
            "text": "Priced by rules version 4: 12.00 EUR.",
        },
        {
            "title": "Partly refunded",
            "at": date(2026, 8, 20),
            "text": "25.71 EUR of ceramic cups; 9.43 EUR stays.",
        },
        {"title": "Will be released", "at": date(2026, 9, 11), "state": "future"},
        {"title": "Next payout", "at": date(2026, 10, 5), "state": "future"},
    ]


def _rows() -> list[dict[str, Any]]:
    amounts = (943, 4557, 4120, 0)
    states = ("pending", "released", "paid", "reversed")
    return [
        {
            "number": f"#{1042 - i}",
            "at": date(2026, 8, 12 - i),
            "amount": Money(minor, "EUR"),
            "state": state,
        }
        for i, (minor, state) in enumerate(zip(amounts, states, strict=True))
    ]


def _points(language: str) -> list[Point]:
    last = len(REVENUE_MINOR) - 1
    return [
        Point(
            label=formats.day_text(date(2026, 11, 9 + i), language=language),
            short=formats.day_short_text(date(2026, 11, 9 + i), language=language)
            if i % 3 == 0
            else "",
            value=minor,
            text=formats.money_text(Money(minor, "EUR"), language=language),
            before=before,
            before_text=formats.money_text(Money(before, "EUR"), language=language),
            is_unfinished=i == last,
        )
        for i, (minor, before) in enumerate(zip(REVENUE_MINOR, REVENUE_BEFORE_MINOR, strict=True))
    ]
