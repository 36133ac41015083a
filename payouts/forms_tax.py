"""What a creator declares for tax, and what a brand enters to reckon it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.forms.fields import AmountsField, PercentField
from payouts.domain.vatnumbers import (
    WrongCountry,
    WrongForm,
    read_country,
    read_vat_number,
)
from payouts.models import PayeeKind, TaxKind, TaxProfile, TaxRate, TaxThreshold, VatStatus
from payouts.services.tax import PROFILE_FIELDS, Declaration, read_details


class CountryField(forms.RegexField):
    """A country by its two letters (ISO 3166-1), in capitals; EL of VAT numbers stands for GR."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^[A-Za-z]{2}$", widget=forms.TextInput(attrs={"class": "ltr short"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        return read_country(str(super().clean(value)))


def check_vat_number(form: forms.Form, cleaned: dict[str, Any], country: str) -> None:
    """Write the VAT number as its country does, or say what does not fit."""
    number = cleaned.get("vat_number")
    if not number or not country:
        return
    try:
        cleaned["vat_number"] = read_vat_number(number, country=country)
    except WrongCountry as error:
        text = _("This number begins as those of %(other)s do, and the country is %(country)s.")
        form.add_error("vat_number", text % {"other": error.args[0], "country": country})
    except WrongForm:
        text = _("No VAT number of %(country)s looks like this. Enter it with its first letters.")
        form.add_error("vat_number", text % {"country": country})


class TaxCountryForm(forms.Form):
    """Where a brand pays tax; with none, no tax is reckoned."""

    country = CountryField(
        label=_("Country where the brand pays tax"),
        required=False,
        help_text=_("Two letters, for example DE. Empty: no tax is reckoned."),
    )


class BrandPartyForm(forms.Form):
    """Who the brand is on the invoices it writes in creators' names."""

    legal_name = forms.CharField(
        label=_("Legal name of the brand"),
        required=False,
        max_length=120,
        help_text=_("Empty: no invoices are written."),
    )
    address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    vat_number = forms.RegexField(r"^[A-Za-z0-9 .-]{4,20}$", label=_("VAT number"), required=False)
    invoice_prefix = forms.RegexField(
        r"^[A-Za-z0-9/._-]{1,20}$",
        label=_("What stands before the number"),
        required=False,
        help_text=_("For example SB-. The numbers go on whatever stands before them."),
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean(self) -> dict[str, Any]:
        """Ask for the address of whoever is named, and for a VAT number of the brand's country."""
        cleaned: dict[str, Any] = super().clean() or {}
        check_vat_number(self, cleaned, self.country)
        if cleaned.get("legal_name") and not cleaned.get("address"):
            self.add_error("address", _("An invoice names the address too."))
        return cleaned


class TaxRateForm(forms.Form):
    """A rate from a day on."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TaxKind.choices)
    country = CountryField(
        label=_("Country of the creator"),
        required=False,
        help_text=_(
            "Two letters. Empty, for withholding: every country without a rate of its own."
        ),
    )
    rate_bps = PercentField(
        label=_("Percent of the commission"), required=False, help_text=_("Empty: 0 %.")
    )
    starts_on = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("An older rate of the same kind and country gives way from this day on."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until another takes its place."),
    )
    note = forms.CharField(
        label=_("Where you have it from"),
        max_length=200,
        help_text=_("For example the law, or the letter of your tax adviser."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the country of VAT, and for an end after the beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") == TaxKind.VAT and cleaned.get("country") == "":
            self.add_error("country", _("Enter the country whose VAT it is."))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return cleaned

    def read(self) -> TaxRate:
        """Return the rate, not stored yet."""
        return TaxRate(**self.cleaned_data)


class ThresholdForm(forms.Form):
    """From which commissions of a year on something is due."""

    country = CountryField(
        label=_("Country of the creator"),
        required=False,
        help_text=_("Two letters. Empty: every country."),
    )
    amount = AmountsField(
        label=_("Commissions of a year"), help_text=_("With its currency, for example 600.00 USD.")
    )
    note = forms.CharField(
        label=_("What is due"), max_length=200, help_text=_("For example Form 1099-NEC.")
    )

    def clean_amount(self) -> tuple[str, int]:
        """Return the currency and the minor units of the one amount."""
        amounts = list(self.cleaned_data["amount"].items())
        if len(amounts) != 1:
            raise forms.ValidationError(_("Enter one amount with its currency."))
        currency, minor = amounts[0]
        return str(currency), int(minor)

    def read(self) -> TaxThreshold:
        """Return the threshold, not stored yet."""
        currency, minor = self.cleaned_data["amount"]
        return TaxThreshold(
            country=self.cleaned_data["country"],
            currency=currency,
            amount_minor=minor,
            note=self.cleaned_data["note"],
        )


class TaxForm(forms.Form):
    """As a tax office would ask it; fits W-9, W-8BEN and European invoices."""

    kind = forms.ChoiceField(label=_("Who is paid"), choices=PayeeKind.choices)
    legal_name = forms.CharField(
        label=_("Legal name"), max_length=120, help_text=_("As your tax office knows it.")
    )
    address = forms.CharField(
        label=_("Address"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    country = CountryField(
        label=_("Country where you pay tax"),
        help_text=_("Two letters, for example DE."),
    )
    tax_id = forms.RegexField(
        r"^[A-Za-z0-9 ./-]{4,30}$",
        label=_("Tax number"),
        help_text=_("In the United States SSN or EIN, elsewhere the number of your tax office."),
    )
    vat_status = forms.ChoiceField(label=_("VAT"), choices=VatStatus.choices)
    vat_number = forms.RegexField(
        r"^[A-Za-z0-9 .-]{4,20}$",
        label=_("VAT number"),
        required=False,
        help_text=_("With its first letters, for example DE123456789; in Greece they are EL."),
    )
    agrees = forms.BooleanField(
        label=_("The brand may write invoices in my name (self-billing)"),
        required=False,
        help_text=_("You may end this at any time on this page."),
    )
    is_true = forms.BooleanField(label=_("What I declare here is true and complete"))

    def __init__(self, *args: Any, profile: TaxProfile | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if profile is not None:
            self.initial = {
                **read_details(profile),
                "country": profile.country,
                "kind": profile.kind,
                "vat_status": profile.vat_status,
                "agrees": profile.self_billing_version is not None,
            }

    def clean(self) -> dict[str, Any]:
        """Ask for the VAT number of whoever is registered, and of nobody else."""
        cleaned: dict[str, Any] = super().clean() or {}
        is_registered = cleaned.get("vat_status") == VatStatus.REGISTERED
        if is_registered and not cleaned.get("vat_number") and "vat_number" not in self.errors:
            self.add_error("vat_number", _("Enter the VAT number you are registered under."))
        check_vat_number(self, cleaned, cleaned.get("country", ""))
        return cleaned

    def read(self) -> Declaration:
        """Return what was declared."""
        asked = self.cleaned_data
        return Declaration(
            country=asked["country"],
            kind=asked["kind"],
            vat_status=asked["vat_status"],
            details={name: asked[name].strip() for name in PROFILE_FIELDS},
            agrees_to_self_billing=asked["agrees"],
        )
