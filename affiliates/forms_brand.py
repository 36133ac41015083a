"""What a member of a brand fills in about creators."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from affiliates.domain.codes import is_prefix
from affiliates.models import RejectReason
from affiliates.services.codebatches import MAX_CODES
from brands.models import Group, Program
from brands.selectors import list_groups
from core import formats


class RejectForm(forms.Form):
    """Why an application is refused."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=RejectReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the reason: the applicant reads it.")},
    )
    note = forms.CharField(
        label=_("Your own words"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sent as you write it. What could help next time?"),
    )


class GroupForm(forms.Form):
    """One of a program's groups, by its public id."""

    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=Group.objects.none(),
        to_field_name="public_id",
        empty_label=None,
    )

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = list_groups(program)  # type: ignore[attr-defined]


class GroupsForm(forms.Form):
    """A group for each of several programs, the default one unless another is chosen."""

    def __init__(self, *args: Any, programs: Collection[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._programs = programs
        for program in programs:
            text = _("Group in %(program)s") % {"program": formats.isolate(program.name)}
            self.fields[self._name(program)] = forms.ModelChoiceField(
                label=text,
                queryset=list_groups(program),
                to_field_name="public_id",
                empty_label=None,
            )

    @property
    def chosen(self) -> dict[int, int]:
        """Return the group of each program by their ids."""
        return {one.pk: self.cleaned_data[self._name(one)].pk for one in self._programs}

    def _name(self, program: Program) -> str:
        return f"group_{program.public_id}"


class TagForm(forms.Form):
    """A word of the brand's own for a creator."""

    tag = forms.CharField(
        label=_("Tag"),
        max_length=40,
        error_messages={
            "required": _("Enter a word of at most 40 characters."),
            "max_length": _("Enter a word of at most 40 characters."),
        },
    )


class NoteForm(forms.Form):
    """A note of the team about a person."""

    text = forms.CharField(
        label=_("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write the note: there is nothing in it yet.")},
    )


class StandingForm(forms.Form):
    """A reason for suspending or reinstating, which the creator reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The creator reads it as you write it."),
        error_messages={"required": _("Write the reason: the creator will ask for it.")},
    )


class ViewingForm(forms.Form):
    """Why somebody of the team looks as a creator, which the creator reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: “You asked why order 1042 is missing.” The creator reads it."),
        error_messages={
            "required": _("Write the reason: the creator can read who looked and why.")
        },
    )


class CodeForm(forms.Form):
    """The text of a code."""

    text = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "ltr", "autocomplete": "off", "autocapitalize": "characters"}
        ),
        help_text=_("3 to 40 characters without spaces, as the shopper types it in the store."),
        error_messages={"required": _("Enter the code, for example ANNA10.")},
    )


class NewCodeForm(CodeForm):
    """A code with what the shopper gets for it."""

    discount_note = forms.CharField(
        label=_("What the shopper gets"),
        required=False,
        max_length=60,
        help_text=_("Shown to the creator beside the code, for example: 10 % off."),
    )


class BatchForm(forms.Form):
    """How many codes for one order each, and what they begin with."""

    count = forms.IntegerField(
        label=_("How many codes"),
        min_value=1,
        max_value=MAX_CODES,
        help_text=_("1 to 5,000. Each is good for one order."),
        error_messages={
            name: _("Enter a whole number from 1 to 5,000.")
            for name in ("required", "invalid", "min_value", "max_value")
        },
    )
    begins_with = forms.CharField(
        label=_("They begin with"),
        required=False,
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "ltr", "autocomplete": "off", "autocapitalize": "characters"}
        ),
        help_text=_("For example ANNA-. Eight random letters and digits follow."),
    )
    discount_note = forms.CharField(
        label=_("What the shopper gets"),
        required=False,
        max_length=60,
        help_text=_("Shown to the creator beside the code, for example: 10 % off."),
    )

    def clean_begins_with(self) -> str:
        prefix: str = self.cleaned_data["begins_with"]
        if not is_prefix(prefix):
            raise forms.ValidationError(
                _("Use letters from A to Z, digits, - and _, a letter or digit first.")
            )
        return prefix
