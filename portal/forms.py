"""Forms of portal: joining a program, settings of the account, filters."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brands.forms.questions import make_answer_field
from brands.models import Question
from core.models import Theme
from core.zones import ZoneField
from tracking.models import CommissionKind

STATES: tuple[tuple[str, str | Promise], ...] = (
    ("", _("All states")),
    ("pending", _("Pending")),
    ("in_review", _("In review")),
    ("released", _("Released")),
    ("paid", pgettext_lazy("commission", "Paid")),
    ("reversed", _("Reversed")),
    ("rejected", _("Rejected")),
)


class JoinForm(forms.Form):
    """An application. `version` is the version of the terms that was shown."""

    name = forms.CharField(
        max_length=120,
        label=_("Your name"),
        help_text=_("As brands shall see it: yours, or that of your channel."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    publishes_at = forms.CharField(
        max_length=300,
        label=_("Where you publish"),
        help_text=_("Addresses of your site, channel, newsletter or shop."),
    )
    message = forms.CharField(
        max_length=2000,
        required=False,
        label=_("Message to the brand"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())
    accept = forms.BooleanField(
        error_messages={"required": _("To join, accept the terms of the program.")}
    )

    def __init__(
        self,
        *args: Any,
        accept_label: str,
        is_named: bool,
        questions: Iterable[Question] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accept"].label = accept_label
        if is_named:
            del self.fields["name"]
        self._questions = {question.public_id: question for question in questions}
        for name, question in self._questions.items():
            self.fields[name] = make_answer_field(question)

    @property
    def asked(self) -> list[forms.BoundField]:
        """Return the fields of the program's own questions."""
        return [self[name] for name in self._questions]

    @property
    def answers(self) -> list[tuple[Question, list[str]]]:
        """Return what a valid form answered to each question."""
        given = {name: self.cleaned_data[name] for name in self._questions}
        return [
            (question, given[name] if isinstance(given[name], list) else [given[name]])
            for name, question in self._questions.items()
            if given[name]
        ]

    def show_version(self, version: int) -> None:
        """Ask for another version than the one posted, not yet accepted; the rest is kept."""
        kept = {name: value for name, value in self.data.items() if name != "accept"}
        self.data = {**kept, "version": str(version)}


class AccountForm(forms.Form):
    """How a person is called and reads."""

    name = forms.CharField(
        max_length=120,
        required=False,
        label=_("Name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser")), *settings.LANGUAGES],
    )
    time_zone = ZoneField(
        label=_("Time zone"),
        empty=_("Universal time (UTC)"),
        help_text=_("For hours on your pages. Releases and payouts follow the brand's calendar."),
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, widget=forms.RadioSelect)


class CreatorForm(AccountForm):
    """The same, and what brands see of a creator."""

    display_name = forms.CharField(
        max_length=120,
        label=_("Name brands see"),
        help_text=_("Of you or your channel."),
    )
    country = forms.RegexField(
        r"\A[A-Za-z]{2}\Z",
        required=False,
        label=_("Country"),
        help_text=_("Two letters, for example DE. Some ways of being paid need it."),
        error_messages={"invalid": _("Enter the two letters of a country, for example DE.")},
    )


class AnswerForm(forms.Form):
    """What a creator says to a review of his commission."""

    text = forms.CharField(
        max_length=1_000,
        label=_("Your answer"),
        help_text=_("For example where you posted the link. The brand's team reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your answer first.")},
    )


class EarningsFilter(forms.Form):
    """Which commissions or clicks to show; what is not understood filters nothing."""

    program = forms.ChoiceField(label=_("Program"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *CommissionKind.choices]
    )
    days = forms.TypedChoiceField(
        label=_("Period"),
        required=False,
        coerce=int,
        choices=[
            ("30", _("Last 30 days")),
            ("90", _("Last 90 days")),
            ("365", _("Last 365 days")),
            ("7300", _("All time")),
        ],
    )

    def __init__(self, *args: Any, programs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["program"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        choice.choices = [("", _("All programs")), *programs]

    def value_of(self, name: str) -> str:
        self.full_clean()
        return str(self.cleaned_data.get(name, "")) if hasattr(self, "cleaned_data") else ""
