"""A creator's code in a shop: what it should give there, what the shop has, how the two differ."""

from dataclasses import dataclass
from enum import StrEnum

from core.money import Money


class Drift(StrEnum):
    """How a shop differs from what should be there."""

    NONE = ""
    ABSENT = "absent"
    OFF = "off"
    DIFFERS = "differs"
    STILL_ON = "still_on"
    FOREIGN = "foreign"  # the shop has it, and it was not made here
    FOREIGN_ON = "foreign_on"  # the same, and it ended here


@dataclass(frozen=True, slots=True)
class Terms:
    """What a code gives in one shop: a part of the order, an amount, or what a coupon there says.

    `is_once`: once a customer; where the shop has no such thing, a customer's first order.
    `limit`: how often it may be used at all.
    """

    rate_bps: int = 0
    amount: Money | None = None
    coupon: str = ""
    minimum: Money | None = None
    is_once: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A code as it should be in a shop; `marker` is written there, to know it again."""

    text: str
    marker: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Listed:
    """A code as a shop has it; `terms` None where it gives what cannot be set from here."""

    ref: str
    is_on: bool
    marker: str
    terms: Terms | None


def compare(*, is_wanted: bool, is_ours: bool, listed: Listed | None, terms: Terms | None) -> Drift:
    """Tell how what a shop has differs from what should be there.

    `terms` None: nothing is said about what it should give.
    """
    if listed is None:
        return Drift.ABSENT if is_wanted else Drift.NONE
    if not is_ours:
        return _compare_foreign(is_wanted=is_wanted, is_on=listed.is_on)
    if not is_wanted:
        return Drift.STILL_ON if listed.is_on else Drift.NONE
    if not listed.is_on:
        return Drift.OFF
    return Drift.DIFFERS if terms is not None and listed.terms != terms else Drift.NONE


def _compare_foreign(*, is_wanted: bool, is_on: bool) -> Drift:
    if is_wanted:
        return Drift.FOREIGN
    return Drift.FOREIGN_ON if is_on else Drift.NONE
