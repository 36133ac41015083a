"""Which order keeps a code that is good for one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tracking.domain.codec import to_utc


@dataclass(frozen=True, slots=True)
class Use:
    """An order that came with the code; `order` is its key in the store, which never changes.

    `is_void`: a test, or cancelled before it was paid: it takes the code from nobody.
    `is_settled`: it has the code, and money of it was released.
    """

    order: str
    placed_at: datetime
    is_void: bool = False
    is_settled: bool = False


def find_keeper(uses: Iterable[Use]) -> Use | None:
    """Return the use that keeps the code: the first placed, whatever the order of arrival.

    Money already released is not taken back for an order that is told of later.
    """
    able = (use for use in uses if not use.is_void)
    return min(able, key=_standing, default=None)


def _standing(use: Use) -> tuple[bool, datetime, str]:
    return not use.is_settled, to_utc(use.placed_at), use.order
