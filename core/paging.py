"""Lists that go on: pages of 50 by a cursor, so that new rows never shift what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet

PAGE = 50
BATCH = 1_000
MAX_DIGITS = 18

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of a page; `cursor` names the last one when older rows follow."""

    rows: list[Row]
    cursor: str

    def older_url(self, query: Mapping[str, str]) -> str:
        """Return the address of the next page with the filters of this one; "" at the end."""
        return f"?{urlencode({**query, 'before': self.cursor})}" if self.cursor else ""


def cut_page(
    rows: QuerySet[Row], *, before: str, order: Sequence[str] = ("-pk",), size: int = PAGE
) -> Page[Row]:
    """Cut a page out of rows, from the row after `before` (a public id) on.

    `order` names columns that are never null, the last of them unique. A cursor that names no row
    gives the first page; one that a filter no longer shows still holds its place, unless the order
    is by a sum, which only rows of the list have.
    """
    rows = rows.order_by(*order)
    by_sum = any(column.removeprefix("-") in rows.query.annotations for column in order)
    if last := _find(rows if by_sum else rows.model._default_manager.all(), before):
        rows = rows.filter(_after(last, order))
    found = list(rows[: size + 1])
    has_more = len(found) > size
    last_shown = found[size - 1] if has_more else None
    cursor = getattr(last_shown, "public_id", last_shown.pk) if last_shown else ""
    return Page(found[:size], str(cursor))


def read_batches(
    rows: QuerySet[Row], *, order: Sequence[str] = ("-pk",), size: int = BATCH
) -> Iterator[list[Row]]:
    """Yield all rows in batches, each a query of its own that begins after the last row.

    No query runs long and no more than one batch is in memory, however long the list is. `order`
    is as for `cut_page`.
    """
    rows = rows.order_by(*order)
    batch = list(rows[:size])
    while batch:
        yield batch
        batch = list(rows.filter(_after(batch[-1], order))[:size]) if len(batch) == size else []


def _find(rows: QuerySet[Row], cursor: str) -> Row | None:
    """Return the row a cursor names; rows without a public id go by their number."""
    if any(field.name == "public_id" for field in rows.model._meta.fields):
        known = {"public_id": cursor} if cursor and "\0" not in cursor else {}
    else:
        is_number = cursor.isascii() and cursor.isdecimal() and len(cursor) <= MAX_DIGITS
        known = {"pk": cursor} if is_number else {}
    return rows.filter(**known).first() if known else None


def _after(last: Model, order: Sequence[str]) -> Q:
    """Select what comes after a row: the first differing column decides."""
    after, same = Q(pk__in=[]), Q()
    for column in order:
        name = column.removeprefix("-")
        value = getattr(last, name)
        beyond = f"{name}__lt" if column.startswith("-") else f"{name}__gt"
        after |= same & Q(**{beyond: value})
        same &= Q(**{name: value})
    return after
