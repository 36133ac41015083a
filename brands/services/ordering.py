"""Lists whose order a brand decides."""

from collections.abc import Iterable
from typing import TypeVar

from brands.models import Question, VettingPoint

Row = TypeVar("Row", Question, VettingPoint)


def move_row(rows: Iterable[Row], row: Row, step: int) -> bool:
    """Put a row so many places later among these; False where it is none of them or stays.

    The caller holds the lock under which the list changes.
    """
    order = list(rows)
    if row not in order:
        return False
    target = order.index(row) + step
    if step == 0 or not 0 <= target < len(order):
        return False
    order.insert(target, order.pop(order.index(row)))
    for position, one in enumerate(order, start=1):
        one.position = position
    type(row)._default_manager.bulk_update(order, ["position"])
    return True
