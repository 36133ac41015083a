"""Amounts as PayPal's API writes them; what it can send is the same as by file."""

import re
from decimal import Decimal

from core.money import exponent

_AMOUNT = re.compile(r"\d{1,13}(\.\d{1,3})?", re.ASCII)


def from_value(value: str, currency: str) -> int:
    """Read an amount of PayPal's into our minor units, exactly.

    :raises ValueError: it is no amount of this currency.
    """
    if not _AMOUNT.fullmatch(value):
        raise ValueError(f"no amount: {value[:40]!r}")
    minor = Decimal(value).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"no amount of {currency}: {value!r}")
    return int(minor)
