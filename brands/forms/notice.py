"""From which day an announced change applies."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import formats
from core.templatetags.fairshare import current_language


def say_notice(earliest: datetime, zone: str) -> str:
    """Say from which day a worse change may apply."""
    day = formats.local_day(earliest, zone=ZoneInfo(zone))
    days = settings.TERMS_NOTICE_DAYS
    return ngettext(
        "Worse for creators: needs %(days)s day's notice, so from %(day)s.",
        "Worse for creators: needs %(days)s days' notice, so from %(day)s.",
        days,
    ) % {
        "days": formats.number_text(days, language=current_language()),
        "day": formats.day_text(day, language=current_language()),
    }


class NoticeForm(forms.Form):
    applies_on = forms.DateField(
        label=_("Applies from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("From the beginning of that day, by the brand's clock."),
    )

    def __init__(self, *args: Any, zone: str, earliest: datetime, **kwargs: Any) -> None:
        self.zone, self.earliest = zone, earliest
        super().__init__(*args, **kwargs)
        self.initial["applies_on"] = formats.local_day(earliest, zone=ZoneInfo(zone))

    def clean_applies_on(self) -> date:
        day: date = self.cleaned_data["applies_on"]
        if self.begin(day) < self.earliest:
            raise forms.ValidationError(say_notice(self.earliest, self.zone))
        return day

    def begin(self, day: date) -> datetime:
        """Return when that day begins where the brand is."""
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone))
