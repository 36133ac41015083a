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
from queue import Empty, SimpleQueue
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


class _Waiting(Generic[Item, Result]):
    """One who waits: a lock of his own, so that waking many is no rush for one lock."""

    __slots__ = ("answer", "is_answered", "item", "lock")

    answer: Result

    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_answered = False
        self.lock = threading.Lock()
        self.lock.acquire()


class GroupWorker(Generic[Item, Result]):
    """Does `work(connection, items)` in a thread of its own; gives back one result an item.

    `work` runs in autocommit and must be safe to run again on the same items: when its connection
    breaks it is, and cannot know whether the run before took effect.
    """

    _thread: threading.Thread | None
    _connection: Connection | None
    _busy_since: float | None
    _queue: "SimpleQueue[_Waiting[Item, Result] | None]"

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
        self._refuse_if_away()
        self._run_thread()
        waiting: _Waiting[Item, Result] = _Waiting(item)
        self._queue.put(waiting)
        if not waiting.lock.acquire(timeout=PATIENCE_S) or not waiting.is_answered:
            raise NotAnswered(self._name)
        return waiting.answer

    def close(self) -> None:
        """Finish what waits and close the connection; the next `ask` starts anew."""
        thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join(PATIENCE_S)
        self._thread, self._away_until = None, 0.0

    def _start_over(self) -> None:
        """Begin with nothing: a forked child has neither the thread nor a right to its socket."""
        if self._connection is not None:  # kept, for dropping it could end the parent's session
            _of_parents.append(self._connection)
        self._queue = SimpleQueue()
        self._starting = threading.Lock()
        self._thread = None
        self._connection = None
        self._busy_since = None
        self._away_until = 0.0

    def _refuse_if_away(self) -> None:
        now = monotonic()
        is_stuck = self._busy_since is not None and now - self._busy_since > PATIENCE_S
        if is_stuck or now < self._away_until or self._queue.qsize() >= MAX_WAITING:
            raise NotAnswered(self._name)

    def _run_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._take()
            if batch:
                self._answer(batch)
        self._disconnect()

    def _take(self) -> tuple[list[_Waiting[Item, Result]], bool]:
        """Return all who wait, after waiting for the first; and whether to go on after them."""
        batch: list[_Waiting[Item, Result]] = []
        try:
            waiting = self._queue.get()
            while waiting is not None:
                batch.append(waiting)
                waiting = self._queue.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _answer(self, batch: list[_Waiting[Item, Result]]) -> None:
        self._busy_since = monotonic()
        try:
            results = self._do([waiting.item for waiting in batch])
            for waiting, result in zip(batch, results, strict=True):
                waiting.answer, waiting.is_answered = result, True
        except Exception as error:  # noqa: BLE001  # whatever it was, those who wait are told
            self._note_failure(error)
        self._busy_since = None
        for waiting in batch:
            waiting.lock.release()

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
