"""What the codes of a program give in a shop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.forms.fields import AmountsField, PercentField
from tracking.models import CodeDiscount, DiscountKind
from tracking.services.codebooks import BookTraits
from tracking.services.storecodes import Discount

OF_KIND = {
    DiscountKind.PERCENT: "rate_bps",
    DiscountKind.AMOUNT: "amounts",
    DiscountKind.COUPON: "coupon",
}


class DiscountForm(forms.Form):
    """The discount of a program; its kinds are those the shop has."""

    is_on = forms.BooleanField(label=_("Codes of this program go to the shop"), required=False)
    kind = forms.ChoiceField(label=_("What a code gives"), widget=forms.RadioSelect)
    rate_bps = PercentField(label=_("Percent"), required=False)
    amounts = AmountsField(
        label=_("Amount"),
        help_text=_("For example 5.00 EUR; for shops of several currencies one each, by commas."),
        required=False,
    )
    coupon = forms.CharField(
        label=_("Coupon"),
        help_text=_("Its id in the shop. What the coupon says is what each code gives."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "ltr"}),
    )
    minimums = AmountsField(
        label=_("Minimum order"),
        help_text=_("For example 25.00 EUR. Empty: none."),
        required=False,
    )
    is_once = forms.BooleanField(required=False)

    def __init__(self, *args: Any, traits: BookTraits, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.traits = traits
        kinds = [(one.value, one.label) for one in DiscountKind if one in traits.kinds]
        kind, once = self.fields["kind"], self.fields["is_once"]
        kind.choices = kinds  # type: ignore[attr-defined]
        kind.initial = kinds[0][0]
        once.label = str(traits.once_label)
        for name in ("amounts", "minimums"):
            self.fields[name].currency = currency  # type: ignore[attr-defined]
        for one, name in OF_KIND.items():
            if one not in traits.kinds:
                del self.fields[name]
        if len(kinds) == 1:
            kind.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        name = OF_KIND.get(data.get("kind", ""))
        if name and name not in self.errors and not data.get(name):
            self.add_error(name, _("Say what a code gives."))
        if not self.traits.has_many_minimums and len(data.get("minimums") or {}) > 1:
            self.add_error("minimums", _("This shop takes a minimum in one currency."))
        return data

    def to_discount(self) -> Discount:
        return Discount(**self.cleaned_data)


def read_known(row: CodeDiscount | None) -> dict[str, Any]:
    """Return what a form begins with."""
    if row is None:
        return {"is_on": True}
    names = ("is_on", "kind", "coupon", "minimums", "amounts", "is_once")
    return {**{name: getattr(row, name) for name in names}, "rate_bps": row.rate_bps or None}
