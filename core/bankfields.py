"""Form fields for accounts at banks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.iban import BadBic, BadIban, read_bic, read_iban


class IbanField(forms.CharField):
    """An IBAN that SEPA reaches, cleaned of its spaces."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "ltr", "autocomplete": "off"})
        super().__init__(**{"max_length": 42, "widget": widget, **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return read_iban(text) if text else ""
        except BadIban as error:
            raise forms.ValidationError(
                _("This is not an IBAN of a SEPA country, or a character of it is mistyped.")
            ) from error


class BicField(forms.CharField):
    """A BIC, in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"class": "ltr short", "autocomplete": "off"})
        super().__init__(**{"max_length": 11, "widget": widget, **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return read_bic(text) if text else ""
        except BadBic as error:
            raise forms.ValidationError(
                _("This is not a BIC: it has 8 or 11 letters and digits.")
            ) from error
