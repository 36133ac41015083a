"""Time zones to choose from: one for each place, without names that only stay for old systems."""

import zoneinfo
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.utils.functional import Promise

TABLE = "zone.tab"  # of the time zone database: country, place, name


@cache
def _list_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # opens every file of the database


def is_known(name: str) -> bool:
    """Say whether there is a time zone of this name, which may be an older one."""
    return name in _list_names()


@cache
def list_zones() -> list[str]:
    """Return the names by which places are known now; every name where the table is missing."""
    known = _list_names()
    for folder in zoneinfo.TZPATH:
        table = Path(folder) / TABLE
        if table.is_file():
            rows = [line.split("\t") for line in table.read_text("utf-8").splitlines()]
            listed = {row[2] for row in rows if len(row) > 2}
            return sorted((listed & known) | {"UTC"})
    return sorted(known)


class ZoneField(forms.ChoiceField):
    """A choice of time zones. An older name of one that is stored stays, and may be sent."""

    def __init__(self, *, empty: str | Promise = "", **kwargs: Any) -> None:
        first = [("", empty)] if empty else []  # of UTC, where nothing has to be chosen
        named = [(name, _label(name)) for name in list_zones() if not (empty and name == "UTC")]
        self.offered: list[tuple[str, str | Promise]] = [*first, *named]
        super().__init__(choices=self.offered, required=not empty, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Offer what is stored, too."""
        stored = form.get_initial_for_field(self, field_name)
        if stored and not super().valid_value(stored):
            self.choices = [*self.offered, (stored, _label(stored))]
        return super().get_bound_field(form, field_name)

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or is_known(value)


def _label(name: str) -> str:
    return name.replace("_", " ")
