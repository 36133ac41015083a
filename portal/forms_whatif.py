"""What a member fills in to try a draft of rules on past orders."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brands.domain.bases import BasePolicy
from brands.domain.spans import last_month
from brands.forms.programs import CountForm
from brands.models import Program
from brands.selectors import get_base_policy

OWN = "own"
MAX_DAYS = 366
_DAY: Any = {
    "required": False,
    "widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
}
_COUNTED = {
    "is_base_before_discount": "before_discount",
    "is_base_with_tax": "include_tax",
    "is_base_with_shipping": "include_shipping",
    "is_base_without_gift_cards": "exclude_gift_cards",
}


class WhatIfForm(forms.Form):
    """Which past orders, and what of them would count; at first what the program counts now."""

    period = forms.ChoiceField(
        label=gettext_lazy("Orders placed"),
        choices=[
            ("30", gettext_lazy("In the last 30 days")),
            ("90", gettext_lazy("In the last 90 days")),
            ("month", gettext_lazy("In the last whole month")),
            (OWN, gettext_lazy("On days of your own")),
        ],
        widget=forms.RadioSelect,
        initial="30",
    )
    since = forms.DateField(
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("Only for days of your own."),
        **_DAY,
    )
    until = forms.DateField(label=gettext_lazy("Last day"), **_DAY)

    def __init__(self, *args: Any, program: Program, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(program.brand.time_zone)
        self.base, self.now = get_base_policy(program), now
        for name, counted in _COUNTED.items():
            label = CountForm.base_fields[name].label
            self.fields[name] = forms.BooleanField(label=label, required=False)
            self.initial[name] = getattr(self.base, counted)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("period") == OWN and not self.errors:
            self._check_days(data.get("since"), data.get("until"))
        return data

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return from when on orders are replayed, and before when."""
        data, today = self.cleaned_data, self.now.astimezone(self.zone).date()
        match data["period"]:
            case "month":
                since, until = last_month(today)
            case "own":
                since, until = data["since"], data["until"]
            case days:
                return self._midnight(today - timedelta(days=int(days))), self.now
        return self._midnight(since), self._midnight(until + timedelta(days=1))

    @property
    def draft_base(self) -> BasePolicy:
        """Return what the draft counts; limits and the currency are the program's."""
        counted = {field: self.cleaned_data[name] for name, field in _COUNTED.items()}
        return replace(self.base, **counted)

    def _check_days(self, since: date | None, until: date | None) -> None:
        if since is None or until is None:
            self.add_error("until" if since else "since", _("Choose a day."))
        elif until < since:
            self.add_error("until", _("The last day lies before the first."))
        elif until - since > timedelta(days=MAX_DAYS):
            text = _("A period of at most %(days)s days can be tried.")
            self.add_error("until", text % {"days": MAX_DAYS})

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)
