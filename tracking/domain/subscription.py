"""Which payment of its subscription an order is, by all that is known of the subscription.

A pure function of a set of orders: the way in which they arrived does not matter. Only orders
placed earlier count for an order, so that no later one ever changes its number.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

COUNTED = frozenset({"initial", "renewal"})
RENEWING = frozenset({"renewal", "switch", "resubscribe"})


@dataclass(frozen=True, slots=True)
class Member:
    """A paid order of a subscription; `order` is the store's id of it."""

    order: str
    kind: str
    placed_at: datetime

    @property
    def place(self) -> tuple[bool, datetime, str]:
        """Sort key: the first order, then by time, then by id."""
        return self.kind != "initial", self.placed_at, self.order


@dataclass(frozen=True, slots=True)
class Payment:
    """`number` counts from 1, the first order; `month`: whole months since it was placed."""

    number: int
    month: int


def find_payment(members: Iterable[Member], order: str) -> Payment | None:
    """Return which payment an order is; None where it is none, or the first order is not known.

    A switch to another plan or a fresh start under the same name is no payment that is counted.
    """
    paid = sorted((one for one in members if one.kind in COUNTED), key=lambda one: one.place)
    number = next((n for n, one in enumerate(paid, start=1) if one.order == order), None)
    if number is None or paid[0].kind != "initial":
        return None
    return Payment(number, count_months(paid[0].placed_at, paid[number - 1].placed_at))


def count_months(since: datetime, until: datetime) -> int:
    """Return the whole months between the days of two times in UTC, never below 0.

    The month of a 31st ends on the last day of a shorter month. Stores charge renewals some hours
    early or late, so the day counts and not the hour.
    """
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months - (last.day < min(first.day, _days_in(last))))


def _days_in(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
