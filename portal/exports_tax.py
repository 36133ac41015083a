"""Files for whoever keeps a brand's tax books: its invoices of a time, and a year by country."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from core import formats
from core.asked import Asked, read_day, read_text
from core.exports import amount
from core.models import Brand
from core.paging import read_batches
from payouts.models import Invoice
from payouts.selectors_tax import list_invoices
from payouts.selectors_years import list_year_totals, pick_year, sum_countries
from portal.exports_people import Rows


def read_invoices(brand: Brand, asked: Asked, _now: datetime) -> Rows:
    """Yield invoices and credit notes in the order of their numbers."""
    rows = list_invoices(
        brand,
        search=read_text(asked, "q"),
        what=read_text(asked, "what"),
        days=(read_day(asked, "from"), read_day(asked, "to")),
    )
    zone = ZoneInfo(brand.time_zone)
    for batch in read_batches(rows, order=("number",)):
        for one in batch:
            supplier = json.loads(one.supplier or "{}")
            yield (
                one.label,
                "credit_note" if one.corrects else "invoice",
                formats.local_day(one.issued_at, zone=zone),
                one.corrects.label if one.corrects else "",
                one.affiliation.public_id,
                str(one.affiliation),
                supplier.get("legal_name", ""),
                one.tax["country"],
                supplier.get("vat_number", ""),
                one.tax["treatment"],
                *(amount(minor, one.currency) for minor in _list_amounts(one)),
                one.currency,
                one.payout.public_id,
            )


def read_countries(brand: Brand, asked: Asked, now: datetime) -> Rows:
    """Yield what was paid in a year by country and currency, which are never added."""
    year = pick_year(brand=brand, text=read_text(asked, "year"), now=now)
    for one in sum_countries(list_year_totals(brand=brand, year=year)):
        currency = one.commission.currency
        amounts = (one.commission, one.vat, one.withheld, one.sent)
        yield (
            year,
            one.country,
            currency,
            one.creators,
            one.payouts,
            *(amount(money.amount_minor, currency) for money in amounts),
        )


def _list_amounts(invoice: Invoice) -> tuple[int, int, int, int]:
    return (
        invoice.net_minor,
        invoice.vat_minor,
        invoice.gross_minor,
        invoice.withheld_minor,
    )
