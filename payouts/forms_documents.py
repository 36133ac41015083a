"""The form with which a creator uploads a tax form."""

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.images import REFUSALS, ImageRefused, read_picture
from payouts.models import TaxFormKind
from payouts.services.documents import Upload

MAX_BYTES = 5 * 1024 * 1024


class DocumentField(forms.FileField):
    """A tax form; its clean value is content type and bytes, an image drawn anew.

    A PDF is kept as it came: nobody but whoever opens it runs what is in it.
    """

    widget = forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Save it smaller."))
        if not (upload.name or "").lower().endswith(".pdf"):
            return self._read_picture(upload)
        content = upload.read(MAX_BYTES + 1)
        if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
            raise forms.ValidationError(_("This is no PDF, or it is damaged. Save it anew."))
        return "application/pdf", content

    def _read_picture(self, upload: "UploadedFile[Any]") -> tuple[str, bytes]:
        try:
            picture = read_picture(upload)
        except ImageRefused as error:
            raise forms.ValidationError(str(REFUSALS[error.code]), code=error.code) from None
        return picture.content_type, picture.full


class DocumentForm(forms.Form):
    """A tax form a creator uploads, and until when it holds."""

    kind = forms.ChoiceField(label=_("Which form"), choices=TaxFormKind.choices)
    file = DocumentField(
        label=_("The form, signed"), help_text=_("PDF or image, up to 5 MB."), max_length=200
    )
    valid_until = forms.DateField(
        label=_("Holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: it does not end by itself. We remind you 30 days before."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_valid_until(self) -> date | None:
        """Refuse a form that is over."""
        until: date | None = self.cleaned_data["valid_until"]
        if until and until < self.today:
            raise forms.ValidationError(_("This day is over: the form would not hold."))
        return until

    def read(self) -> Upload:
        """Return what was uploaded."""
        content_type, content = self.cleaned_data["file"]
        return Upload(
            self.cleaned_data["kind"], content_type, content, self.cleaned_data["valid_until"]
        )
