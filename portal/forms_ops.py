"""Forms of the operator's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.forms.programs import BrandForm
from core.models import BrandStatus


class NewBrandForm(BrandForm):
    email = forms.EmailField(
        label=_("Owner's e-mail address"),
        max_length=254,
        help_text=_("Somebody without an account logs in by a code that we mail."),
    )
    field_order = ["name", "email", "time_zone"]


class BrandStatusForm(forms.Form):
    status = forms.ChoiceField(choices=BrandStatus.choices, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit log of the brand, where its owners read it."),
    )
