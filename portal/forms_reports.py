"""What a member fills in to keep a report under a name."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from brands.models import Every, Member, SavedReport, SpanKind
from brands.services.reports import ReportFacts
from portal.saved_reports import mailed_span


class SavedReportForm(forms.Form):
    """A name, the days it is about, who may open it, and who is mailed."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    span = forms.ChoiceField(
        label=gettext_lazy("Period"),
        choices=SpanKind.choices,
        help_text=gettext_lazy("All but the last move along with the calendar."),
    )
    is_shared = forms.BooleanField(
        required=False,
        label=gettext_lazy("Share it with the team"),
        help_text=gettext_lazy("Everybody in the team can open it; managers can change it."),
    )
    every = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Mail"),
        choices=[("", pgettext_lazy("report", "Never")), *Every.choices],
        help_text=gettext_lazy(
            "The last whole week on Monday morning, or the last whole month on the first."
        ),
    )
    readers = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Mailed to"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each of them can stop these mails. Who leaves the team gets none."),
    )

    def __init__(
        self, *args: Any, members: Sequence[Member], owner_id: int, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._owner_id, self._today = owner_id, today
        self.fields["readers"].choices = [  # type: ignore[attr-defined]
            (str(member.user_id), str(member.user)) for member in members
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        readers = {int(one) for one in data.get("readers", ())}
        if data.get("every") and not readers:
            self.add_error("readers", _("Choose who gets the mails."))
        if readers - {self._owner_id} and not data.get("is_shared"):
            self.add_error("is_shared", _("Others get it only where it is shared with the team."))
        return data

    @property
    def facts(self) -> ReportFacts:
        data = self.cleaned_data
        every = data["every"]
        return ReportFacts(
            name=data["name"],
            span=data["span"],
            is_shared=data["is_shared"],
            every=every,
            reader_ids=[int(one) for one in data["readers"]] if every else (),
            mailed_until=mailed_span(every, self._today).until if every else None,
        )


def initial_of(report: SavedReport) -> dict[str, Any]:
    """Return what the form shows of a saved report."""
    readers = report.readers.values_list("user_id", flat=True)
    return {
        "name": report.name,
        "span": report.span,
        "is_shared": report.is_shared,
        "every": report.every,
        "readers": [str(one) for one in readers],
    }
