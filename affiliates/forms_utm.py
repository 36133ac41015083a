"""UTM values: what a brand presets for its creators' links, and one value of a link."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from affiliates.domain.utm import MAX_UTM, PLACEHOLDERS, find_fault
from affiliates.models import UtmTemplate
from affiliates.services.utm import FIELDS
from affiliates.wording import render_utm_fault

MEANINGS = {
    "source": _("Who sends the visit."),
    "medium": _("The kind of channel, for example affiliate."),
    "campaign": _("What the visit belongs to."),
    "content": _("Which of several links it was."),
    "term": _("A word of search, or a detail of your own."),
}
USUAL = {
    "source": "{creator}",
    "medium": "affiliate",
    "campaign": "{program}",
    "content": "{link}",
    "term": "{subid}",
}


class UtmField(forms.CharField):
    """One UTM value, which says nothing personal; `allowed` are its placeholders."""

    def __init__(self, *, allowed: Collection[str], **kwargs: Any) -> None:
        self.allowed = allowed
        widget = forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"})
        super().__init__(max_length=MAX_UTM, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        text = " ".join(super().clean(value).split())
        if code := find_fault(text, allowed=self.allowed):
            raise forms.ValidationError(render_utm_fault(code, self.allowed))
        return text


class UtmTemplateForm(forms.Form):
    """A template: its name, and five values with placeholders."""

    name = forms.CharField(
        max_length=60, label=_("Name"), help_text=_("Creators choose it by this name.")
    )
    is_default = forms.BooleanField(
        required=False,
        label=_("Standard for new links"),
        help_text=_("Also for the first link a creator gets. Each creator may choose otherwise."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, template: UtmTemplate | None) -> None:
        named = ("name", "is_default", *FIELDS)
        initial = {key: getattr(template, key) for key in named} if template else USUAL
        super().__init__(data, initial=initial)
        self.fields |= {
            key: UtmField(allowed=PLACEHOLDERS, label=f"utm_{key}", help_text=MEANINGS[key])
            for key in FIELDS
        }
        self.order_fields(["name", *FIELDS, "is_default"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(data[key] for key in FIELDS):
            raise forms.ValidationError(_("Fill in at least one of the values."))
        return data

    def value_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS]

    @property
    def values(self) -> dict[str, str]:
        """Return the values that hold so far: what was typed and is right, else what was there."""
        typed = self.cleaned_data if self.is_bound and self.is_valid() else self.initial
        return {key: str(typed.get(key, "")) for key in FIELDS}
