"""The declaration a creator makes for tax."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payouts.models import PayeeKind, TaxProfile, VatStatus
from payouts.services.tax import PROFILE_FIELDS, Declaration, read_details


class TaxForm(forms.Form):
    """As a tax office would ask it; fits W-9, W-8BEN and European invoices."""

    kind = forms.ChoiceField(label=_("Who is paid"), choices=PayeeKind.choices)
    legal_name = forms.CharField(
        label=_("Legal name"), max_length=120, help_text=_("As your tax office knows it.")
    )
    address = forms.CharField(
        label=_("Address"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
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
        help_text=_("With its country, for example DE123456789."),
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
        return cleaned

    def read(self) -> Declaration:
        """Return what was declared."""
        asked = self.cleaned_data
        return Declaration(
            country=asked["country"].upper(),
            kind=asked["kind"],
            vat_status=asked["vat_status"],
            details={name: asked[name].strip() for name in PROFILE_FIELDS},
            agrees_to_self_billing=asked["agrees"],
        )
