"""Ways to hurt the database's clients in a test, and to take their locks away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import psycopg
from django.db import connection
from django.db.models import QuerySet


@contextmanager
def killed_backends(rng: Random, *, every_s: float = 0.03) -> Iterator[list[int]]:
    """End the connection of some worker again and again; yields the ids of those ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    is_over, killed = threading.Event(), list[int]()
    killer = threading.Thread(target=_kill, args=(rng, own, every_s, is_over, killed))
    killer.start()
    try:
        yield killed
    finally:
        is_over.set()
        killer.join()


def without_locks(*models: type) -> Callable[..., Any]:
    """Return a `select_for_update` that locks no row of the models, or of any model."""
    lock = QuerySet.select_for_update

    def select_for_update(self: QuerySet, *args: Any, **kwargs: Any) -> QuerySet:
        is_spared = models and self.model not in models
        return lock(self, *args, **kwargs) if is_spared else self

    return select_for_update


def _kill(
    rng: Random, own: int, every_s: float, is_over: threading.Event, killed: list[int]
) -> None:
    settings = connection.get_connection_params()
    names = [name for name in ("host", "port", "user", "password", "dbname") if name in settings]
    with psycopg.connect(**{name: settings[name] for name in names}, autocommit=True) as admin:
        while not is_over.wait(every_s):
            rows = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid NOT IN (pg_backend_pid(), %s)",
                [own],
            ).fetchall()
            if rows:
                (pid,) = rng.choice(rows)
                admin.execute("SELECT pg_terminate_backend(%s)", [pid])
                killed.append(pid)
