"""Forms of an upload of orders: the file, and how it is to be read."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracking.domain.sheetcells import Kind, Options
from tracking.domain.sheetfields import FIELDS, REFUND_FIELDS, REFUNDS_REQUIRED, REQUIRED

MAX_BYTES = 5 * 1024 * 1024
LABELS = {
    "order_id": _("Order id"),
    "number": _("Order number"),
    "placed_at": _("Placed at"),
    "paid_at": _("Paid at"),
    "cancelled_at": _("Cancelled at"),
    "status": _("Status"),
    "currency": _("Currency"),
    "total": _("Order total"),
    "discount": _("Discount"),
    "tax": _("Tax"),
    "shipping": _("Shipping without tax"),
    "refunded": _("Refunded so far"),
    "code": _("Discount code"),
    "click": _("Click (fs_click)"),
    "email": _("Customer's e-mail"),
    "country": _("Country"),
    "line_id": _("Line id"),
    "product_id": _("Product id"),
    "sku": _("SKU"),
    "title": _("Product name"),
    "quantity": _("Quantity"),
    "line_total": _("Line total before discount"),
    "line_discount": _("Line discount"),
    "line_tax": _("Line tax"),
}
REFUND_LABELS = {
    "refund_id": _("Refund id"),
    "order_id": _("Order id or number"),
    "amount": _("Amount refunded"),
    "currency": _("Currency"),
    "refunded_at": _("Refunded at"),
    "reason": _("Reason"),
}
KINDS = (("orders", _("Orders")), ("refunds", _("Refunds of orders known here")))
DELIMITERS = ((",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")))


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Up to 5 MB and 20,000 rows. You see first what it would do."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        max_length=200,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Split it."))
        return file


class OptionsForm(forms.Form):
    """How a file is read; a field's column may be left out unless it is required.

    `kind` decides which fields there are; another kind begins with the columns guessed for it.
    """

    kind = forms.ChoiceField(label=_("Each row is about"), choices=KINDS)
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        choices=(("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")),
    )
    delimiter = forms.ChoiceField(label=_("Columns parted by"), choices=DELIMITERS)
    decimal = forms.ChoiceField(
        label=_("Decimal mark"), choices=((".", "1,234.50"), (",", "1.234,50"))
    )
    date_order = forms.ChoiceField(
        label=_("Dates such as 03/04/2026"),
        choices=(
            ("dmy", _("day, month, year")),
            ("mdy", _("month, day, year")),
            ("ymd", "2026-04-03"),
        ),
    )

    def __init__(self, *args: Any, headers: Sequence[str], kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(str(place), header or f"#{place + 1}") for place, header in enumerate(headers)]
        labels = REFUND_LABELS if kind == "refunds" else LABELS
        required = REFUNDS_REQUIRED if kind == "refunds" else REQUIRED
        self.names = tuple(REFUND_FIELDS if kind == "refunds" else FIELDS)
        for name in self.names:
            self.fields[name] = forms.ChoiceField(
                label=labels[name], required=name in required, choices=[("", "–"), *places]
            )

    def to_options(self) -> Options:
        data = self.cleaned_data
        return Options(
            data["encoding"],
            data["delimiter"],
            data["decimal"],
            data["date_order"],
            {name: int(data[name]) for name in self.names if data.get(name)},
            data["kind"],
        )


def initial_of(options: Options) -> dict[str, str]:
    """Return what the form shows for how a file is read now."""
    return {
        "kind": options.kind,
        "encoding": options.encoding,
        "delimiter": options.delimiter,
        "decimal": options.decimal,
        "date_order": options.date_order,
        **{name: str(place) for name, place in options.columns.items()},
    }
