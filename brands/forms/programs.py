"""Forms of brands and programs: what is asked, with what is usual filled in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from brands.domain.codelinks import MAX_PATTERN, is_pattern
from brands.domain.destinations import Refused, check_destination, normalise_domain
from brands.forms.checks import ChecksForm
from brands.forms.fields import (
    AmountField,
    AmountsField,
    ListField,
    PercentField,
    currency_choices,
)
from brands.models import (
    ClickPolicy,
    CodePolicy,
    HoldAnchor,
    Precedence,
    Program,
)
from brands.wording import render_refusal
from core.zones import ZoneField

_ALIAS = re.compile(r"[a-z0-9_-]{1,20}")


class BrandForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Creators and shoppers know it by this name.")
    )
    time_zone = ZoneField(
        label=_("Time zone"), help_text=_("Days begin and payouts are made by this clock.")
    )


class DestinationsForm(forms.Form):
    """The domains links may lead to, and the page they lead to when no other is given."""

    landing_url = forms.CharField(
        label=_("Landing page"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Where a link leads when the creator picks no other page."),
    )
    domains = ListField(
        label=_("Allowed domains"),
        required=False,
        widget=forms.TextInput(attrs={"class": "ltr"}),
        help_text=_(
            "Links lead only there, so nobody can use yours to send people elsewhere. "
            "Separate several by commas; empty takes the one of the landing page."
        ),
    )
    brand_name = ""

    def clean_domains(self) -> list[str]:
        given = self.cleaned_data["domains"]
        host = _find_host(self.cleaned_data.get("landing_url", "").strip())
        return [self._clean_domain(domain) for domain in given or filter(None, [host])]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "landing_url" in data and data.get("domains"):
            self._clean_landing(data)
        elif "landing_url" in data and "domains" in data:
            self._refuse("landing_url", Refused("url.scheme"))
        return data

    def _clean_landing(self, data: dict[str, Any]) -> None:
        landing = check_destination(
            data["landing_url"].strip(), data["domains"], allow_local=settings.LOCAL
        )
        if isinstance(landing, Refused):
            self._refuse("landing_url", landing, data["domains"])
        else:
            data["landing_url"] = landing

    def _clean_domain(self, domain: str) -> str:
        host = normalise_domain(domain, allow_local=settings.LOCAL)
        if isinstance(host, Refused):
            raise ValidationError(render_refusal(host, brand=self.brand_name, domains=()))
        return host

    def _refuse(self, field: str, refused: Refused, domains: list[str] | None = None) -> None:
        text = render_refusal(refused, brand=self.brand_name, domains=domains or ())
        self.add_error(field, text)


def _find_host(url: str) -> str | None:
    """Return the host of an address as it is typed; None where it has none or cannot be read."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


class ProgramForm(DestinationsForm):
    """A first or further program; the rest is filled in and can be changed later."""

    name = forms.CharField(label=_("Name of the program"), max_length=120)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=currency_choices,
        help_text=_("Of your shop, usually. It stays for the life of the program."),
    )
    field_order = ["name", "currency", "landing_url", "domains"]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"])


class FirstRuleForm(forms.Form):
    """The one question of the first rule: what creators earn."""

    kind = forms.ChoiceField(
        label=_("Paid as"),
        choices=[
            ("percent", _("A percent of each order")),
            ("flat_order", _("A fixed amount per order")),
        ],
        widget=forms.RadioSelect,
        initial="percent",
    )
    rate_bps = PercentField(label=_("Percent"), required=False, initial=1000)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"] = AmountField(
            currency=currency,
            required=False,
            label=_("Fixed amount"),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == "percent" and data.get("rate_bps") == 0:
            self.add_error("rate_bps", _("Enter a percent from 0.01 to 100, for example 12.5."))
        if data.get("kind") == "flat_order" and "amount" in data and data["amount"] is None:
            self.add_error("amount", _("Enter what each order pays, for example 5.00."))
        return data


class SettingsForm(forms.Form):
    """A section of a program's settings; its fields are named like the program's columns."""

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        self.program = program
        super().__init__(*args, **kwargs)
        self.fields |= self.list_more_fields()
        self.initial = {name: getattr(program, name) for name in self.fields}

    def list_more_fields(self) -> dict[str, forms.Field]:
        """Return the fields that depend on the program."""
        return {}

    def list_changes(self) -> dict[str, Any]:
        """Return what would be another value than now, by column."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value != getattr(self.program, name)
        }


class IdentityForm(SettingsForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=_("About the program"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Shown on its public page."),
    )
    disclosure = forms.CharField(
        label=_("Words of disclosure"),
        max_length=200,
        required=False,
        help_text=_("A hashtag or text creators must use, shown to them beside the law's own."),
    )
    is_listed = forms.BooleanField(
        label=_("Listed in the directory"),
        required=False,
        help_text=_("Off: only people with the address of its page find it."),
    )
    is_auto_approving = forms.BooleanField(
        label=_("Approve applications at once"),
        required=False,
        help_text=_("Off: each one waits until somebody of your team decides."),
    )
    max_creators = forms.IntegerField(
        label=_("At most so many creators"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("When that many are in, nobody else can join. Empty: no limit."),
    )


class TrackingForm(DestinationsForm, ChecksForm, SettingsForm):
    window_days = forms.IntegerField(
        label=_("A click counts for"),
        min_value=1,
        max_value=365,
        help_text=_("Days between a click and the order; 1 to 365, usual are 30."),
    )
    click_policy = forms.ChoiceField(label=_("Which click decides"), choices=ClickPolicy.choices)
    precedence = forms.ChoiceField(
        label=_("When a code and a click disagree"), choices=Precedence.choices
    )
    code_policy = forms.ChoiceField(label=_("When a code earns"), choices=CodePolicy.choices)
    is_binding_customers = forms.BooleanField(
        label=_("A customer stays with the creator who brought him first"), required=False
    )
    binding_orders = forms.IntegerField(
        label=_("For how many orders a customer stays"),
        required=False,
        min_value=2,
        max_value=1000,
        help_text=_("The first order counts. Empty: for all that follow. Kept as it was then."),
    )
    is_keeping_rate = forms.BooleanField(
        label=_("A customer who stays keeps the rates of his first order"),
        required=False,
        help_text=_("Later rules and groups do not change what this customer's orders pay."),
    )
    is_crediting_renewals = forms.BooleanField(
        label=_("Renewals of a subscription go to the creator of its first order"),
        required=False,
        help_text=_("They carry no click. The store must name the subscription with each order."),
    )
    is_yielding_to_ads = forms.BooleanField(
        label=_("Your own advertising comes first"),
        required=False,
        help_text=_("If the last visit came from a paid ad of yours, no click earns."),
    )
    is_honouring_gpc = forms.BooleanField(
        label=_("Respect Global Privacy Control"),
        required=False,
        help_text=_("Browsers that ask not to be followed get no click token; codes still earn."),
    )
    ref_aliases = ListField(
        label=_("Further link parameters"),
        required=False,
        widget=forms.TextInput(attrs={"class": "ltr"}),
        help_text=_("Names that links of an earlier system carry, for example via, aff."),
    )
    code_url = forms.CharField(
        label=_("Address that applies a code"),
        required=False,
        max_length=MAX_PATTERN,
        widget=forms.TextInput(attrs={"class": "ltr"}),
        help_text=_(
            "How your shop takes a discount code from an address, so that links can apply it: a"
            " parameter such as ?coupon={code}, or for Shopify /discount/{code}?redirect={path}."
            " Known already for myshopify.com and Stripe's payment links. Empty: links apply none."
        ),
    )
    field_order = [
        *("landing_url", "domains", "window_days", "click_policy", "precedence", "code_policy"),
        *ChecksForm.base_fields,
    ]

    def clean_code_url(self) -> str:
        pattern: str = self.cleaned_data["code_url"].removeprefix("{destination}")
        if pattern and not is_pattern(pattern):
            raise ValidationError(
                _("Write ?NAME={code}, or /PATH/{code}?NAME={path}, without the name of the shop.")
            )
        return pattern

    def clean_ref_aliases(self) -> list[str]:
        aliases = [alias.lower() for alias in self.cleaned_data["ref_aliases"]]
        for alias in aliases:
            if not _ALIAS.fullmatch(alias):
                message = _("%(alias)s cannot be one: 1 to 20 of a-z, 0-9, _ and -.")
                raise ValidationError(message, params={"alias": alias[:40]})
        return aliases


class HoldForm(SettingsForm):
    hold_days = forms.IntegerField(label=_("Days until a commission is released"), min_value=0)
    hold_anchor = forms.ChoiceField(label=_("Counted from"), choices=HoldAnchor.choices)

    def clean_hold_days(self) -> int:
        days: int = self.cleaned_data["hold_days"]
        low, high = settings.HOLD_DAYS_MIN, settings.HOLD_DAYS_MAX
        if days != self.program.hold_days and not low <= days <= high:
            message = _("This installation allows %(low)s to %(high)s days.")
            raise ValidationError(message, params={"low": low, "high": high})
        return days


class CountForm(SettingsForm):
    is_base_before_discount = forms.BooleanField(
        label=_("Count prices before discounts"), required=False
    )
    is_base_with_tax = forms.BooleanField(label=_("Count tax"), required=False)
    is_base_with_shipping = forms.BooleanField(label=_("Count shipping"), required=False)
    is_base_without_gift_cards = forms.BooleanField(
        label=_("Leave out gift cards"),
        required=False,
        help_text=_("They are money for a later order, which would earn again."),
    )

    def list_more_fields(self) -> dict[str, forms.Field]:
        return _cap_fields(self.program.currency)


def _cap_fields(currency: str) -> dict[str, forms.Field]:
    return {
        "cap_order": AmountsField(
            currency=currency,
            required=False,
            label=_("At most per order"),
            help_text=_("One amount per currency, for example 50.00 EUR. Empty: no limit."),
        ),
        "cap_creator_week": AmountsField(
            currency=currency,
            required=False,
            label=_("At most per creator and week"),
            help_text=_("From Monday to Sunday. Days are those of your brand's time zone."),
        ),
        "cap_creator_month": AmountsField(
            currency=currency, required=False, label=_("At most per creator and month")
        ),
        "cap_creator_quarter": AmountsField(
            currency=currency, required=False, label=_("At most per creator and quarter")
        ),
        "cap_creator_lifetime": AmountsField(
            currency=currency, required=False, label=_("At most per creator, ever")
        ),
        "budget_minor": AmountField(
            currency=currency,
            required=False,
            label=_("Budget of the whole program, in %(currency)s") % {"currency": currency},
            help_text=_("You are told when 80 % and 100 % of it are used."),
        ),
    }


SECTIONS: Mapping[str, type[SettingsForm]] = {
    "identity": IdentityForm,
    "tracking": TrackingForm,
    "hold": HoldForm,
    "base": CountForm,
}


class GroupForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    partner_type = forms.ChoiceField(
        label=_("Kind of creators"),
        help_text=_(
            "Codes of coupon, cashback and loyalty sites earn only with a click of their own."
        ),
    )
    hold_days = forms.IntegerField(
        label=_("Days until a commission is released"),
        required=False,
        min_value=0,
        help_text=_("Empty: as in the program."),
    )

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner_type"].choices = kinds  # type: ignore[attr-defined]


class OwnTermsForm(forms.Form):
    own_terms = forms.CharField(
        label=_("Your own text"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Stands below the generated text, as you write it."),
    )
