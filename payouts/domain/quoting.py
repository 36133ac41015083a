"""What of a released balance a rail can send once VAT is added and tax kept back."""

from payouts.domain.limits import Quote, RailLimits, quote_amount
from payouts.domain.tax import TaxTerms


def quote_commission(
    *, limits: RailLimits, payable_minor: int, currency: str, terms: TaxTerms | None
) -> Quote:
    """Return the largest commission for which the rail can send exactly what comes of it.

    The quote is in units of the commission; what is left of it stays payable.
    """
    if terms is None:
        return quote_amount(limits=limits, amount_minor=payable_minor, currency=currency)
    whole = quote_amount(
        limits=limits, amount_minor=terms.sent_of(payable_minor), currency=currency
    )
    if whole.problem:
        return Quote(0, payable_minor, whole.problem)
    sent = whole.sendable_minor
    while sent >= limits.minimum_of(currency):
        # VAT makes some sums come of no commission: then the next smaller one is sent.
        found = terms.commission_of(sent, most_minor=payable_minor)
        if found is not None:
            return Quote(found, payable_minor - found)
        sent -= limits.step_of(currency)
    return Quote(0, payable_minor, "below_rail_minimum")
