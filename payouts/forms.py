"""Forms of payouts: bank details, a reference, a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class BankForm(forms.Form):
    """Where a creator's bank transfer goes: an IBAN, or an account number and bank code."""

    account_name = forms.CharField(label=_("Account holder"), max_length=120)
    iban = forms.CharField(
        label=_("IBAN"), max_length=42, required=False, help_text=_("Where your bank has one.")
    )
    account_number = forms.CharField(label=_("Account number"), max_length=40, required=False)
    bank_code = forms.CharField(
        label=_("Bank or routing code"),
        max_length=40,
        required=False,
        help_text=_("BIC, sort code or routing number."),
    )
    bank_name = forms.CharField(label=_("Bank"), max_length=80, required=False)
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country of the bank"),
        required=False,
        help_text=_("Two letters, for example DE."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two ways to name an account."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("iban") and not cleaned.get("account_number"):
            self.add_error("iban", _("Enter an IBAN, or an account number with its bank code."))
        return cleaned


class CountryForm(forms.Form):
    """In which country a creator has his Stripe account."""

    country = forms.RegexField(
        r"^[A-Za-z]{2}$", label=_("Your country"), help_text=_("Two letters, for example DE.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The form of a bank account stands on the same page and asks for a country, too.
        super().__init__(*args, **{**kwargs, "auto_id": "id_stripe_%s"})


class ReferenceForm(forms.Form):
    """The bank's reference of a payment a person made."""

    reference = forms.CharField(
        label=_("Bank reference"), max_length=120, help_text=_("As your bank statement shows it.")
    )


class ReasonForm(forms.Form):
    """Why, in words the creator may read."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
