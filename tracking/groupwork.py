"""Many requests, one statement: what waits is handed to the database together.

A worker is one thread with one connection of its own, apart from Django's. While one batch is
under way the next fills, without any timer, so the cost of a commit is shared by all who wait and
a lone request waits for nobody. It starts with the first request of a process (after a fork too),
survives a killed backend, and fails fast while the database is away.
"""

import atexit
import logging
import os
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Generic, TypeVar

import psycopg
from django.db import connections
from psycopg.rows import TupleRow

Item = TypeVar("Item")
Result = TypeVar("Result")
Connection = psycopg.Connection[TupleRow]

PATIENCE_S = 2.0
BREAK_S = 1.0
MAX_WAITING = 2000
SESSION = (
    "-c statement_timeout=1500 -c lock_timeout=1000 "
    "-c idle_in_transaction_session_timeout=5000 -c synchronous_commit=on"
)
# A network that swallows packets must not hold the thread for the many minutes of TCP's default.
NETWORK = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
}
DJANGOS_OWN = ("context", "cursor_factory", "isolation_level", "prepare_threshold")

logger = logging.getLogger(__name__)
_of_parents: list[Connection] = []


class NotAnswered(Exception):
    """The database did not do it in time; whether it still will is not known."""


class _Batch(Generic[Item, Result]):
    def __init__(self) -> None:
        self.items: list[Item] = []
        self.results: Sequence[Result] | None = None
        self.done = threading.Event()


class GroupWorker(Generic[Item, Result]):
    """Does `work(connection, items)` in a thread of its own; gives back one result an item.

    `work` runs in autocommit and must be safe to run again on the same items: when its connection
    breaks it is, and cannot know whether the run before took effect.
    """

    _thread: threading.Thread | None
    _connection: Connection | None
    _busy_since: float | None
    _filling: _Batch[Item, Result]

    def __init__(
        self, *, name: str, work: Callable[[Connection, Sequence[Item]], Sequence[Result]]
    ) -> None:
        self._name = name
        self._work = work
        self._connection = None
        self._start_over()
        os.register_at_fork(after_in_child=self._start_over)
        atexit.register(self.close)

    def ask(self, item: Item) -> Result:
        """Wait until the batch this item joins is done, and return the item's result.

        :raises NotAnswered: it failed, or took longer than `PATIENCE_S`.
        """
        with self._changed:
            self._refuse_if_away()
            batch, index = self._filling, len(self._filling.items)
            batch.items.append(item)
            self._run_thread()
            self._changed.notify_all()
        batch.done.wait(PATIENCE_S)
        if batch.results is None:
            raise NotAnswered(self._name)
        return batch.results[index]

    def close(self) -> None:
        """Finish what waits and close the connection; the next `ask` starts anew."""
        with self._changed:
            thread, self._is_closing = self._thread, True
            self._changed.notify_all()
        if thread is not None:
            thread.join(PATIENCE_S)
        with self._changed:
            self._is_closing, self._thread, self._away_until = False, None, 0.0

    def _start_over(self) -> None:
        """Begin with nothing: a forked child has neither the thread nor a right to its socket."""
        if self._connection is not None:  # kept, for dropping it could end the parent's session
            _of_parents.append(self._connection)
        self._changed = threading.Condition()
        self._filling = _Batch()
        self._thread = None
        self._connection = None
        self._is_closing = False
        self._busy_since = None
        self._away_until = 0.0

    def _refuse_if_away(self) -> None:
        now = monotonic()
        is_stuck = self._busy_since is not None and now - self._busy_since > PATIENCE_S
        if is_stuck or now < self._away_until or len(self._filling.items) >= MAX_WAITING:
            raise NotAnswered(self._name)

    def _run_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            try:
                batch.results = self._do(batch.items)
            except Exception as error:  # noqa: BLE001  # whatever it was, those who wait are told
                self._note_failure(error)
            batch.done.set()
        self._disconnect()

    def _take(self) -> _Batch[Item, Result] | None:
        """Wait for a batch with something in it; None when closing and nothing waits."""
        with self._changed:
            self._busy_since = None
            while not self._filling.items:
                if self._is_closing:
                    return None
                self._changed.wait()
            batch, self._filling = self._filling, _Batch()
            self._busy_since = monotonic()
            return batch

    def _do(self, items: Sequence[Item]) -> Sequence[Result]:
        """Do the work; again on a new connection while the one at hand proves dead."""
        began = monotonic()
        while True:
            try:
                return self._work(self._connect(), items)
            except psycopg.OperationalError:
                is_dead = self._connection is not None and self._connection.broken
                if not is_dead or monotonic() - began > PATIENCE_S:
                    raise
            self._disconnect()

    def _note_failure(self, error: Exception) -> None:
        """Leave the database alone for a moment. The message stays out: it may quote a row."""
        self._disconnect()
        self._away_until = monotonic() + BREAK_S
        logger.warning(
            "%s: %s %s", self._name, type(error).__name__, getattr(error, "sqlstate", None) or ""
        )

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = connect()
        return self._connection

    def _disconnect(self) -> None:
        held, self._connection = self._connection, None
        if held is not None:
            held.close()


def connect() -> Connection:
    """Open an autocommit connection to Django's default database, the test database in tests."""
    params = dict(connections["default"].get_connection_params())
    for name in DJANGOS_OWN:
        params.pop(name, None)
    connection: Connection = psycopg.connect(
        **(params | NETWORK | {"options": SESSION, "autocommit": True})
    )
    return connection
