"""What became of a payout, in words for its brand."""

from typing import Any
from zoneinfo import ZoneInfo

from brands.access import BrandAccess
from core.wording import Reader
from payouts.models import Payout
from payouts.own_wording import explain_payout
from payouts.selectors_tax import list_invoices_of
from payouts.tax_words import list_notes, list_sums, read_terms


def reader_of(access: BrandAccess, *, creator: str) -> Reader:
    """Return who reads on the brand's side about a creator."""
    known = {"brand": access.brand.name, "creator": creator}
    return Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone), known=known)


def say_tax(payout: Payout) -> dict[str, Any]:
    """Return what `payouts/_items.html` shows of the tax a payout was approved under."""
    terms = read_terms(payout.tax)
    sums = list_sums(amount_minor=payout.amount_minor, terms=terms, currency=payout.currency)
    return {
        "tax_sums": sums,
        "tax_notes": list_notes(terms),
        "invoices": list_invoices_of(payout) if terms else [],
    }


def say_payout(payout: Payout, access: BrandAccess) -> str:
    """Say where a payout stands and why."""
    creator = payout.affiliation.affiliate.display_name
    return explain_payout(payout, reader_of(access, creator=creator))
