"""The form of a product list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracking.forms_uploads import MAX_BYTES

HOW = (
    ("whole", _("It is the whole list: products it does not name are taken off")),
    ("more", _("Add it to the list")),
)


class ProductsForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Up to 5 MB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        max_length=200,
    )
    how = forms.ChoiceField(
        label=_("What the file is"), choices=HOW, initial="whole", widget=forms.RadioSelect
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Split it."))
        return file
