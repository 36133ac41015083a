"""The form of notices: for each group, how a person wants it."""

from typing import Any

from django import forms

from core.models import Delivery
from core.notices import Group


class NoticesForm(forms.Form):
    """One choice a group; those that leave no choice are not asked about."""

    def __init__(self, *args: Any, groups: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = [group for group in groups if len(group.deliveries) > 1]
        for group in self.groups:
            self.fields[group.name] = forms.ChoiceField(
                label=str(group.label),
                help_text=str(group.help),
                choices=[(one.value, one.label) for one in Delivery if one in group.deliveries],
            )
