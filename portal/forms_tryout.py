"""The form of an order that is made up, to see who would be credited and with how much."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.forms.fields import currency_choices
from brands.forms.rules import ExampleForm
from portal.tryout import Wish


class TryForm(ExampleForm):
    """The order of the rules' example, and how it came."""

    def __init__(self, *args: Any, places: Sequence[Enrollment], **kwargs: Any) -> None:
        super().__init__(*args, groups=(), **kwargs)
        self._places = {place.public_id: place for place in places}
        self.fields["code"].help_text = _("Of a creator. Empty: the order came by a link.")
        self.fields |= {
            "currency": forms.ChoiceField(
                label=_("Currency"), required=False, choices=currency_choices
            ),
            "creator": forms.ChoiceField(
                label=_("Creator whose link was clicked"),
                required=False,
                choices=[
                    ("", _("Nobody clicked a link")),
                    *((key, str(place.affiliation)) for key, place in self._places.items()),
                ],
            ),
            "click_days": forms.IntegerField(
                label=_("Days between the click and the order"),
                required=False,
                min_value=0,
                max_value=730,
                initial=1,
            ),
            "has_paid_marker": forms.BooleanField(
                label=_("The last visit came from an advertisement of yours"), required=False
            ),
        }
        self.initial = {**self.initial, "currency": self.currency, "click_days": 1}
        names = ["total", "currency", "creator", "click_days", "code", "has_paid_marker"]
        self.order_fields([*names, "product", "sku", "collection", "is_gift_card", "customer"])

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        place = self._places.get(data["creator"])
        days = data["click_days"]
        return Wish(
            example=self.build(),
            place=place,
            click_days=(1 if days is None else days) if place else None,
            code=data["code"],
            has_paid_marker=data["has_paid_marker"],
        )
