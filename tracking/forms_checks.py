"""Forms of a comparison with the shop: which days, and why a finding is let be."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracking.services.storechecks import DAILY_DAYS, MOST_DAYS


class DaysForm(forms.Form):
    """Days of the brand's zone; the last week until yesterday unless others are chosen."""

    since = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, *, today: date) -> None:
        yesterday = today - timedelta(days=1)
        first = {"since": yesterday - timedelta(days=DAILY_DAYS - 1), "until": yesterday}
        super().__init__(data, initial=first)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until:
            if not since <= until <= self.today:
                self.add_error("until", _("The days must be in order, and not after today."))
            elif (until - since).days >= MOST_DAYS:
                self.add_error("since", _("At most 92 days at once."))
        return data


class FileDaysForm(DaysForm):
    is_whole = forms.BooleanField(
        label=_("The file has every order of these days"),
        help_text=_("Then orders that are only here are found, too."),
        required=False,
    )


class DismissForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)
