"""Where the stand-in keeps its state: a few verbs over JSON objects, in memory or a database."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

Json = dict[str, Any]


class Store(Protocol):
    """JSON objects by (namespace, kind, object id). What is read and what is written are copies."""

    def locked(self, *, namespace: str) -> AbstractContextManager[None]:
        """Keep every other writer of the namespace out until the block ends."""
        ...

    def get(self, *, namespace: str, kind: str, object_id: str) -> Json | None:
        """Return one object, or None."""
        ...

    def put(
        self, *, namespace: str, kind: str, object_id: str, value: Json, group: str = ""
    ) -> None:
        """Insert or replace; an object that is replaced keeps its place in the order."""
        ...

    def list(self, *, namespace: str, kind: str, group: str | None = None) -> list[Json]:
        """Return the objects of a kind, or of one group of it, oldest first."""
        ...


class MemoryStore:
    """A thread-safe store that ends with the process."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._guard = threading.RLock()
        self._values: dict[tuple[str, str, str], str] = {}
        self._groups: defaultdict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
        self._kinds: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)

    @contextmanager
    def locked(self, *, namespace: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks[namespace]
        with lock:
            yield

    def get(self, *, namespace: str, kind: str, object_id: str) -> Json | None:
        with self._guard:
            text = self._values.get((namespace, kind, object_id))
            return None if text is None else json.loads(text)

    def put(
        self, *, namespace: str, kind: str, object_id: str, value: Json, group: str = ""
    ) -> None:
        with self._guard:
            before = self._kinds[namespace, kind].get(object_id)
            if before is not None and before != group:
                del self._groups[namespace, kind, before][object_id]
            self._kinds[namespace, kind][object_id] = group
            self._groups[namespace, kind, group][object_id] = None
            self._values[namespace, kind, object_id] = json.dumps(value)

    def list(self, *, namespace: str, kind: str, group: str | None = None) -> list[Json]:
        with self._guard:
            ids = (
                self._kinds[namespace, kind]
                if group is None
                else self._groups[namespace, kind, group]
            )
            return [json.loads(self._values[namespace, kind, object_id]) for object_id in ids]
