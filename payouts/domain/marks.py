"""What of a creator's details names an account or a taxpayer, in the one form that is compared."""

import re
from collections.abc import Mapping

from core.signing import normalise_email

SHORTEST = 5  # what is shorter names nobody: "none", "n/a", "-"
_PAYPAL = frozenset({"paypal", "paypal_csv"})
_BANKS = ("bank_code", "sort_code", "routing_number", "bsb_code", "institution_number")
_OTHER = re.compile(r"[\W_]+")


def mark_method(rail: str, details: Mapping[str, str]) -> list[str]:
    """Return what names the account that details of a rail lead to; nothing where they do not.

    An address that PayPal pays to is an account, one of a bank's form is not.
    """
    iban, number = _plain(details.get("iban", "")), _plain(details.get("account_number", ""))
    if iban:
        return [f"iban:{iban}"]
    if len(number) >= SHORTEST:
        bank = next((_plain(details[name]) for name in _BANKS if details.get(name)), "")
        return [f"account:{bank}:{number}"]
    address = normalise_email(details.get("email", ""))
    return [f"paypal:{address}"] if rail in _PAYPAL and address else []


def mark_tax(country: str, details: Mapping[str, str]) -> list[str]:
    """Return what names a taxpayer of a country."""
    numbers = (_plain(details.get(name, "")) for name in ("tax_id", "vat_number"))
    return [f"{country}:{number}" for number in numbers if len(number) >= SHORTEST]


def _plain(text: str) -> str:
    return _OTHER.sub("", text).upper()
