"""Amounts as Stripe counts them, and what Stripe can send.

Source: docs.stripe.com/currencies, "Minor units", "Zero-decimal", "Three-decimal" and "Special
cases". Stripe's minor units are not ISO 4217's: 5 ISK is 500 on the wire, 5.00 MGA is 5.
"""

from collections.abc import Mapping
from math import gcd
from types import MappingProxyType

from core.money import exponent
from payouts.domain.limits import RailLimits

WIRE_EXPONENTS: Mapping[str, int] = MappingProxyType({"ISK": 2, "UGX": 2, "MGA": 0})
"""Decimal digits on the wire where they differ from ISO 4217."""

WIRE_STEPS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("HUF", "ISK", "TWD", "UGX"), 100),
        **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10),
    }
)
"""Wire amounts must be multiples: whole units in four currencies, a last digit 0 in five.

HUF and TWD may be transferred in hundredths, but the creator's bank payout may not be, so a
hundredth would be stuck in his Stripe balance.
"""

_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD "
    "CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR "
    "LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB "
    "PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STN SZL THB "
    "TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR "
    "ZMW"
)
CURRENCIES = frozenset(_CODES.split())
"""What Stripe can count in. Which of them a platform can send, its balance says."""

_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
_SELF_SERVE = frozenset(f"{_EEA} CA CH GB US".split())

REACH: Mapping[str, frozenset[str]] = MappingProxyType(
    dict.fromkeys(sorted(_SELF_SERVE), _SELF_SERVE)
)
"""Creator countries by platform country: docs.stripe.com/connect/cross-border-payouts."""


class NotSendable(ValueError):
    """Stripe has no wire amount for this many minor units."""


def to_wire(amount_minor: int, currency: str) -> int:
    """Turn our minor units into Stripe's.

    :raises NotSendable: the amount falls between two of Stripe's units.
    """
    up, down = _factors(currency)
    whole, rest = divmod(amount_minor * up, down)
    if rest:
        raise NotSendable(f"{amount_minor} {currency}")
    return whole


def from_wire(amount: int, currency: str) -> int:
    """Turn Stripe's minor units into ours, exactly.

    :raises NotSendable: Stripe says a fraction that ISO 4217 does not know.
    """
    up, down = _factors(currency)
    whole, rest = divmod(amount * down, up)
    if rest:
        raise NotSendable(f"{amount} of Stripe's units of {currency}")
    return whole


def _factors(currency: str) -> tuple[int, int]:
    """Return what our minor units are multiplied and divided by to become Stripe's."""
    digits = WIRE_EXPONENTS.get(currency, exponent(currency)) - exponent(currency)
    return int(10 ** max(digits, 0)), int(10 ** max(-digits, 0))


def _step(currency: str) -> int:
    """Return the smallest of our amounts that is a whole step on the wire."""
    up, down = _factors(currency)
    wire_step = WIRE_STEPS.get(currency, 1) * down
    return wire_step // gcd(wire_step, up)


LIMITS = RailLimits(
    currencies=CURRENCIES,
    steps=MappingProxyType({code: _step(code) for code in sorted(CURRENCIES) if _step(code) > 1}),
    reach=REACH,
    is_home_always=True,
)
