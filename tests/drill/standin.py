"""The payment service of a drill: `python -m tests.drill.standin STATE CLOCK SEED RATE`.

A process of its own whose state outlives everybody: SQLite, written through. It prints its port. Of
RATE in a thousand requests something goes wrong, as long as the file of its clock says so.
"""

import json
import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from payouts.rails.stripe.standin import Response, StripeStandin, namespace_of
from payouts.rails.stripe.standin_faults import Fault
from payouts.rails.stripe.standin_http import StandinServer
from payouts.rails.stripe.standin_store import Json

KEY = "sk_test_drill"
FUNDS = {"eur": 10**12}
PREFIX = "/standin/stripe"  # where an installation expects the one of its sandboxes
SENDING = (
    "timeout_before",
    "timeout_after",
    "error_saved",
    "error_saved_done",
    "error_unsaved",
    "rate_limited",
    "in_progress",
    "key_expired",
    "unreadable",
)
ASKING = ("timeout_before", "error_unsaved", "unreadable")
TABLE = """
CREATE TABLE IF NOT EXISTS object (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace TEXT, kind TEXT, id TEXT, grp TEXT, data TEXT,
    UNIQUE (namespace, kind, id)
);
CREATE INDEX IF NOT EXISTS by_group ON object (namespace, kind, grp, place);
"""


class SqliteStore:
    """The Store of the stand-in in a file; each request commits once, to the disk."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {TABLE}")

    @contextmanager
    def locked(self, *, namespace: str) -> Iterator[None]:
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                self._db.execute("COMMIT")

    def get(self, *, namespace: str, kind: str, object_id: str) -> Json | None:
        with self._lock:
            row = self._db.execute(
                "SELECT data FROM object WHERE namespace = ? AND kind = ? AND id = ?",
                (namespace, kind, object_id),
            ).fetchone()
        return json.loads(row[0]) if row else None

    def put(
        self, *, namespace: str, kind: str, object_id: str, value: Json, group: str = ""
    ) -> None:
        with self._lock:
            self._db.execute(
                "INSERT INTO object (namespace, kind, id, grp, data) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (namespace, kind, id) DO UPDATE SET grp = ?, data = ?",
                (namespace, kind, object_id, group, text := json.dumps(value), group, text),
            )

    def list(self, *, namespace: str, kind: str, group: str | None = None) -> list[Json]:
        grouped = "" if group is None else " AND grp = ?"
        with self._lock:
            rows = self._db.execute(
                f"SELECT data FROM object WHERE namespace = ? AND kind = ?{grouped} ORDER BY place",
                (namespace, kind, *([] if group is None else [group])),
            ).fetchall()
        return [json.loads(row[0]) for row in rows]


class Clock:
    """The drill's time: this machine's and what the supervisor adds, read from its file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Any]:
        return json.loads(self._path.read_text("utf-8"))

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.read()["ahead_s"])


class Unkind(StripeStandin):
    """The stand-in on a bad day: any request may be hit, by chance that a seed decides.

    Which faults a POST may meet is said by name; some of them take a day to come clear.
    """

    def __init__(
        self, *, store: SqliteStore, clock: Clock, seed: int, rate: int, sending: Sequence[str]
    ) -> None:
        super().__init__(store=store, clock=clock.now, opening_funds=FUNDS)
        self._bad_day, self._rng, self._rate, self._sending = clock, Random(seed), rate, sending

    def handle(self, *, path: str, **request: Any) -> Response:
        return super().handle(path=path.removeprefix(PREFIX), **request)

    def _take_fault(self, call: Any) -> Fault | None:
        if not call.path.startswith("/v1/transfers") or not self._bad_day.read()["is_unkind"]:
            return None
        if self._rng.randrange(1000) >= self._rate:
            return None
        kinds = self._sending if call.method == "POST" else ASKING
        return Fault(kind=self._rng.choice(kinds), method="", path="")  # type: ignore[arg-type]


def open_account(store: SqliteStore) -> str:
    """Open an account that can receive; returns its id."""
    standin = StripeStandin(store=store, clock=lambda: datetime.now(UTC), opening_funds=FUNDS)
    made = standin.handle(
        method="POST",
        path="/v1/accounts",
        headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": str(uuid4())},
        form_params={
            "country": "DE",
            "email": "drill@mail.example",
            "controller[fees][payer]": "application",
            "controller[losses][payments]": "application",
            "controller[stripe_dashboard][type]": "express",
            "controller[requirement_collection]": "stripe",
            "capabilities[transfers][requested]": "true",
        },
    )
    account = str(json.loads(made.body)["id"])
    standin.complete_onboarding(namespace=namespace_of(KEY), account=account)
    return account


def main(state: str, clock: str, seed: str, rate: str, *sending: str) -> None:
    standin = Unkind(
        store=SqliteStore(Path(state)),
        clock=Clock(Path(clock)),
        seed=int(seed),
        rate=int(rate),
        sending=sending or SENDING,
    )
    with StandinServer(standin) as server:
        print(server.url, flush=True)
        sys.stdin.read()  # until the supervisor has gone


if __name__ == "__main__":
    main(*sys.argv[1:])
