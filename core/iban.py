"""Account numbers of banks: IBANs (ISO 13616) and what they tell of the bank (BIC, ISO 9362)."""

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException


class BadIban(ValueError):
    """The text is no IBAN, or one outside SEPA."""


class BadBic(ValueError):
    """The text is no BIC."""


def read_iban(text: str) -> str:
    """Return the IBAN of an account that SEPA reaches, without spaces, after its check digits.

    :raises BadIban: it is none, mistyped, or of a country outside SEPA.
    """
    try:
        iban = IBAN(text.strip())
    except SchwiftyException as error:
        raise BadIban from error
    if not iban.in_sepa_zone:
        raise BadIban
    return iban.compact


def find_bic(iban: str) -> str:
    """Return the BIC of an IBAN's bank, or "" where its country's list does not say it."""
    try:
        bic = IBAN(iban).bic
    except SchwiftyException:
        return ""
    return bic.compact if bic else ""


def read_bic(text: str) -> str:
    """Return a BIC in capitals.

    :raises BadBic: it is none.
    """
    try:
        return BIC(text.strip()).compact
    except SchwiftyException as error:
        raise BadBic from error
