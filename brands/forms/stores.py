"""Forms of store connections."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
        if data.get("platform") == Platform.SHOPIFY and not data.get("secret", "").strip():
            self.add_error("secret", _("Paste the secret that Shopify shows under Webhooks."))
        return data


class RenameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    shop_url = forms.URLField(label=_("Address of the shop"), required=False, assume_scheme="https")


class RotateForm(forms.Form):
    """A new secret: given by Shopify, made here for any other shop."""

    secret = forms.CharField(label=_("New secret of Shopify"), **_SECRET)

    def __init__(self, *args: Any, platform: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].required = platform == Platform.SHOPIFY
        if platform != Platform.SHOPIFY:
            del self.fields["secret"]
