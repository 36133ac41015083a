"""Several workers at once, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

Refusals = tuple[type[Exception], ...]


def race(*jobs: Callable[[], Any], refusals: Refusals) -> list[type[Exception] | None]:
    """Start all jobs at once; return for each None, or what refused it."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> type[Exception] | None:
        try:
            barrier.wait(10)
            job()
        except refusals as refusal:
            return type(refusal)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
