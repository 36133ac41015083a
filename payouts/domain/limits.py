"""What a rail can send, as data, and the one function that cuts an amount to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

QuoteProblem = Literal["currency_unsupported", "below_rail_minimum"]


@dataclass(frozen=True, slots=True)
class RailLimits:
    """Limits of a rail. Every amount is in our minor units (ISO 4217), never the rail's own.

    `steps`: an amount must be a multiple of it; a currency without one has a step of 1.
    `minimums`: the smallest amount; a currency without one has its step.
    `maximums`: the largest amount of one payment; what is above stays for the next.
    `reach`: creator countries by the country of the payer; None means the rail does not care.
    `is_home_always`: a payer of a country that `reach` leaves out still pays in his own.
    """

    currencies: frozenset[str]
    steps: Mapping[str, int] = field(default_factory=dict)
    minimums: Mapping[str, int] = field(default_factory=dict)
    maximums: Mapping[str, int] = field(default_factory=dict)
    reach: Mapping[str, frozenset[str]] | None = None
    is_home_always: bool = False

    def step_of(self, currency: str) -> int:
        return self.steps.get(currency, 1)

    def minimum_of(self, currency: str) -> int:
        return max(self.minimums.get(currency, 1), self.step_of(currency))

    def can_reach(self, *, payer_country: str, creator_country: str) -> bool:
        """Tell whether money can go from one country (ISO 3166-1 alpha-2) to the other.

        Where the payer's is not known (empty), whether it can go there from anywhere.
        """
        if self.reach is None:
            return True
        if not payer_country:
            return any(creator_country in reached for reached in self.reach.values())
        home = frozenset({payer_country} if self.is_home_always else ())
        return creator_country in self.reach.get(payer_country, home)


@dataclass(frozen=True, slots=True)
class Quote:
    """What of an amount the rail can send; the remainder stays payable."""

    sendable_minor: int
    remainder_minor: int
    problem: QuoteProblem | None = None


def quote_amount(*, limits: RailLimits, amount_minor: int, currency: str) -> Quote:
    """Cut an amount down to the rail's step and largest payment; a problem: nothing is sendable."""
    if currency not in limits.currencies:
        return Quote(0, amount_minor, "currency_unsupported")
    most = min(amount_minor, limits.maximums.get(currency, amount_minor))
    sendable = round_down(most, limits.step_of(currency))
    if sendable < limits.minimum_of(currency):
        return Quote(0, amount_minor, "below_rail_minimum")
    return Quote(sendable, amount_minor - sendable)


def round_down(amount_minor: int, step: int) -> int:
    """Return the largest multiple of the step that is not above the amount."""
    return amount_minor - amount_minor % step


def round_up(amount_minor: int, step: int) -> int:
    """Return the smallest multiple of the step that is not below the amount."""
    return -round_down(-amount_minor, step)
