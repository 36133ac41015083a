"""Forms of an order that a creator looks up or asks a brand for."""

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.forms.fields import latin_digits
from core.images import PictureField
from tracking.domain.claims import NUMBER_LENGTH, AskedOrder, make_number_key

if TYPE_CHECKING:
    _ChoiceField = forms.ModelChoiceField[Enrollment]
else:
    _ChoiceField = forms.ModelChoiceField

MESSAGE_LENGTH = 1_000
EARLIEST = date(2000, 1, 1)

_PLAIN = re.compile(r"\d{1,16}(\.\d{1,4})?")
_AROUND = re.compile(r"^\D+|\D+$")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")


class PlaceField(_ChoiceField):
    """One of a creator's own programs, by the public id of his place in it."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.program.name} · {obj.affiliation.brand.name}"


class LookupForm(forms.Form):
    """An order by what stands on its receipt."""

    program = PlaceField(
        label=_("Program"),
        queryset=Enrollment.objects.none(),
        to_field_name="public_id",
        empty_label=None,
    )
    number = forms.CharField(
        label=_("Order number"),
        max_length=NUMBER_LENGTH,
        widget=forms.TextInput(attrs={"class": "ltr", "autocomplete": "off"}),
        help_text=_("As the store shows it, for example #1042."),
        error_messages={
            "required": _("Enter the order number as the store shows it, for example #1042.")
        },
    )
    placed_on = forms.DateField(
        label=_("Day of the order"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    total = forms.CharField(
        label=_("Total of the order"),
        required=False,
        max_length=30,
        widget=forms.TextInput(
            attrs={"class": "ltr", "inputmode": "decimal", "autocomplete": "off"}
        ),
        help_text=_("With tax and shipping, as on the receipt. The day or the total is enough."),
    )

    def __init__(self, *args: Any, places: Sequence[Enrollment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        rows = Enrollment.objects.filter(pk__in=[place.pk for place in places])
        field.queryset = rows.select_related(  # type: ignore[attr-defined]
            "program", "affiliation__brand"
        ).order_by("program__name", "pk")

    def clean_number(self) -> str:
        number = latin_digits(self.cleaned_data["number"])
        if not make_number_key(number):
            raise forms.ValidationError(self.fields["number"].error_messages["required"])
        return number

    def clean_placed_on(self) -> date | None:
        day: date | None = self.cleaned_data["placed_on"]
        if day is not None and day < EARLIEST:
            raise forms.ValidationError(_("Enter the day that stands on the receipt."))
        return day

    def clean_total(self) -> str:
        text = _AROUND.sub("", latin_digits(self.cleaned_data["total"]).replace("٫", "."))
        if not self.cleaned_data["total"]:
            return ""
        if _DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        text = text.replace(",", "").replace("٬", "").replace(" ", "").replace("\u00a0", "")
        if not _PLAIN.fullmatch(text):
            raise forms.ValidationError(_("Enter the total as on the receipt, for example 120.00."))
        return text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_wrong = self.errors.keys() & {"placed_on", "total"}
        if not is_wrong and not data.get("placed_on") and not data.get("total"):
            self.add_error("placed_on", _("Enter the day of the order, or its total."))
        return data

    @property
    def asked(self) -> AskedOrder:
        data = self.cleaned_data
        return AskedOrder(data["number"], data["placed_on"], data["total"])


class MessageForm(forms.Form):
    """What one side writes to the other."""

    text = forms.CharField(
        label=_("Message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what the other side should know.")},
    )


class AskForm(LookupForm):
    """The order, what the creator says of it, and what he shows.

    `is_about_own`: it is an order he has; which one is known then.
    """

    text = forms.CharField(
        label=_("What happened"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("How you know of the order: who told you, where your link or code stood."),
        error_messages={"required": _("Write in a sentence how you know of the order.")},
    )
    picture = PictureField(
        label=_("Screenshot"),
        required=False,
        help_text=_(
            "For example the receipt. Cover the shopper's name and address first. PNG, JPEG, WebP"
            " or GIF, up to 10 MB."
        ),
    )

    def __init__(self, *args: Any, is_about_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_about_own = is_about_own
        if is_about_own:
            for name in ("program", "number", "placed_on", "total"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_about_own else super().clean()
