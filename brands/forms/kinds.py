"""Forms of the kinds of creators."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class KindForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=40,
        help_text=_("For example Podcast or Ambassador. Only your team sees it."),
    )


class OfferForm(forms.Form):
    """Which kinds a group may be given."""

    keys = forms.MultipleChoiceField(
        label=_("Kinds of creators"),
        error_messages={"required": _("Tick one kind at least.")},
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"].choices = choices  # type: ignore[attr-defined]
