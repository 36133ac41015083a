"""The form that ends an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class DeletionForm(forms.Form):
    """The person types his address: nobody deletes an account by a slip."""

    email = forms.CharField(
        max_length=254,
        label=gettext_lazy("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address = address
        text = _("Type {address} to confirm.")
        self.fields["email"].help_text = text.format(address=address)

    def clean_email(self) -> str:
        """Refuse any other address than his own."""
        typed = str(self.cleaned_data["email"]).strip().lower()
        if typed != self._address.lower():
            raise forms.ValidationError(_("This is not the address of your account."))
        return typed
