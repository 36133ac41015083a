"""What is added to a commission and kept back of it for tax, and how long a declaration holds.

Pure: the brand's country, what the creator declared and the rates of the day decide. This is
arithmetic over what people enter, and no advice.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from core.money import apply_bps

NEVER_ENDS = frozenset({"US"})  # Form W-9 holds until something changes
YEARS = 3  # Form W-8BEN: to the end of the third calendar year after its own

# Member states of the European Union by ISO 3166-1 (Directive 2006/112/EC, Article 5).
EU_COUNTRIES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(EU_COUNTRIES.split())


class Treatment(StrEnum):
    """Why VAT is added, or why not."""

    UNDECLARED = "undeclared"  # the creator said nothing
    NOT_REGISTERED = "not_registered"
    SMALL_BUSINESS = "small_business"
    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"  # Directive 2006/112/EC, Articles 44 and 196
    OUTSIDE = "outside"  # one of the two is not in the European Union


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in basis points on a commission, from a day on, and to a day where that is known.

    `country`: the creator's; empty stands for every country that has none of its own.
    """

    kind: str  # vat or withholding
    country: str
    rate_bps: int
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What a creator declared, as far as it decides: `vat` is none, registered or exempt."""

    country: str
    vat: str


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """How one creator is taxed on one day. Both rates are of the commission without VAT."""

    treatment: Treatment
    country: str
    brand_country: str
    vat_bps: int = 0
    withholding_bps: int = 0

    def vat_of(self, amount_minor: int) -> int:
        """Return the VAT on a commission, half a unit rounded up."""
        return apply_bps(amount_minor, self.vat_bps)

    def withheld_of(self, amount_minor: int) -> int:
        """Return what is kept back of a commission, half a unit rounded up."""
        return apply_bps(amount_minor, self.withholding_bps)

    def sent_of(self, amount_minor: int) -> int:
        """Return what leaves for a commission; it never falls while the commission rises."""
        return amount_minor + self.vat_of(amount_minor) - self.withheld_of(amount_minor)

    def commission_of(self, sent_minor: int, *, most_minor: int) -> int | None:
        """Return the largest commission up to `most_minor` for which exactly this is sent."""
        above = bisect_left(range(most_minor + 1), sent_minor + 1, key=self.sent_of)
        found = above - 1
        return found if found >= 0 and self.sent_of(found) == sent_minor else None

    def to_json(self) -> dict[str, Any]:
        """Return what is frozen with a plan and a payout."""
        return {
            "treatment": self.treatment.value,
            "country": self.country,
            "brand_country": self.brand_country,
            "vat_bps": self.vat_bps,
            "withholding_bps": self.withholding_bps,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{**stored, "treatment": Treatment(stored["treatment"])})


def decide_tax(
    *, brand_country: str, declared: Declared | None, rates: Iterable[Rate], on: date
) -> TaxTerms | None:
    """Return how a creator is taxed on a day.

    None where a rate is missing: he is registered in the brand's own country, and no VAT rate of
    it is in force that day.
    """
    rates = list(rates)
    if declared is None:
        return TaxTerms(Treatment.UNDECLARED, "", brand_country)
    treatment = find_treatment(brand_country, declared)
    vat = None
    if treatment is Treatment.DOMESTIC:
        vat = find_rate(rates, kind="vat", country=brand_country, on=on)
        if vat is None:
            return None
    withheld = find_rate(rates, kind="withholding", country=declared.country, on=on)
    return TaxTerms(
        treatment,
        declared.country,
        brand_country,
        vat_bps=vat.rate_bps if vat else 0,
        withholding_bps=withheld.rate_bps if withheld else 0,
    )


def find_treatment(brand_country: str, declared: Declared) -> Treatment:
    """Return why VAT is added to what a creator earns, or why not."""
    if declared.vat == "exempt":
        return Treatment.SMALL_BUSINESS
    if declared.vat != "registered":
        return Treatment.NOT_REGISTERED
    if declared.country == brand_country:
        return Treatment.DOMESTIC
    if {declared.country, brand_country} <= EU:
        return Treatment.REVERSE_CHARGE
    return Treatment.OUTSIDE


def find_rate(rates: Iterable[Rate], *, kind: str, country: str, on: date) -> Rate | None:
    """Return the rate in force: of the country before that of all others, the newest before older.

    A country whose own rate has ended falls back to the one of all others.
    """
    standing = [
        rate
        for rate in rates
        if rate.kind == kind
        and rate.country in {country, ""}
        and rate.starts_on <= on
        and (rate.ends_on is None or on <= rate.ends_on)
    ]
    return max(standing, key=lambda rate: (rate.country, rate.starts_on), default=None)


def find_last_day(*, country: str, declared: date) -> date | None:
    """Return the last day a declaration holds; None where it does not end by itself."""
    return None if country in NEVER_ENDS else date(declared.year + YEARS, 12, 31)
