"""What a member fills in to give a bonus."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.forms.fields import AmountField
from brands.models import Group, Program
from core.money import Money
from tracking.forms_brand import ReasonForm
from tracking.services.bonuses import Bonus

_KEY = re.compile(r"[0-9a-z]{20}")


class BonusForm(ReasonForm):
    """Who gets how much, and why; `key` makes a form that is sent twice give once."""

    whom = forms.ChoiceField(label=_("For whom"))
    title = forms.CharField(
        label=_("Name of the bonus"),
        max_length=100,
        help_text=_("It stands with the commission, for example: spring bonus."),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=20)

    def __init__(
        self,
        *args: Any,
        program: Program,
        groups: Sequence[Group],
        places: Sequence[Enrollment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.program, self.places = program, places
        named = [
            (_("Groups"), [(one.public_id, one.name) for one in groups]),
            (_("Creators"), [(one.public_id, str(one.affiliation)) for one in places]),
        ]
        self.fields["whom"].choices = named  # type: ignore[attr-defined]
        self.fields["amount"] = AmountField(
            currency=program.currency,
            label=_("Amount for each, in %(currency)s") % {"currency": program.currency},
        )
        self.order_fields(["whom", "title", "amount", "reason", "key"])

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not _KEY.fullmatch(key):
            raise ValidationError(_("Open this page anew and fill it in again."))
        return key

    @property
    def chosen(self) -> list[Enrollment]:
        """Return the creators it is for: one, or all of a group."""
        whom = self.cleaned_data["whom"]
        return [one for one in self.places if whom in {one.public_id, one.group.public_id}]

    @property
    def bonus(self) -> Bonus:
        data = self.cleaned_data
        amount = Money(data["amount"], self.program.currency)
        return Bonus(data["key"], data["title"], amount, data["reason"])
