"""Fields for amounts, lists and choices, in what people type and what the services take."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import formats
from core.money import BPS, EXPONENTS, AmountError, Money, parse_amount, to_decimal
from core.wording import current_language

_PART = re.compile(r"(?P<number>[0-9.]+)\s*(?P<currency>[A-Za-z]{3})?")
_SEPARATORS = re.compile(r"[\n;]|,(?![0-9])|،")


class AmountsField(forms.CharField):
    """Amounts of several currencies, "5.00 EUR, 800 JPY": a mapping to minor units.

    A number without a currency is of `currency`.
    """

    def __init__(self, *, currency: str = "", **kwargs: Any) -> None:
        self.currency = currency
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "ltr", "inputmode": "text"}))
        super().__init__(max_length=300, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return amounts_text(value) if isinstance(value, Mapping) else value

    def clean(self, value: Any) -> dict[str, int]:
        text = super().clean(value)
        amounts: dict[str, int] = {}
        for part in filter(None, map(str.strip, _SEPARATORS.split(latin_digits(text)))):
            currency, minor = self._read(part)
            if currency in amounts:
                message = _("%(currency)s stands there twice.")
                raise ValidationError(message, params={"currency": currency})
            amounts[currency] = minor
        return amounts

    def _read(self, part: str) -> tuple[str, int]:
        match = _PART.fullmatch(part.replace(",", "").replace("٬", "").replace("٫", "."))
        if match is None:
            message = _("Write %(part)s as a number and a currency, for example 5.00 EUR.")
            raise ValidationError(message, params={"part": part[:40]})
        currency = (match["currency"] or self.currency).upper()
        if currency not in EXPONENTS:
            message = _("%(code)s is not a currency code. Write it as in 5.00 EUR.")
            raise ValidationError(message, params={"code": currency or part[:40]})
        return currency, read_minor(match["number"], currency)


class AmountField(forms.CharField):
    """An amount of one currency, in minor units; empty is None."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        widget = forms.TextInput(attrs={"class": "ltr short", "inputmode": "decimal"})
        super().__init__(max_length=30, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return str(to_decimal(value, self.currency)) if type(value) is int else value

    def clean(self, value: Any) -> int | None:
        text = latin_digits(super().clean(value)).strip()
        if not text:
            return None
        return read_minor(text.replace(",", "").replace("٬", "").replace("٫", "."), self.currency)


class PercentField(forms.CharField):
    """A percent with at most two decimals, in basis points; empty is 0."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "ltr short", "inputmode": "decimal"})
        super().__init__(max_length=10, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 100:g}" if type(value) is int else value

    def clean(self, value: Any) -> int:
        text = latin_digits(super().clean(value)).strip().rstrip("%٪ ").replace("٫", ".")
        if not text:
            return 0
        match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,2}))?", text)
        bps = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0
        if not 0 < bps <= BPS:
            raise ValidationError(_("Enter a percent from 0.01 to 100, for example 12.5."))
        return bps


class ListField(forms.CharField):
    """Words separated by commas or lines; each once, in their order."""

    def __init__(self, *, case: str = "", **kwargs: Any) -> None:
        self.case = case
        super().__init__(max_length=4000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        parts = (part.strip() for part in re.split(r"[,\n،]", super().clean(value)))
        return tuple(dict.fromkeys(self._cased(part) for part in parts if part))

    def _cased(self, text: str) -> str:
        if self.case == "upper":
            return text.upper()
        return unicodedata.normalize("NFKC", text).casefold() if self.case == "fold" else text


def read_minor(text: str, currency: str) -> int:
    """Return a positive amount in minor units, as a form reads it.

    :raises ValidationError: not an amount this currency holds exactly, or not above zero.
    """
    try:
        minor = parse_amount(text, currency)
    except AmountError:
        message = _("%(text)s is not an amount in %(currency)s. Write it like %(example)s.")
        five = Money(5 * 10 ** max(2, EXPONENTS[currency]), currency)
        example = formats.isolate_ltr(formats.amount_text(five, language=current_language()))
        params = {"text": text[:40], "currency": currency, "example": example}
        raise ValidationError(message, params=params) from None
    if minor <= 0:
        raise ValidationError(_("Enter an amount above zero."))
    return minor


def amounts_text(amounts: Mapping[str, int]) -> str:
    """Return amounts as the field reads them: "5.00 EUR, 800 JPY"."""
    pairs = sorted(amounts.items())
    return ", ".join(f"{to_decimal(minor, currency)} {currency}" for currency, minor in pairs)


def latin_digits(text: str) -> str:
    """Return text with the digits of every script as 0 to 9."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)


def currency_choices() -> Sequence[tuple[str, str]]:
    """Return every known currency, those most in use first."""
    usual = ("EUR", "USD", "GBP", "JPY", "THB")
    return [(code, code) for code in (*usual, *sorted(set(EXPONENTS) - set(usual)))]
