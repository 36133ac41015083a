"""The checks of orders in a program's form: what each looks for, and what follows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.models import CheckMode


class ChecksForm(forms.Form):
    """A mode for each check; the fields are named like the program's columns."""

    self_referral = forms.ChoiceField(
        label=_("Orders of the creators themselves"), choices=CheckMode.choices
    )
    second_account = forms.ChoiceField(
        label=_("Orders of a likely second account"),
        choices=CheckMode.choices,
        help_text=_(
            "Two creators who share the account they are paid to, a tax number or a mailbox are"
            " likely one person. The one who joined later bears the mark until you clear the two."
        ),
    )
    duplicate_order = forms.ChoiceField(
        label=_("A sale that two stores report"),
        choices=CheckMode.choices,
        help_text=_(
            "The same customer and total within an hour, or the same order number and total within"
            " two days. The order paid and placed first counts, the other one bears the mark."
        ),
    )
