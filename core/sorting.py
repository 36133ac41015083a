"""Headings that sort a list: a link each, which says how the rows stand now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

ASCENDING, DESCENDING = "ascending", "descending"


@dataclass(frozen=True, slots=True)
class Column:
    """`sort` is what a press asks for, "" where the column cannot sort; `now`: for aria-sort."""

    name: str
    label: str | Promise
    is_number: bool
    sort: str = ""
    now: str = ""


def make_columns(
    labels: Mapping[str, tuple[str | Promise, str]],
    *,
    sort: str,
    sortable: Collection[str],
    numbers: Collection[str],
) -> list[Column]:
    """Return the headings of a table sorted by `sort` ("-" before it: the largest first).

    The first press shows numbers and times from the largest, words from the first; the next one
    turns the order round.
    """
    columns = []
    for name, (label, key) in labels.items():
        if key not in sortable:
            columns.append(Column(name, label, name in numbers))
            continue
        now = {key: ASCENDING, f"-{key}": DESCENDING}.get(sort, "")
        first = key if key == "name" else f"-{key}"
        turned = {ASCENDING: f"-{key}", DESCENDING: key}.get(now, first)
        columns.append(Column(name, label, name in numbers, turned, now))
    return columns
