"""Forms of a brand's own words, and of the sender of its mail."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy, ngettext

from core.letters import direction_of, list_unknown
from core.notices import Kind


class WordsForm(forms.Form):
    """Subject and text with placeholders of the kind."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=150,
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=4000,
        help_text=gettext_lazy(
            "A line whose placeholder has no value is left out. “Words: {url}” alone in a "
            "paragraph becomes a button."
        ),
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def __init__(self, *args: Any, kind: Kind, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for field in self.fields.values():
            field.widget.attrs |= {"lang": language, "dir": direction_of(language)}

    @property
    def words(self) -> tuple[str, str]:
        return self.cleaned_data["subject"], self.cleaned_data["text"]

    def clean_subject(self) -> str:
        return self._check(self.cleaned_data["subject"])

    def clean_text(self) -> str:
        return self._check(self.cleaned_data["text"])

    def _check(self, words: str) -> str:
        if unknown := list_unknown(words, self.kind.placeholders):
            message = ngettext(
                "%(names)s is no placeholder of this e-mail. Use those listed beside it.",
                "%(names)s are no placeholders of this e-mail. Use those listed beside it.",
                len(unknown),
            )
            raise ValidationError(message, params={"names": ", ".join(unknown)})
        return words


class SenderForm(forms.Form):
    """Under which name a brand writes, and where answers go."""

    from_name = forms.CharField(
        label=gettext_lazy("Name of the sender"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Empty: the name of the brand. Readers see it with “via” and ours."),
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Address for answers"),
        max_length=254,
        required=False,
        help_text=gettext_lazy(
            "We mail a link there; the address is used once somebody who reads it has confirmed it."
        ),
    )
