"""Forms of store connections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.domain.platforms import TRAITS
from brands.models import Platform

_SECRET: dict[str, Any] = {
    "widget": forms.PasswordInput(attrs={"class": "ltr", "autocomplete": "off"}),
    "max_length": 200,
    "required": False,
}


class ConnectionForm(forms.Form):
    platform = forms.ChoiceField(
        label=_("Your shop"), choices=Platform.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Only your team reads it."))
    shop_url = forms.URLField(label=_("Address of the shop"), required=False, assume_scheme="https")
    secret = forms.CharField(
        label=_("Signing secret of Shopify"),
        help_text=_(
            "Shopify makes it: Settings, Notifications, Webhooks, at the end of the page. For any "
            "other shop leave it empty; one is made for you."
        ),
        **_SECRET,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        traits = TRAITS.get(data.get("platform", ""))
        if traits and traits.gives_secret and not data.get("secret", "").strip():
            self.add_error("secret", _("Paste the secret that Shopify shows under Webhooks."))
        if traits and traits.needs_address and not data.get("shop_url"):
            self.add_error("shop_url", _("Enter the address of the shop."))
        return data


class RenameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    shop_url = forms.URLField(label=_("Address of the shop"), required=False, assume_scheme="https")


class KeysForm(forms.Form):
    """Keys of the shop's own API; both, or none to stop."""

    api_key = forms.CharField(
        label=_("Consumer key"),
        max_length=100,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "ltr", "autocomplete": "off", "placeholder": "ck_…"}
        ),
    )
    api_secret = forms.CharField(label=_("Consumer secret"), **_SECRET)

    def __init__(self, *args: Any, shop_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shop_url = shop_url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        key, secret = data.get("api_key", "").strip(), data.get("api_secret", "").strip()
        if bool(key) != bool(secret):
            self.add_error("api_secret" if key else "api_key", _("Paste both keys, or none."))
        if key and not self.shop_url:
            self.add_error(None, _("Save the address of the shop first."))
        return {"api_key": key, "api_secret": secret}


class RotateForm(forms.Form):
    """A new secret: given by Shopify, made here for any other shop."""

    secret = forms.CharField(label=_("New secret of Shopify"), **_SECRET)

    def __init__(self, *args: Any, platform: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].required = TRAITS[platform].gives_secret
        if not TRAITS[platform].gives_secret:
            del self.fields["secret"]
