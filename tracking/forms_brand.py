"""What a member of a brand writes when he decides about an order or a commission."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from core.models import Brand
from core.money import AmountError, parse_amount
from tracking.selectors_brand import list_enrollments_to_credit

REASON_LENGTH = 500


class ReasonForm(forms.Form):
    """A reason that the creator reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The creator reads it as you write it."),
        error_messages={"required": _("Write the reason: the creator will ask for it.")},
    )


class AdjustForm(ReasonForm):
    """By how much a commission is raised or lowered; `delta_minor` is signed."""

    direction = forms.ChoiceField(
        label=_("Change"),
        choices=[("up", _("Raise the commission")), ("down", _("Lower the commission"))],
        widget=forms.RadioSelect,
        initial="up",
    )
    amount = forms.CharField(
        label=_("By how much"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "ltr"}),
    )
    field_order = ("direction", "amount", "reason")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int:
        """Return the amount in minor units."""
        try:
            minor = parse_amount(self.cleaned_data["amount"].strip(), self.currency)
        except AmountError:
            raise forms.ValidationError(
                _("Enter an amount in %(currency)s with a point, for example 2.50."),
                params={"currency": self.currency},
            ) from None
        if minor <= 0:
            raise forms.ValidationError(_("Enter an amount above zero."))
        return minor

    @property
    def delta_minor(self) -> int:
        """Return the signed change in minor units."""
        minor: int = self.cleaned_data["amount"]
        return minor if self.cleaned_data["direction"] == "up" else -minor


class EnrollmentField(forms.ModelChoiceField):
    """A creator with his program, chosen by the public id."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.affiliation.affiliate.display_name} · {obj.program.name}"


class CreditForm(ReasonForm):
    """Who gets the order, and why."""

    enrollment = EnrollmentField(
        label=_("Creator"),
        queryset=Enrollment.objects.none(),
        to_field_name="public_id",
        empty_label=_("Choose a creator"),
        error_messages={"required": _("Choose the creator who gets the order.")},
    )
    field_order = ("enrollment", "reason")

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["enrollment"]
        field.queryset = list_enrollments_to_credit(brand)  # type: ignore[attr-defined]
        self.has_creators = field.queryset.exists()  # type: ignore[attr-defined]
