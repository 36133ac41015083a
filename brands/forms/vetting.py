"""Writing the checklist of a program."""

from django import forms
from django.utils.translation import gettext_lazy as _


class VettingPointForm(forms.Form):
    """One point, as a brand words it."""

    words = forms.CharField(
        label=_("What to check"),
        max_length=80,
        help_text=_("Short, as a fact that holds or does not. For example: The site is live"),
        error_messages={"required": _("Write what to check, for example: The site is live.")},
    )

    def clean_words(self) -> str:
        return " ".join(self.cleaned_data["words"].split())
