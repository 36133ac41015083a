"""What a member of a brand fills in to make groups tiers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brands.forms.fields import latin_digits, read_minor
from brands.models import Group, Ladder, Program, Tier, TierMeasure, TierPeriod, TierReach
from brands.services.ladders import LadderDraft, TierDraft
from core.money import to_decimal

MAX_ORDERS = 10**9
LEAST_TIERS = 2


class LadderForm(forms.Form):
    """What counts, in which days, and from which figure on each group is reached."""

    is_on = forms.BooleanField(
        required=False,
        label=gettext_lazy("Creators move by themselves"),
        help_text=gettext_lazy("Off: only your team moves creators between groups."),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("What counts"),
        choices=TierMeasure.choices,
        help_text=gettext_lazy(
            "Money counts in the program's currency alone. Commission is all that was earned, also "
            "by leads, visits, views, bonuses and fees."
        ),
    )
    period = forms.ChoiceField(label=gettext_lazy("In which days"), choices=TierPeriod.choices)
    is_falling = forms.BooleanField(
        required=False,
        label=gettext_lazy("Moves down too"),
        help_text=gettext_lazy(
            "Who misses the figure of his group in a whole period moves down after the days of "
            "grace. Off: nobody moves down by himself."
        ),
    )
    grace_days = forms.IntegerField(
        label=gettext_lazy("Days of grace"), min_value=0, max_value=365, initial=14
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, *args: Any, program: Program, groups: Sequence[Group], **kwargs: Any
    ) -> None:
        self.program, self.groups = program, groups
        super().__init__(*args, **kwargs)
        for group in groups:
            self.fields[f"from_{group.pk}"] = forms.CharField(
                required=False,
                max_length=30,
                label=_("%(group)s from") % {"group": group.name},
                widget=forms.TextInput(attrs={"class": "ltr short", "inputmode": "decimal"}),
                help_text=_("0 for the first tier. Empty: no tier, nobody moves in or out."),
            )
            self.fields[f"reach_{group.pk}"] = forms.ChoiceField(
                required=False,
                label=_("Moving up to %(group)s holds for") % {"group": group.name},
                choices=TierReach.choices,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("is_on"):
            return data
        if data.get("is_falling") and data.get("period") == TierPeriod.ALL_TIME:
            self.add_error("period", _("Figures since joining never begin anew: nobody falls."))
        figures: dict[str, int] = {}
        for group in self.groups:
            name = f"from_{group.pk}"
            text = latin_digits(data.get(name, "")).strip()
            if text:
                self._read(name, text, figures)
        if not self.errors:
            self._check(figures)
        return data

    def to_draft(self) -> LadderDraft:
        data = self.cleaned_data
        return LadderDraft(
            measure=data["measure"],
            period=data["period"],
            is_falling=data["is_falling"],
            grace_days=data["grace_days"],
            tiers=[
                TierDraft(
                    group.pk,
                    data[f"figure_{group.pk}"],
                    data[f"reach_{group.pk}"] or TierReach.LATER,
                )
                for group in self.groups
                if data["is_on"] and f"figure_{group.pk}" in data
            ],
        )

    def _read(self, name: str, text: str, figures: dict[str, int]) -> None:
        plain = text.replace(",", "").replace("٬", "").replace("٫", ".")
        try:
            figure = 0 if plain.strip("0.") == "" else self._read_above(plain)
        except ValidationError as error:
            self.add_error(name, error)
            return
        if figure in figures.values():
            self.add_error(name, _("Two tiers cannot begin at the same figure."))
        figures[name] = self.cleaned_data[name.replace("from_", "figure_")] = figure

    def _read_above(self, text: str) -> int:
        if self.cleaned_data.get("measure") != TierMeasure.ORDERS:
            return read_minor(text, self.program.currency)
        if not (text.isascii() and text.isdigit() and int(text[:12]) <= MAX_ORDERS):
            raise ValidationError(_("Enter a whole number of orders, for example 10."))
        return int(text)

    def _check(self, figures: dict[str, int]) -> None:
        if len(figures) < LEAST_TIERS:
            raise ValidationError(_("Tiers need two groups at least: give each a figure."))
        if 0 not in figures.values():
            raise ValidationError(_("One tier must begin at 0: it is where everyone starts."))


def facts_of(ladder: Ladder | None, tiers: Sequence[Tier]) -> dict[str, Any]:
    """Return what the form begins with."""
    if ladder is None:
        return {"is_on": True, "base_version": 0, "period": TierPeriod.LAST_90_DAYS}
    facts: dict[str, Any] = {
        "is_on": bool(tiers),
        "measure": ladder.measure,
        "period": ladder.period,
        "is_falling": ladder.is_falling,
        "grace_days": ladder.grace_days,
        "base_version": ladder.version,
    }
    for tier in tiers:
        shown = to_decimal(tier.threshold, ladder.currency) if ladder.currency else tier.threshold
        facts |= {f"from_{tier.group_id}": str(shown), f"reach_{tier.group_id}": tier.reach}
    return facts
