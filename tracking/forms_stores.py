"""Forms of store connections: what they ask is what the platform needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits

_SECRET: dict[str, Any] = {"class": "ltr", "autocomplete": "off"}
KEYS = ("key_1", "key_2", "key_3")
LONGEST_SECRET = 8000  # a set of public keys


class ConnectionForm(forms.Form):
    """A store to be connected; `platform` travels with it, chosen before."""

    platform = forms.SlugField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Only your team reads it."))
    shop_url = forms.URLField(label=_("Address of the shop"), required=False, assume_scheme="https")
    secret = forms.CharField(
        max_length=LONGEST_SECRET, required=False, widget=forms.PasswordInput(attrs=_SECRET)
    )

    def __init__(self, *args: Any, traits: Traits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.traits = traits
        _shape_address(self, traits)
        if traits.gives_secret:
            self.fields["secret"].label = str(traits.secret_name)
            self.fields["secret"].help_text = str(traits.secret_help)
            self.fields["secret"].required = True
            self.fields["secret"].error_messages["required"] = _(
                "Paste the secret that %(shop)s shows."
            ) % {"shop": traits.name}
        else:
            del self.fields["secret"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        _check_address(self, data)
        return data


class RenameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    shop_url = forms.URLField(label=_("Address of the shop"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, traits: Traits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.traits = traits
        _shape_address(self, traits)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        _check_address(self, data)
        return data


class KeysForm(forms.Form):
    """Keys of the shop's own API; all, or none to stop."""

    def __init__(self, *args: Any, traits: Traits, shop_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.traits, self.shop_url = traits, shop_url
        for name, key in zip(KEYS, traits.keys, strict=False):
            self.fields[name] = _make_field(key)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        keys = {name: data.get(name, "").strip() for name in self.fields}
        asked = zip(KEYS, self.traits.keys, strict=False)
        missing = [name for name, key in asked if not key.is_optional and not keys[name]]
        if missing and any(keys.values()):
            self.add_error(missing[0], _("Fill in all of the keys, or none."))
        address = self.traits.address
        if not missing and address and not (self.shop_url and address.fits(self.shop_url)):
            self.add_error(None, _("Save the address of the shop first."))
        return {"keys": [] if missing else list(keys.values())}


class RotateForm(forms.Form):
    """A new secret: given by a shop that makes its own, made here for any other."""

    secret = forms.CharField(max_length=LONGEST_SECRET, widget=forms.PasswordInput(attrs=_SECRET))

    def __init__(self, *args: Any, traits: Traits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secret"].label = _("New secret of %(shop)s") % {"shop": traits.name}
        if not traits.gives_secret:
            del self.fields["secret"]


def _make_field(key: KeyField) -> forms.CharField:
    attrs = _SECRET | ({"placeholder": key.example} if key.example else {})
    widget = forms.PasswordInput(attrs=attrs) if key.is_secret else forms.TextInput(attrs=attrs)
    return forms.CharField(label=str(key.label), max_length=2000, required=False, widget=widget)


def _shape_address(form: forms.Form, traits: Traits) -> None:
    if traits.address:
        form.fields["shop_url"].label = str(traits.address.label)
        form.fields["shop_url"].help_text = str(traits.address.help)
        form.fields["shop_url"].required = not traits.address.is_optional
        form.fields["shop_url"].error_messages["required"] = _("Enter the address of the shop.")


def _check_address(form: ConnectionForm | RenameForm, data: dict[str, Any]) -> None:
    address, given = form.traits.address, data.get("shop_url", "")
    if address is None or "shop_url" in form.errors:
        return
    if given and not address.fits(given):
        form.add_error("shop_url", str(address.error))
