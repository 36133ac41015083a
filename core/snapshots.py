"""Read many rows as they stood at one moment, and write none."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Open a transaction in which every query sees the same moment and a write is refused.

    Inside a transaction that is open already it only reads on in that one: PostgreSQL lets neither
    be changed once a query ran.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
