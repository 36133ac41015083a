"""The form of a brand's own link domain."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.domain.destinations import Refused
from brands.domain.linkhosts import read_cookie_domain, read_host


class LinkHostForm(forms.Form):
    """The host, and the shop's domain above it."""

    host = forms.CharField(
        label=_("Link domain"),
        max_length=253,
        help_text=_("A name of yours that is used for nothing else, such as go.shop.example."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
    cookie_domain = forms.CharField(
        label=_("Domain of the shop, for the cookie"),
        max_length=253,
        required=False,
        help_text=_(
            "Such as shop.example. A click is then remembered from the link on, also where a"
            " browser forgets what scripts keep. Leave it empty where no cookie may be set before"
            " the shopper was asked."
        ),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        host = read_host(data.get("host", ""))
        if isinstance(host, Refused):
            if "host" in data:
                self.add_error("host", _("Enter a name such as go.shop.example."))
            return data
        domain = read_cookie_domain(data.get("cookie_domain", ""), host)
        if isinstance(domain, Refused):
            self.add_error("cookie_domain", _("Enter a domain that the link domain is a part of."))
            return data
        return {"host": host, "cookie_domain": domain}
