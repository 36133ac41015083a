"""What a member fills in to set a bonus for every Nth sale or for a figure reached."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from brands.forms.fields import AmountField
from brands.models import Group, Program, TierMeasure
from tracking.models import BonusKind, BonusPeriod
from tracking.services.bonusplans import PlanFacts

MAX_SALES = 1_000_000


class PlanDaysForm(forms.Form):
    """What may change of a bonus that runs: its name and its last day."""

    name = forms.CharField(
        label=_("Name of the bonus"),
        max_length=100,
        help_text=_("It stands with the commission, for example: spring bonus."),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Sales placed on it count. Empty: until you end it."),
    )

    def __init__(self, *args: Any, first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = first

    def clean_until(self) -> date | None:
        day: date | None = self.cleaned_data["until"]
        if day is not None and day < self.first:
            raise ValidationError(_("This day is past. Choose a later one."))
        return day


class PlanForm(PlanDaysForm):
    """A bonus: for what, how much, for whom, from when until when."""

    kind = forms.ChoiceField(label=_("What earns it"), choices=BonusKind.choices)
    count = forms.IntegerField(
        label=_("Every how many sales"),
        required=False,
        min_value=1,
        max_value=MAX_SALES,
        help_text=_("For every Nth sale: 10 pays with the 10th, the 20th, the 30th sale."),
    )
    measure = forms.ChoiceField(
        label=_("Figure"),
        choices=TierMeasure.choices,
        required=False,
        help_text=_("For a figure reached: what is counted, net of refunds."),
    )
    period = forms.ChoiceField(
        label=_("Counted anew"),
        choices=BonusPeriod.choices,
        required=False,
        help_text=_("For a figure reached: once in each of these."),
    )
    since = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    group = forms.ChoiceField(label=_("For whom"), required=False)

    def __init__(
        self, *args: Any, program: Program, groups: Sequence[Group], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, first=today, **kwargs)
        self.program, self.by_key = program, {one.public_id: one for one in groups}
        named = [(one.public_id, one.name) for one in groups]
        self.fields["group"].choices = [("", _("Every group")), *named]  # type: ignore[attr-defined]
        self.fields["target"] = AmountField(
            currency=program.currency,
            required=False,
            label=_("Figure to reach"),
            help_text=_("For a figure reached: a number of orders, or an amount in %(currency)s.")
            % {"currency": program.currency},
        )
        self.fields["amount"] = AmountField(
            currency=program.currency,
            label=_("Bonus, in %(currency)s") % {"currency": program.currency},
        )
        self.order_fields(
            [
                *("name", "kind", "count", "measure", "target", "period"),
                *("amount", "group", "since", "until"),
            ]
        )

    def clean_since(self) -> date:
        day: date = self.cleaned_data["since"]
        if day < self.first:
            raise ValidationError(_("A bonus cannot begin in the past: choose today or later."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        if data.get("kind") == BonusKind.NTH and not data.get("count"):
            self.add_error("count", _("Say every how many sales."))
        if data.get("kind") == BonusKind.REACH:
            if not data.get("target"):
                self.add_error("target", _("Say which figure is to be reached."))
            elif self._is_of_orders and self._orders is None:
                self.add_error("target", _("A number of orders is whole."))
        return data

    @property
    def _is_of_orders(self) -> bool:
        measure = self.cleaned_data.get("measure") or TierMeasure.ORDERS
        return bool(measure == TierMeasure.ORDERS)

    @property
    def _orders(self) -> int | None:
        """Return the figure as a number of orders: it was read as an amount."""
        text = str(self.data.get("target", "")).strip()
        return int(text) if text.isdecimal() and 0 < int(text) <= MAX_SALES else None

    @property
    def facts(self) -> PlanFacts:
        data = self.cleaned_data
        is_nth = data["kind"] == BonusKind.NTH
        measure = TierMeasure.ORDERS if is_nth else data["measure"] or TierMeasure.ORDERS
        figure: int = (self._orders or 0) if measure == TierMeasure.ORDERS else data["target"]
        group = self.by_key.get(data["group"])
        return PlanFacts(
            program_id=self.program.pk,
            name=data["name"],
            kind=data["kind"],
            measure=measure,
            period=BonusPeriod.WHOLE if is_nth else data["period"] or BonusPeriod.MONTH,
            target=data["count"] if is_nth else figure,
            amount_minor=data["amount"],
            currency=self.program.currency,
            since=data["since"],
            until=data["until"],
            group_id=group.pk if group else None,
        )
