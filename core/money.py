"""Money: integer minor units and a currency; one exponent table, one rounding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

MAX_MINOR = 10**15
MAX_DIGITS = 16
BPS = 10_000

_ZERO = "BIF CLP DJF GNF IRT ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR "
    "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_THREE = "BHD IQD JOD KWD LYD OMR TND"

EXPONENTS: Mapping[str, int] = MappingProxyType(
    {
        code: digits
        for digits, codes in ((0, _ZERO), (2, _TWO), (3, _THREE))
        for code in codes.split()
    }
)
"""Decimal digits by currency: ISO 4217 list one, and IRT (toman) = 0."""


class UnknownCurrency(ValueError):
    """The code is not in the exponent table."""


class AmountError(ValueError):
    """The text is not an amount this currency can hold exactly."""


class CurrencyMismatch(ValueError):
    """Amounts of two currencies were combined."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise AmountError(f"{self.amount_minor!r} is not an integer of minor units")
        exponent(self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        return f"{to_decimal(self.amount_minor, self.currency)} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")


def exponent(currency: str) -> int:
    """Return the decimal digits of a currency.

    :raises UnknownCurrency: for a code outside the table.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def parse_amount(value: str | int | Decimal, currency: str) -> int:
    """Turn a major-unit amount ("12.50", 12, Decimal) into minor units, exactly.

    Trailing zeros are fine; a digit the currency cannot hold is refused, never rounded.

    :raises AmountError: not a plain finite decimal, not exact, or beyond 10^15 minor units.
    :raises UnknownCurrency: for a code outside the table.
    """
    if isinstance(value, str) and not _is_plain_decimal(value):
        raise AmountError(f"{value[:40]!r} is not a plain decimal number")
    digits = exponent(currency)
    number = Decimal(value)
    if not number.is_finite() or number.adjusted() + digits > MAX_DIGITS:
        raise AmountError(f"{str(value)[:40]!r} is not an amount up to 10^15 minor units")
    sign, parts, power = number.as_tuple()
    shift = int(power) + digits
    text = "".join(map(str, parts))
    kept, cut = (text + "0" * shift, "") if shift >= 0 else (text[:shift], text[shift:])
    if cut.strip("0"):
        raise AmountError(f"{str(value)[:40]!r} has more digits than {currency} holds")
    whole = int(kept or "0")
    if whole > MAX_MINOR:
        raise AmountError("amount is beyond 10^15 minor units")
    return -whole if sign else whole


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Return the major-unit decimal with the currency's digits, for display and export."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide and round to the nearest integer, halves away from zero: the one rounding."""
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def apply_bps(amount_minor: int, rate_bps: int) -> int:
    """Return rate_bps / 10,000 of an amount, rounded half up."""
    return divide_half_up(amount_minor * rate_bps, BPS)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a non-negative total by weight; shares are exact by the largest remainder.

    Ties go to the earlier share. All weights zero: the whole goes to the first.

    :raises ValueError: no weights, a negative weight or a negative total.
    """
    if not weights or total < 0 or min(weights) < 0:
        raise ValueError("allocate needs a total of zero or more and weights of zero or more")
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    shares = [total * weight // whole for weight in weights]
    rests = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-rests[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def _is_plain_decimal(text: str) -> bool:
    digits = text[1:] if text[:1] == "-" else text
    whole, _, fraction = digits.partition(".")
    has_fraction = "." in digits
    return (
        text.isascii()
        and whole.isdigit()
        and len(digits) <= 40
        and (fraction.isdigit() if has_fraction else True)
    )
