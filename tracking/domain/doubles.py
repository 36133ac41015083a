"""Which of two orders is the same sale, told twice by two connections of a brand.

Symmetric and blind to arrival: of two orders that are one sale the same one counts, whichever came
first. It is the one that is paid, then the one that was placed earlier, then the connection that is
older. Money that was released keeps its place: it counts, whatever comes to be known later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tracking.domain.codec import to_utc

Signal = Literal["customer", "number"]

SAME_CUSTOMER_WITHIN = timedelta(hours=1)
SAME_NUMBER_WITHIN = timedelta(days=2)
FARTHEST = max(SAME_CUSTOMER_WITHIN, SAME_NUMBER_WITHIN)


@dataclass(frozen=True, slots=True)
class Sale:
    """An order as far as it can be the same sale as another.

    `connection`: the id of the store's connection; `customer`: the hash of his address, "" where
    the store told none. `is_paid`: and not cancelled. `is_settled`: its commission was released.
    `affiliation`: whose it is by its own signals, "" where nobody's.
    """

    order: str
    number: str
    store: str
    connection: int
    external_id: str
    customer: str
    currency: str
    total: int
    placed_at: datetime
    is_paid: bool = True
    is_settled: bool = False
    affiliation: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Double:
    """The order that counts in place of this one, whose it is, and what both have in common.

    `earlier_s`: by how many whole seconds it was placed before this one; negative: after it.
    """

    affiliation: str
    order: str
    number: str
    store: str
    signal: Signal
    earlier_s: int


def find_doubles(mine: Sale, others: Iterable[Sale]) -> tuple[Double, ...]:
    """Return for each creator the first order that counts in place of this one, where one does."""
    first: dict[str, Double] = {}
    for other in sorted(others, key=_place):
        signal = find_signal(mine, other)
        is_counted = signal and other.affiliation and _place(other) < _place(mine)
        if signal and is_counted and other.affiliation not in first:
            first[other.affiliation] = _describe(mine, other, signal)
    return tuple(sorted(first.values()))


def find_signal(mine: Sale, other: Sale) -> Signal | None:
    """Return by what two orders are one sale, None where they are two."""
    if mine.connection == other.connection or not mine.total:
        return None
    if (mine.currency, mine.total) != (other.currency, other.total):
        return None
    if mine.customer and other.customer and mine.customer != other.customer:
        return None
    apart = abs(to_utc(mine.placed_at) - to_utc(other.placed_at))
    if mine.customer and mine.customer == other.customer and apart <= SAME_CUSTOMER_WITHIN:
        return "customer"
    if mine.external_id == other.external_id and apart <= SAME_NUMBER_WITHIN:
        return "number"
    return None


def _place(sale: Sale) -> tuple[bool, bool, datetime, int, str]:
    """Sort key: what counts first, never a tie of two."""
    placed_at = to_utc(sale.placed_at)
    return not sale.is_settled, not sale.is_paid, placed_at, sale.connection, sale.external_id


def _describe(mine: Sale, other: Sale, signal: Signal) -> Double:
    return Double(
        affiliation=other.affiliation,
        order=other.order,
        number=other.number,
        store=other.store,
        signal=signal,
        earlier_s=int((to_utc(mine.placed_at) - to_utc(other.placed_at)).total_seconds()),
    )
