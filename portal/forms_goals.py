"""What a member of a brand fills in to set a goal."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from affiliates.domain.goals import is_whole_month, month_of, quarter_of
from affiliates.models import OF_CREATORS, OF_MONEY, Enrollment, Goal, Measure
from affiliates.services.goals import GoalFacts
from brands.forms.fields import latin_digits, read_minor
from brands.models import Group, Program
from core import formats
from core.money import MAX_MINOR, to_decimal
from core.wording import current_language

OWN = "own"
MAX_DAYS = 731

Whom = Program | Group | Enrollment


class GoalForm(forms.Form):
    """A goal: for whom, what, how much, until when, and who is told."""

    name = forms.CharField(
        max_length=80,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Creators who are shown the goal read it too."),
    )
    whom = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        help_text=gettext_lazy("For one creator, open the creator and choose “Set a goal”."),
    )
    measure = forms.ChoiceField(label=gettext_lazy("What counts"), choices=Measure.choices)
    target = forms.CharField(
        max_length=30,
        label=gettext_lazy("Target"),
        widget=forms.TextInput(attrs={"class": "ltr short", "inputmode": "decimal"}),
        help_text=gettext_lazy("A whole number, or an amount where money counts."),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency of the amount"),
        help_text=gettext_lazy("Only where money counts. Other currencies are left out."),
    )
    period = forms.ChoiceField(label=gettext_lazy("Period"))
    since = forms.DateField(
        required=False,
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only for days of your own."),
    )
    until = forms.DateField(
        required=False,
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    is_monthly = forms.BooleanField(
        required=False,
        label=gettext_lazy("Repeat every month"),
        help_text=gettext_lazy("When a month is over, the same goal is set for the next one."),
    )
    note = forms.CharField(
        max_length=300,
        required=False,
        label=gettext_lazy("Note for creators"),
        help_text=gettext_lazy("For example what it is good for. A goal pays nothing by itself."),
    )
    is_shown = forms.BooleanField(
        required=False,
        label=gettext_lazy("Show it to the creator, or to those of the group"),
        help_text=gettext_lazy(
            "Each sees the target and their own part, never what others brought."
        ),
    )
    has_mail = forms.BooleanField(
        required=False,
        label=gettext_lazy("Mail when it is reached"),
        help_text=gettext_lazy(
            "Once: to owners and managers, and to the creators it is shown to, as they chose."
        ),
    )

    def __init__(
        self,
        *args: Any,
        whom: Mapping[str, tuple[str, Whom]],
        currencies: Sequence[str],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._whom, self._today = whom, today
        self._choices("whom", [(key, label) for key, (label, _row) in whom.items()])
        self._choices("currency", [(code, code) for code in currencies])
        self._choices("period", _list_periods(today))
        self.order_fields(
            ["name", "whom", "measure", "target", "currency", "period", "since", "until"]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._clean_target(data)
        self._clean_days(data)
        whom, measure = self._whom.get(data.get("whom", "")), data.get("measure")
        if whom and isinstance(whom[1], Enrollment) and measure in OF_CREATORS:
            self.add_error("measure", _("Creators are counted in a program or a group only."))
        if whom and data.get("is_shown"):
            self._clean_shown(whom[1], measure)
        return data

    @property
    def facts(self) -> GoalFacts:
        data = self.cleaned_data
        _label, row = self._whom[data["whom"]]
        return GoalFacts(
            program_id=row.pk if isinstance(row, Program) else row.program_id,
            group_id=row.pk if isinstance(row, Group) else None,
            enrollment_id=row.pk if isinstance(row, Enrollment) else None,
            name=data["name"],
            note=data["note"],
            measure=data["measure"],
            target=data["target"],
            currency=data["currency"] if data["measure"] in OF_MONEY else "",
            since=data["since"],
            until=data["until"],
            is_monthly=data["is_monthly"],
            is_shown=data["is_shown"],
            has_mail=data["has_mail"],
        )

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _clean_shown(self, whom: Whom, measure: Any) -> None:
        if isinstance(whom, Program):
            text = _("A goal of a whole program is the team's. Choose a group or a creator.")
            self.add_error("is_shown", text)
        elif measure in OF_CREATORS:
            text = _("How many creators there are is the team's alone. Choose what orders bring.")
            self.add_error("is_shown", text)

    def _clean_target(self, data: dict[str, Any]) -> None:
        is_money = data.get("measure") in OF_MONEY
        if not data.get("target") or not data.get("measure"):
            return
        if is_money and not data.get("currency"):
            return
        text = latin_digits(data["target"]).replace(",", "").replace("٬", "").replace("٫", ".")
        try:
            if is_money:
                data["target"] = read_minor(text.strip(), data["currency"])
            else:
                data["target"] = _read_number(text.strip())
        except ValidationError as error:
            self.add_error("target", error)

    def _clean_days(self, data: dict[str, Any]) -> None:
        spans = _spans(self._today)
        if data.get("period") in spans:
            data["since"], data["until"] = spans[data["period"]]
        since, until = data.get("since"), data.get("until")
        if since is None or until is None:
            if data.get("period") == OWN:
                self.add_error("since", _("Enter the first and the last day."))
            return
        if until < since:
            self.add_error("until", _("The last day is before the first one."))
        elif (until - since).days >= MAX_DAYS:
            self.add_error("until", _("A goal lasts two years at most."))
        elif until < self._today:
            self.add_error("until", _("The last day is past. Choose today or a later one."))
        if data.get("is_monthly") and not is_whole_month(since, until):
            self.add_error("is_monthly", _("Only a goal for one whole month can be repeated."))


def initial_of(goal: Goal, *, since: date) -> dict[str, Any]:
    """Return what the form shows of a goal, or of one like it that begins on another day."""
    target = to_decimal(goal.target, goal.currency) if goal.currency else goal.target
    return {
        "name": goal.name,
        "whom": key_of(goal.enrollment or goal.group or goal.program),
        "measure": goal.measure,
        "target": str(target),
        "currency": goal.currency,
        "period": OWN,
        "since": since,
        "until": since + (goal.until - goal.since),
        "is_monthly": goal.is_monthly and since == goal.since,
        "note": goal.note,
        "is_shown": goal.is_shown,
        "has_mail": goal.has_mail,
    }


def key_of(row: Whom) -> str:
    """Return what names a program, group or place in the form."""
    return row.public_id


def _spans(today: date) -> dict[str, tuple[date, date]]:
    month, quarter = month_of(today), quarter_of(today)
    return {
        "month": month,
        "next_month": month_of(month[1] + timedelta(days=1)),
        "quarter": quarter,
        "next_quarter": quarter_of(quarter[1] + timedelta(days=1)),
    }


def _list_periods(today: date) -> list[tuple[str, Any]]:
    labels = {
        "month": _("This month: {since} to {until}"),
        "next_month": _("Next month: {since} to {until}"),
        "quarter": _("This quarter: {since} to {until}"),
        "next_quarter": _("Next quarter: {since} to {until}"),
    }
    language = current_language()
    named = [
        (
            key,
            labels[key].format(
                since=formats.day_text(since, language=language),
                until=formats.day_text(until, language=language),
            ),
        )
        for key, (since, until) in _spans(today).items()
    ]
    return [*named, (OWN, pgettext_lazy("period", "Days of your own"))]


def _read_number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < len(text) <= len(str(MAX_MINOR)):
        raise ValidationError(_("Enter a whole number above zero, for example 40."))
    number = int(text)
    if not 0 < number <= MAX_MINOR:
        raise ValidationError(_("Enter a whole number above zero, for example 40."))
    return number
