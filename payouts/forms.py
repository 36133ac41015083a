"""Forms of payouts: where a creator is paid, what the bank did, a reason."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.forms.fields import AmountField
from core import formats
from core.bankfields import IbanField
from core.money import Money
from core.wording import current_language
from payouts.domain.export_sepa import NAME_LENGTH, to_latin
from payouts.domain.export_wise import FIELDS as WISE_FIELDS
from payouts.models import Payout


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


class CountryField(forms.RegexField):
    """A country in two letters (ISO 3166-1 alpha-2)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z]{2}\Z", help_text=_("Two letters, for example DE."), **kwargs)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).upper()


class CountryForm(forms.Form):
    """In which country a creator has his Stripe account."""

    country = CountryField(label=_("Your country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The form of a bank account stands on the same page and asks for a country, too.
        super().__init__(*args, **{**kwargs, "auto_id": "id_stripe_%s"})


class SepaMethodForm(forms.Form):
    """Where a creator's SEPA transfer goes."""

    account_name = forms.CharField(label=_("Account holder"), max_length=70)
    iban = IbanField(label=_("IBAN"))

    def clean_account_name(self) -> str:
        """Refuse a name of which nothing is left in the letters banks take."""
        name = str(self.cleaned_data["account_name"])
        if not to_latin(name, NAME_LENGTH):
            raise forms.ValidationError(_("Write the name as your bank has it."))
        return name


class PayPalMethodForm(forms.Form):
    """A creator's PayPal address."""

    email = forms.EmailField(
        label=_("PayPal address"),
        max_length=127,
        help_text=_("The e-mail address of your PayPal account. It must be confirmed there."),
    )
    country = CountryField(label=_("Country of your PayPal account"))


class ManualMethodForm(forms.Form):
    """How a creator wants to be paid outside."""

    how = forms.CharField(
        label=_("How you want to be paid"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example in cash at the office. The team reads this when it pays you."),
    )


class WiseMethodForm(forms.Form):
    """A creator's account in the currency it is kept in; each currency asks for its own fields."""

    account_name = forms.CharField(label=_("Account holder"), max_length=70)
    receiver_type = forms.ChoiceField(
        label=_("Who holds it"),
        choices=[("PERSON", _("A person")), ("INSTITUTION", _("A company"))],
    )
    email = forms.EmailField(label=_("E-mail for Wise"), max_length=120, required=False)
    currency = forms.ChoiceField(
        label=_("Currency of the account"),
        choices=[(code, code) for code in sorted(WISE_FIELDS)],
        initial="EUR",
        help_text=_(
            "GBP: sort code and account number. USD: routing number, account number, kind and "
            "address. CAD: institution, transit and account number, kind. AUD: BSB and account "
            "number. All others: IBAN."
        ),
    )
    iban = IbanField(label=_("IBAN"), required=False)
    account_number = forms.CharField(label=_("Account number"), max_length=40, required=False)
    sort_code = forms.RegexField(r"^[0-9 -]{6,8}$", label=_("Sort code"), required=False)
    routing_number = forms.RegexField(
        r"^[0-9]{9}$", label=_("Routing number (ABA)"), required=False
    )
    institution_number = forms.RegexField(
        r"^[0-9]{3}$", label=_("Institution number"), required=False
    )
    transit_number = forms.RegexField(r"^[0-9]{5}$", label=_("Transit number"), required=False)
    bsb_code = forms.RegexField(r"^[0-9]{3}-?[0-9]{3}$", label=_("BSB code"), required=False)
    account_type = forms.ChoiceField(
        label=_("Kind of account"),
        choices=[("CHECKING", _("Checking")), ("SAVINGS", _("Savings"))],
        required=False,
    )
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        required=False,
        help_text=_("Two letters, for example DE."),
    )
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    address = forms.CharField(label=_("Street and number"), max_length=120, required=False)
    post_code = forms.CharField(label=_("Post code"), max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for what this currency needs, and keep nothing else of the account."""
        cleaned: dict[str, Any] = super().clean() or {}
        needed = WISE_FIELDS.get(cleaned.get("currency", ""), ())
        for name in needed:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This currency needs it."))
        account = {field for fields in WISE_FIELDS.values() for field in fields}
        return {
            name: value for name, value in cleaned.items() if name not in account or name in needed
        }


DetailForm = BankForm | SepaMethodForm | WiseMethodForm | PayPalMethodForm | ManualMethodForm


class ReferenceForm(forms.Form):
    """The bank's reference of a payment a person made."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=120,
        help_text=_("As your bank's or the service's statement shows it, or the receipt."),
    )


class ConfirmForm(ReferenceForm):
    """Which payouts were carried out, on which day, with which reference."""

    paid_on = forms.DateField(
        label=_("Paid on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    payouts = forms.MultipleChoiceField(
        error_messages={"required": _("Tick what was carried out.")}
    )

    field_order = ("reference", "paid_on")

    def __init__(
        self, *args: Any, payouts: Sequence[Payout], zone: str, now: datetime, **kwargs: Any
    ) -> None:
        self._today = now.astimezone(ZoneInfo(zone)).date()
        self._rows = {payout.public_id: payout for payout in payouts}
        super().__init__(*args, **kwargs)
        self.initial = {"paid_on": self._today, "payouts": list(self._rows)}
        field = self.fields["payouts"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # declared above
        field.choices = [(one, one) for one in self._rows]

    @property
    def chosen(self) -> list[Payout]:
        return [self._rows[one] for one in self.cleaned_data["payouts"]]

    def clean_paid_on(self) -> date:
        day: date = self.cleaned_data["paid_on"]
        if day > self._today:
            raise forms.ValidationError(_("This day is still to come."))
        return day


class ReasonForm(forms.Form):
    """Why, in words the creator may read."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class OwnMinimumForm(forms.Form):
    """From how much on a creator is paid: a field for each currency the brand pays in."""

    def __init__(self, *args: Any, brands: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brands = brands
        for currency, minor in sorted(brands.items()):
            least = formats.money_text(Money(minor, currency), language=current_language())
            self.fields[currency] = AmountField(
                currency=currency,
                required=False,
                label=_("Pay me from, in %(currency)s") % {"currency": currency},
                help_text=_("The brand pays from %(least)s. Empty: as the brand does.")
                % {"least": least},
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what is below the brand's own minimum."""
        cleaned: dict[str, Any] = super().clean() or {}
        amounts = {currency: minor for currency, minor in cleaned.items() if minor is not None}
        for currency, minor in amounts.items():
            if minor < self.brands[currency]:
                self.add_error(currency, _("This is below what the brand pays from."))
        return amounts


class WriteOffForm(ReasonForm):
    """Why what is to recover is written off, and how much of it was seen."""

    seen_minor = forms.IntegerField(widget=forms.HiddenInput)
