"""Take a row before looking at it."""

from typing import Any, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def lock_row(model: type[Row], pk: Any) -> Row:
    """Return the row, locked until the end of the transaction.

    FOR NO KEY UPDATE: rows that refer to it may be written meanwhile, another change waits.
    """
    rows = model._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)
