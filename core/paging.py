"""Pages of a long list. A cursor is the public id of the last row shown, so new rows move nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

PAGE_SIZE = 50

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of a page, and the cursor of the next one: empty on the last page."""

    rows: list[Row]
    next_cursor: str


def take_page(
    rows: QuerySet[Row], *, cursor: str, order: Sequence[str] = ("-pk",), size: int = PAGE_SIZE
) -> Page[Row]:
    """Return one page of rows that have a `public_id`; an unknown cursor gives the first page.

    `order` names plain columns that are never null, the last of them unique.
    """
    anchor = rows.model._default_manager.filter(public_id=cursor[:40]).first() if cursor else None
    if anchor is not None:
        rows = rows.filter(_after(anchor, order))
    found = list(rows.order_by(*order)[: size + 1])
    shown = found[:size]
    has_more = len(found) > size
    return Page(shown, str(getattr(shown[-1], "public_id", "")) if has_more else "")


def _after(anchor: Model, order: Sequence[str]) -> Q:
    """Select what comes after a row: the first differing column decides."""
    condition, same = Q(), Q()
    for column in order:
        name = column.removeprefix("-")
        value = getattr(anchor, name)
        beyond = f"{name}__lt" if column.startswith("-") else f"{name}__gt"
        condition |= same & Q(**{beyond: value})
        same &= Q(**{name: value})
    return condition
