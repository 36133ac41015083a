"""How a creator is taxed on a day: written apart from the product, of which nothing is imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

UNION = frozenset({"DE", "FR", "IT"})  # those of the machine's countries that are members
YEARS = 3


@dataclass(frozen=True)
class Declared:
    """What a creator said of himself, and in which year; he may agree to be written invoices."""

    country: str
    is_registered: bool
    agrees: bool
    year: int

    def holds(self, day: date) -> bool:
        return day.year <= self.year + YEARS


@dataclass(frozen=True)
class Rate:
    """A rate from a day on; of no country: of every one without its own."""

    kind: str
    country: str
    bps: int
    since: date


@dataclass(frozen=True)
class Terms:
    """Both rates are of the commission without VAT; `why` tells one treatment from another."""

    why: str
    country: str
    vat_bps: int = 0
    withheld_bps: int = 0

    def vat(self, minor: int) -> int:
        return floor(Fraction(minor * self.vat_bps, 10_000) + Fraction(1, 2))

    def withheld(self, minor: int) -> int:
        return floor(Fraction(minor * self.withheld_bps, 10_000) + Fraction(1, 2))

    def sent(self, minor: int) -> int:
        return minor + self.vat(minor) - self.withheld(minor)

    def find_most(self, payable: int, step: int) -> int:
        """Return the largest commission of which a rail that sends whole steps can send all."""
        sums = range(payable, 0, -1)
        return next((one for one in sums if self.sent(one) and not self.sent(one) % step), 0)


def find_terms(home: str, said: Declared | None, rates: Sequence[Rate], day: date) -> Terms:
    if said is None or not said.holds(day):
        return Terms("undeclared", "")
    withheld = _rate(rates, "withholding", said.country, day)
    if not said.is_registered:
        return Terms("not_registered", said.country, 0, withheld)
    if said.country == home:
        return Terms("domestic", home, _rate(rates, "vat", home, day), withheld)
    is_within = {said.country, home} <= UNION
    return Terms("reverse_charge" if is_within else "outside", said.country, 0, withheld)


def _rate(rates: Sequence[Rate], kind: str, country: str, day: date) -> int:
    """Return the rate that stands: a country's own before that of all, of these the newest."""
    for place in (country, ""):
        begun = [r for r in rates if (r.kind, r.country) == (kind, place) and r.since <= day]
        if begun:
            return max(begun, key=lambda rate: rate.since).bps
    return 0
