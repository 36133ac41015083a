"""Forms of the addresses that events go to."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from brands.services.endpoints import AddressRefused, check_address
from core.topics import TEST, TOPICS

ALL, CHOSEN = "all", "chosen"


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("https, on the public internet, port 443 or 8443."),
        widget=forms.URLInput(
            attrs={"class": "ltr", "placeholder": "https://api.shop.example/fairshare"}
        ),
    )
    description = forms.CharField(
        label=_("What it is for"),
        max_length=120,
        required=False,
        help_text=_("Only your team reads it."),
    )
    scope = forms.ChoiceField(
        label=_("Which events"),
        choices=[(ALL, _("All, also those to come")), (CHOSEN, _("Only those ticked below"))],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    topics = forms.MultipleChoiceField(
        label=_("Events"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics: Any = self.fields["topics"]
        topics.choices = [
            (one.name, format_html('{} <bdi class="code" dir="ltr">{}</bdi>', one.about, one.name))
            for one in TOPICS.values()
            if one.name != TEST
        ]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            check_address(url)
        except AddressRefused:
            raise forms.ValidationError(
                _("Nothing is sent there. It takes https, a host and port 443 or 8443.")
            ) from None
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("scope") == ALL:
            data["topics"] = []
        elif data.get("scope") == CHOSEN and not data.get("topics"):
            self.add_error("topics", _("Tick one event at least."))
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """Return what the services take."""
        return {name: self.cleaned_data[name] for name in ("url", "description", "topics")}


class SinceForm(forms.Form):
    """From which day on what was not delivered is brought once more."""

    since = forms.DateField(label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}))
