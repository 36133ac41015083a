"""What a member of a brand writes when he decides about an order or a commission."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.forms.fields import AmountField
from core.models import Brand
from tracking.selectors_brand import list_enrollments_to_credit

if TYPE_CHECKING:
    _ChoiceField = forms.ModelChoiceField[Enrollment]
else:
    _ChoiceField = forms.ModelChoiceField

REASON_LENGTH = 500
MESSAGE_LENGTH = 1_000


class ReasonForm(forms.Form):
    """A reason that the creator reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The creator reads it as you write it."),
        error_messages={"required": _("Write the reason: the creator will ask for it.")},
    )


class NoteForm(ReasonForm):
    """A reason that stays in the brand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "For your team, in the history. The creator does not see it."
        )
        self.fields["reason"].error_messages["required"] = _("Write the reason for your team.")


class QuestionForm(ReasonForm):
    """What the creator is asked."""

    reason = forms.CharField(
        label=_("Question"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is mailed as you write it. The answer stands in the queue and here."),
        error_messages={"required": _("Write what you want to know.")},
    )


class AdjustForm(ReasonForm):
    """By how much a commission is raised or lowered; `delta_minor` is signed."""

    direction = forms.ChoiceField(
        label=_("Change"),
        choices=[("up", _("Raise the commission")), ("down", _("Lower the commission"))],
        widget=forms.RadioSelect,
        initial="up",
    )
    field_order = ("direction", "amount", "reason")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("By how much, in {currency}")
        self.fields["amount"] = AmountField(
            currency=currency, label=format_lazy(label, currency=currency)
        )
        self.order_fields(self.field_order)

    @property
    def delta_minor(self) -> int:
        """Return the signed change in minor units."""
        minor: int = self.cleaned_data["amount"]
        return minor if self.cleaned_data["direction"] == "up" else -minor


class EnrollmentField(_ChoiceField):
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
