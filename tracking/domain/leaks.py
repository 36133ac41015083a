"""Signs that a code left the hands of its creator's own audience. They prove nothing by themselves.

A code on a coupon site is found at the checkout by people who never saw the creator: its orders
come without a click of his, and many at once.
"""

from dataclasses import dataclass
from typing import Literal

SHARE_DAYS = 30
MIN_ORDERS = 20  # with fewer, one order moves the share by more than 5 percent points
SHARE_ABOVE_BPS = 2_500  # a quarter above the others: months of one program differ by less
BURST_DAYS = 7
BURST_WEEKS = 8  # what is usual: the weeks before the last, long enough to have a sale in them
BURST_TIMES = 5  # a post of the creator himself doubles or trebles a week
WHOLE_BPS = 10_000

Sign = Literal["no_click", "burst"]


@dataclass(frozen=True, slots=True)
class Sums:
    """Orders that a code brought in SHARE_DAYS, and of them without a click.

    `last_week`: in BURST_DAYS; `before`: in the BURST_WEEKS before.
    """

    orders: int = 0
    without_click: int = 0
    last_week: int = 0
    before: int = 0

    def plus(self, other: "Sums", times: int = 1) -> "Sums":
        """Return the sums with those of another code added so many times; -1 takes them off."""
        return Sums(
            self.orders + times * other.orders,
            self.without_click + times * other.without_click,
            self.last_week + times * other.last_week,
            self.before + times * other.before,
        )

    @property
    def share_bps(self) -> int:
        """Return which part of the orders came without a click, 0 where there are none."""
        return self.without_click * WHOLE_BPS // self.orders if self.orders else 0

    @property
    def usual_week(self) -> int:
        """Return the orders of a usual week, rounded up."""
        return -(-self.before // BURST_WEEKS)


def find_signs(code: Sums, others: Sums) -> tuple[Sign, ...]:
    """Return the signs of a leak; `others`: the orders of all other codes of its program."""
    is_apart = code.share_bps >= others.share_bps + SHARE_ABOVE_BPS
    is_burst = code.last_week * BURST_WEEKS >= code.before * BURST_TIMES
    signs: list[Sign] = []
    if code.orders >= MIN_ORDERS and is_apart:
        signs.append("no_click")
    if code.last_week >= MIN_ORDERS and is_burst:
        signs.append("burst")
    return tuple(signs)


def is_strong(signs: tuple[Sign, ...]) -> bool:
    """Tell whether somebody should look now: many at once, and none of them by way of a link."""
    return len(signs) > 1
