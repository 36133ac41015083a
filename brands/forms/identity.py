"""The form of how a brand shows itself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.services.identity import Identity
from core.images import PictureField


class IdentityForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Creators and shoppers know it by this name.")
    )
    site_url = forms.URLField(
        label=_("Web site"),
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    logo = PictureField(
        label=_("Logo"),
        required=False,
        help_text=_(
            "Square looks best. PNG, JPEG, WebP or GIF, up to 10 MB. Without one its initials show."
        ),
    )
    claim_days = forms.IntegerField(
        label=_("Working days to answer a claim"),
        min_value=1,
        max_value=30,
        help_text=_(
            "A creator who misses an order may ask for it. This is the day you promise; questions"
            " asked before keep theirs."
        ),
    )
    is_logo_removed = forms.BooleanField(label=_("Take the logo away"), required=False)

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            del self.fields["is_logo_removed"]

    @property
    def identity(self) -> Identity:
        data = self.cleaned_data
        gone = "none" if data.get("is_logo_removed") else None
        return Identity(data["name"], data["site_url"], data["logo"] or gone, data["claim_days"])
