"""Writing the questions of a program, and answering them."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from brands.models import WITH_OPTIONS, Question, QuestionKind
from brands.services.questions import MAX_OPTIONS, Asking

MAX_ANSWER = 2000


class QuestionForm(forms.Form):
    """One question, as a brand words it."""

    words = forms.CharField(
        label=_("Question"),
        max_length=200,
        help_text=_("For example: How many people read your newsletter?"),
    )
    kind = forms.ChoiceField(label=_("Answered by"), choices=QuestionKind.choices)
    options = forms.CharField(
        label=_("List to choose from"),
        required=False,
        max_length=2200,
        help_text=_("One entry a line, 2 to 20 of them. Only for a list."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    help_text = forms.CharField(label=_("Help below the question"), required=False, max_length=300)
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)

    def clean_options(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines()]
        entries = list(dict.fromkeys(line for line in lines if line))
        if any(len(entry) > 100 for entry in entries):
            raise forms.ValidationError(_("An entry has at most 100 characters."))
        return entries

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") in WITH_OPTIONS:
            if not 2 <= len(data.get("options", [])) <= MAX_OPTIONS:
                self.add_error("options", _("A list to choose from has 2 to 20 entries."))
        else:
            data["options"] = []
        return data

    @property
    def asking(self) -> Asking:
        """Return what a valid form says."""
        return Asking(**self.cleaned_data)


def make_answer_field(question: Question) -> forms.Field:
    """Return the field of an application form in which a question is answered."""
    common: dict[str, Any] = {
        "label": format_html("<bdi>{}</bdi>", question.words),  # in the brand's language
        "help_text": question.help_text and format_html("<bdi>{}</bdi>", question.help_text),
        "required": question.is_required,
    }
    if question.kind == QuestionKind.SEVERAL:
        options = [(option, option) for option in question.options]
        ticks = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(choices=options, widget=ticks, **common)
    if question.kind in {QuestionKind.CHOICE, QuestionKind.YES_NO}:
        choices = _list_choices(question)
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if question.kind == QuestionKind.ADDRESS:
        return forms.CharField(
            max_length=300,
            validators=[URLValidator(schemes=["http", "https"])],
            widget=forms.URLInput(attrs={"placeholder": "https://"}),
            **common,
        )
    if question.kind == QuestionKind.TEXT:
        area = forms.Textarea(attrs={"rows": 4})
        return forms.CharField(max_length=MAX_ANSWER, widget=area, **common)
    return forms.CharField(max_length=200, **common)


def _list_choices(question: Question) -> list[tuple[str, str | Promise]]:
    none: list[tuple[str, str | Promise]] = [] if question.is_required else [("", _("No answer"))]
    if question.kind == QuestionKind.YES_NO:
        return [*none, ("yes", _("Yes")), ("no", _("No"))]
    return [*none, *((option, option) for option in question.options)]
