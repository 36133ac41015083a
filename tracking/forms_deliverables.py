"""What both sides fill in about work for a fee."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.forms.fields import AmountsField
from brands.models import Group, Program
from tracking.models import DeliverableKind
from tracking.services.deliverables import DeliverableFacts, Said


class DeliverableForm(forms.Form):
    """An offer: what, for whom, for how much, until when."""

    title = forms.CharField(
        label=_("Title"), max_length=100, help_text=_("For example: one video about the new cups.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DeliverableKind.choices)
    brief = forms.CharField(
        label=_("What is asked"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What to show and say, where, how long it stays, how it is marked as paid."),
    )
    whom = forms.ChoiceField(label=_("For whom"))
    due_on = forms.DateField(
        label=_("Handed in by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The whole day counts, by the brand's clock."),
    )
    max_takers = forms.IntegerField(
        label=_("How many may take it"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Empty: everybody it is for."),
    )

    def __init__(
        self,
        *args: Any,
        program: Program,
        groups: Sequence[Group],
        places: Sequence[Enrollment],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.program, self.today = program, today
        self.by_key: dict[str, Group | Enrollment] = {one.public_id: one for one in groups}
        self.by_key |= {one.public_id: one for one in places}
        self.fields["fees"] = AmountsField(
            currency=program.currency,
            label=_("Fee"),
            help_text=_("One amount, or one per currency, of which the creator picks."),
        )
        whom = [
            (_("Groups"), [(one.public_id, one.name) for one in groups]),
            (_("Creators"), [(one.public_id, str(one.affiliation)) for one in places]),
        ]
        self.fields["whom"].choices = whom  # type: ignore[attr-defined]
        self.order_fields(["title", "kind", "brief", "whom", "fees", "due_on", "max_takers"])

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < self.today:
            raise forms.ValidationError(_("This day is past. Choose a later one."))
        return day

    @property
    def facts(self) -> DeliverableFacts:
        data, whom = self.cleaned_data, self.by_key[self.cleaned_data["whom"]]
        return DeliverableFacts(
            program_id=self.program.pk,
            kind=data["kind"],
            title=data["title"],
            brief=data["brief"],
            fees=data["fees"],
            due_on=data["due_on"],
            max_takers=data["max_takers"],
            group_id=whom.pk if isinstance(whom, Group) else None,
            enrollment_id=whom.pk if isinstance(whom, Enrollment) else None,
        )


class DueForm(forms.Form):
    """Another last day."""

    due_on = forms.DateField(
        label=_("Handed in by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TakeForm(forms.Form):
    """In which currency a creator takes the fee."""

    currency = forms.ChoiceField(label=_("Currency of your fee"))

    def __init__(self, *args: Any, fees: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = sorted(fees)
        self.fields["currency"].choices = [(one, one) for one in codes]  # type: ignore[attr-defined]
        self.initial["currency"] = codes[0]
        if len(codes) == 1:
            self.fields["currency"].widget = forms.HiddenInput()


class SubmitForm(forms.Form):
    """Where the work can be seen."""

    url = forms.URLField(
        label=_("Address of the work"),
        max_length=2000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "ltr", "placeholder": "https://"}),
        help_text=_("The page, post or video itself, so that it can be looked at."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The team reads it."),
    )

    @property
    def said(self) -> Said:
        return Said(url=self.cleaned_data["url"], text=self.cleaned_data["note"].strip())
