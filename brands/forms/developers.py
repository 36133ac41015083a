"""Forms of the pages for developers."""

from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.models import Scope

LIVES = [
    ("", _("Until it is revoked")),
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("One year")),
]


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Which program uses it; only your team reads it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Give no more than that program needs. It cannot be changed later."),
    )
    life = forms.ChoiceField(label=_("How long it works"), choices=LIVES, required=False)

    def expiry(self, now: datetime) -> datetime | None:
        """Return when the key ends, if it does."""
        days = self.cleaned_data["life"]
        return now + timedelta(days=int(days)) if days else None
