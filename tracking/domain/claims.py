"""What a creator says of an order he misses, whether it fits one, and by when he is answered."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.money import AmountError, UnknownCurrency, parse_amount

NUMBER_LENGTH = 80
WORKING_DAYS = range(5)  # Monday to Friday


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """An order by what stands on its receipt: its number, and its day or its total, or both.

    `total` is a plain decimal in whatever currency the order has; empty where it was not given.
    """

    number: str
    placed_on: date | None = None
    total: str = ""

    @property
    def key(self) -> str:
        return make_number_key(self.number)


def make_number_key(number: str) -> str:
    """Return what order numbers are compared by: #1042, 1042 and " 1042" are one number."""
    return number.strip().removeprefix("#").strip().upper()[:NUMBER_LENGTH]


def is_day_right(asked: AskedOrder, placed_on: date | None) -> bool:
    """Tell whether the day that was given is the order's; a day that was not is not wrong."""
    return asked.placed_on is None or asked.placed_on == placed_on


def is_total_right(asked: AskedOrder, total_minor: int, currency: str) -> bool:
    """Tell whether the total that was given is the order's, read in the order's currency."""
    if not asked.total:
        return True
    try:
        return parse_amount(asked.total, currency) == total_minor
    except (AmountError, UnknownCurrency):
        return False


def add_working_days(day: date, count: int) -> date:
    """Return the day that many working days later, Saturdays and Sundays left out."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() in WORKING_DAYS
    return day
