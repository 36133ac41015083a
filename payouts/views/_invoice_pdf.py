"""An invoice or a credit note as PDF, in the language of whoever takes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from core import formats
from core.money import Money
from core.pdf import make_pdf
from core.wording import current_language
from payouts.models import Invoice
from payouts.tax_words import list_notes, name_vat, read_terms

TEMPLATE = Path(__file__).resolve().parent.parent / "papers" / "statement.typ"


def send_invoice(invoice: Invoice) -> HttpResponse:
    """Answer with the file."""
    paper = make_pdf(template=TEMPLATE, data=describe_invoice(invoice), at=invoice.issued_at)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{invoice.public_id}.pdf"'
    return answer


def describe_invoice(invoice: Invoice) -> dict[str, Any]:
    """Return what the template sets, every text in the language of the reader."""
    language = current_language()
    is_back = invoice.corrects is not None
    supplier: Mapping[str, str] = json.loads(invoice.supplier or "{}")
    terms = read_terms(invoice.tax)
    day = _day(invoice)
    title = _("Credit note (self-billing)") if is_back else _("Invoice (self-billing)")
    facts = [
        [_("Number"), formats.isolate_ltr(invoice.label)],
        [_("Issued"), day],
        [_("Supplier"), _party(supplier)],
        [_("Recipient"), _party(invoice.customer)],
        [_("Payout"), formats.isolate_ltr(invoice.payout.public_id)],
    ]
    if invoice.corrects is not None:
        facts.append([_("Takes back"), formats.isolate_ltr(invoice.corrects.label)])
    return {
        "lang": language,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "digits": list(formats.digits_text("0123456789", language=language)),
        "brand": invoice.customer["legal_name"],
        "title": title,
        "logo": None,
        "facts": facts,
        "sums": [
            [_("Commission without VAT"), _money(invoice, invoice.net_minor), False],
            [name_vat(terms), _money(invoice, invoice.vat_minor), False],
            [_("Total with VAT"), _money(invoice, invoice.gross_minor), True],
            [_("Tax withheld"), _money(invoice, -invoice.withheld_minor), False],
        ],
        "standing": "",
        "caption": _("What was supplied"),
        "headings": [_("For"), _("Day"), _("What"), _("Amount")],
        "rows": [
            [
                _("Commissions"),
                day,
                formats.month_text(invoice.payout.plan.month, language=language),
                _money(invoice, invoice.net_minor),
            ]
        ],
        "notes": [
            *list_notes(terms),
            _("Self-billing: the recipient issues this in the name of the supplier."),
            _("Half a unit is rounded up. This is not legal or tax advice."),
        ],
        "fingerprint": formats.isolate_ltr(invoice.public_id),
    }


def _party(party: Mapping[str, str]) -> str:
    """Return name, address and numbers in one line; a dash for somebody who was erased."""
    lines = [party.get("legal_name", ""), *party.get("address", "").splitlines()]
    lines += [party.get("country", ""), party.get("vat_number", "") or party.get("tax_id", "")]
    return " · ".join(line.strip() for line in lines if line.strip()) or formats.UNKNOWN


def _day(invoice: Invoice) -> str:
    zone = ZoneInfo(invoice.brand.time_zone)
    day = formats.local_day(invoice.issued_at, zone=zone)
    return formats.day_text(day, language=current_language())


def _money(invoice: Invoice, minor: int) -> str:
    return formats.money_text(Money(minor, invoice.currency), language=current_language())
