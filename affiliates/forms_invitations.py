"""What a member of a brand fills in to invite creators, and what an invited person answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from affiliates.domain.invitesheet import (
    MAX_BYTES,
    Row,
    SheetRefused,
    decode_sheet,
    read_addresses,
    read_sheet,
)
from brands.models import Group

REFUSALS: Mapping[str, str | Promise] = {
    "too_large": _("The file is larger than 128 kB. Split it."),
    "not_text": _("This is no text file. Save the table as CSV."),
    "not_csv": _("The table cannot be read as CSV."),
    "too_many_cells": _("Line %(detail)s has more cells than the first line has columns."),
    "no_email_column": _("The first line must name the columns, and one of them must be: email"),
    "unknown_column": _("There is no column “%(detail)s”: email, name, group, code or message."),
    "column_twice": _("A column is named twice."),
    "nobody": _("Nobody is named. Enter at least one address."),
    "too_many_rows": _("At most 500 people are invited at once. Split the list."),
}
FAULTS: Mapping[str, str | Promise] = {
    "email": _("This is no e-mail address."),
    "name": _("The name is longer than 120 characters."),
    "group": _("The program has no group of this name."),
    "code": _("A code is one word of 3 to 40 characters."),
    "code_taken": _("The code exists already, in use or ended."),
    "code_twice": _("Two people cannot have the same code."),
    "message": _("The message is longer than 1,000 characters."),
}
REASONS: Mapping[str, str | Promise] = {
    "twice": _("named before in the list"),
    "member": _("in the program already"),
    "suspended": _("suspended by you"),
    "invited": _("invited already; send it again from the list of invitations"),
    "declined": _("declined before"),
}


class _InviteForm(forms.Form):
    """To which group, and for how long."""

    group = forms.ChoiceField(label=_("Group"), help_text=_("Who accepts is in it at once."))
    days = forms.IntegerField(
        label=_("Days it holds"), required=False, min_value=1, max_value=365, initial=30
    )

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._groups = {group.public_id: group for group in groups}
        choice = self.fields["group"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        choice.choices = [(group.public_id, group.name) for group in groups]

    @property
    def chosen(self) -> Group:
        return self._groups[self.cleaned_data["group"]]


class InviteLinkForm(_InviteForm):
    """A link for many."""

    name = forms.CharField(
        label=_("Name for your team"),
        max_length=120,
        required=False,
        help_text=_("For example where you post it. Creators do not see it."),
    )
    max_uses = forms.IntegerField(
        label=_("How many may use it"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Empty: as many as come."),
    )
    field_order = ("name", "group", "max_uses", "days")


class InvitePeopleForm(_InviteForm):
    """People to invite by mail; `sheet` is the table that was shown before they are mailed."""

    addresses = forms.CharField(
        label=_("Addresses"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr"}),
        help_text=_("One or many, parted by commas or lines: Anna Beck <anna@mail.example>"),
    )
    file = forms.FileField(
        label=_("Or a CSV file"),
        required=False,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=_(
            "Columns email, name, group, code, message; only email must be there. "
            "Up to 500 rows. You see first what it would do."
        ),
    )
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the mail, for rows without a message of their own."),
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)
    sheet = forms.CharField(
        required=False, max_length=3 * MAX_BYTES, strip=False, widget=forms.HiddenInput()
    )
    field_order = ("addresses", "file", "group", "message", "language", "days", "sheet")
    rows: Sequence[Row] = ()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        field = "file" if data.get("file") or data.get("sheet") else "addresses"
        try:
            self.rows = self._read(data)
        except SheetRefused as refusal:
            said = str(REFUSALS[refusal.code])
            self.add_error(field, said % {"detail": refusal.detail} if refusal.detail else said)
        return data

    def _read(self, data: Mapping[str, Any]) -> Sequence[Row]:
        if data.get("sheet"):
            return read_sheet(data["sheet"])
        if file := data.get("file"):
            if (file.size or 0) > MAX_BYTES:
                raise SheetRefused("too_large")
            return read_sheet(decode_sheet(file.read()))
        return read_addresses(data["addresses"])
