"""Take a row before looking at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def lock_row(model: type[Row], pk: Any) -> Row:
    """Return the row, locked until the end of the transaction.

    FOR NO KEY UPDATE: rows that refer to it may be written meanwhile, another change waits.
    """
    rows = model._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)


@contextmanager
def try_alone(name: str) -> Iterator[bool]:
    """Say whether this process is the one at `name` now; it ends with the block or the connection.

    A lock of the session, because no transaction may be open while others are called.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 2))", [name])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 2))", [name])
