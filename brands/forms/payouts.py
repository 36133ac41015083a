"""Forms of the payout policy and the rails; keys go in and never come out."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from brands.domain.schedule import DAYS, LAST, Rhythm, Schedule
from brands.forms.fields import AmountsField
from brands.models import PayoutPolicy, PayoutRhythm
from brands.services.payouts import MAX_RECOVERY_DAYS
from core.bankfields import BicField, IbanField

_KEY: dict[str, Any] = {
    "widget": forms.PasswordInput(attrs={"class": "ltr", "autocomplete": "off"}),
    "max_length": 255,
    "required": False,
}


class PolicyForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=_("Payouts are made"), choices=PayoutRhythm, widget=forms.RadioSelect
    )
    day_of_month = forms.IntegerField(
        label=_("Payouts are made on day"),
        min_value=DAYS[0],
        max_value=DAYS[-1],
        help_text=_("Of each month, by the brand's clock; 1 to 28, so that every month has it."),
    )
    second_day = forms.IntegerField(
        label=_("And, where it is twice a month, on day"),
        required=False,
        min_value=1,
        max_value=LAST,
        help_text=_("At least a week after the first; 31 is the last day of every month."),
    )
    weekday = forms.TypedChoiceField(
        label=_("Where it is every week, on"),
        required=False,
        choices=list(WEEKDAYS.items()),
        coerce=int,
        empty_value=None,
    )
    minimums = AmountsField(
        label=_("A payout is made from"),
        required=False,
        help_text=_(
            "One amount per currency: 50.00 EUR, 5000 JPY. A currency without one is not paid."
        ),
    )
    approval_limits = AmountsField(
        label=_("A second person approves from"),
        required=False,
        help_text=_(
            "The total of a run, one amount per currency. Empty: one person is enough. A higher "
            "limit, or none, counts after 24 hours; all owners are told."
        ),
    )
    recovery_days = forms.IntegerField(
        label=_("Refunds after release are taken from later commissions for"),
        min_value=0,
        max_value=MAX_RECOVERY_DAYS,
        help_text=_("Days; what is left then is written off, visibly."),
    )

    def __init__(self, *args: Any, policy: PayoutPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(policy, name) for name in self.fields}

    def clean(self) -> dict[str, Any]:
        """Ask for days that are a week apart; one that is left out stays as it is."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("second_day", "weekday"):
            if data.get(name) is None:
                data[name] = self.initial[name]
        if not self.errors and not to_schedule(data).is_sane:
            text = _("Leave a week between the two days, and a week to the next month's first.")
            self.add_error("second_day", text)
        return data


def to_schedule(data: dict[str, Any]) -> Schedule:
    """Return the run days of a valid form."""
    return Schedule(
        Rhythm(data["rhythm"]), data["day_of_month"], data["second_day"], data["weekday"]
    )


class SwitchForm(forms.Form):
    """A way of paying that needs nothing but to be on."""

    is_enabled = forms.BooleanField(label=_("Pay this way"), required=False)


class SepaForm(forms.Form):
    """The account a brand pays from; what is stored of it is shown by its end."""

    is_enabled = forms.BooleanField(
        label=_("Pay by SEPA transfer file"),
        required=False,
        initial=True,
        help_text=_("Your bank carries out the whole file at once; you confirm it here."),
    )
    name = forms.CharField(label=_("Account holder"), max_length=70)
    iban = IbanField(label=_("IBAN you pay from"), required=False)
    bic = BicField(
        label=_("BIC"),
        required=False,
        help_text=_("Left empty, it is found from the IBAN where its country's list has it."),
    )
    schema = forms.ChoiceField(
        label=_("Version of the file"),
        choices=[
            ("pain.001.001.03", _("pain.001.001.03, which nearly every bank takes")),
            ("pain.001.001.09", _("pain.001.001.09, the newer one")),
        ],
    )


class AccountCountryField(forms.CharField):
    """The country of an account at a service, in two letters; it may be left open."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=2,
            widget=forms.TextInput(attrs={"class": "ltr short"}),
            help_text=_("Two letters, for example DE."),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        country = str(super().clean(value)).strip().upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError(_("Write the country in two letters, for example DE."))
        return country


class StripeForm(forms.Form):
    is_enabled = forms.BooleanField(label=_("Pay by Stripe"), required=False, initial=True)
    secret_key = forms.CharField(label=_("Secret key"), **_KEY)
    webhook_secret = forms.CharField(label=_("Signing secret of the webhook"), **_KEY)
    country = AccountCountryField(label=_("Country of your Stripe account"))

    def clean_secret_key(self) -> str:
        return str(self.cleaned_data["secret_key"]).strip()

    def clean_webhook_secret(self) -> str:
        return str(self.cleaned_data["webhook_secret"]).strip()


class PayPalForm(forms.Form):
    """The app of the PayPal account that pays."""

    is_enabled = forms.BooleanField(label=_("Pay by PayPal"), required=False, initial=True)
    mode = forms.ChoiceField(
        label=_("Which PayPal"),
        choices=[("live", _("Live: real money")), ("test", _("PayPal's own sandbox"))],
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "ltr", "autocomplete": "off"}),
    )
    secret_key = forms.CharField(label=_("Secret"), **_KEY)
    webhook_secret = forms.CharField(label=_("Webhook ID"), **_KEY)
    country = AccountCountryField(label=_("Country of your PayPal account"))


RailForm = SwitchForm | SepaForm | StripeForm | PayPalForm
