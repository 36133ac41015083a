"""Clicks on their way to the table: COPY of whatever waits, answered after the commit.

COPY in autocommit is a transaction of its own, so a batch is stored as a whole or not at all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from uuid import UUID

import psycopg

from tracking.groupwork import Connection, GroupWorker

COPY = """
COPY tracking_click (id, brand_id, program_id, enrollment_id, link_id, at, visitor_key, net_key,
                     verdict, agent_id, referrer_id, device, has_paid_marker, sub_id) FROM STDIN
"""
FIND_STORED = "SELECT id FROM tracking_click WHERE id = ANY(%s)"
FIND_AGENTS = "SELECT name, id FROM tracking_clickagent WHERE name = ANY(%s)"
MAKE_AGENTS = (
    "INSERT INTO tracking_clickagent (name) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
)
FIND_HOSTS = "SELECT host, id FROM tracking_clickreferrer WHERE host = ANY(%s)"
MAKE_HOSTS = (
    "INSERT INTO tracking_clickreferrer (host) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
)
# A referrer is whatever a stranger says: so many new names an hour and process are kept.
NEW_NAMES_AN_HOUR = 500
MAX_NAMES = 10_000

_SPECIAL = re.compile(r"[\\\t\n\r\0]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickRow:
    """A click as the table keeps it, names not yet turned into numbers."""

    id: UUID
    brand_id: int
    program_id: int
    enrollment_id: int
    link_id: int
    at: datetime
    visitor_key: int
    net_key: int
    verdict: int
    agent: str
    referrer: str
    device: int
    has_paid_marker: bool
    sub_id: str


class NameTable:
    """Names that have a number: known ones from memory, others found or made in the database."""

    def __init__(self, *, find: str, make: str) -> None:
        self._find = find
        self._make = make
        self._ids: dict[str, int] = {}
        self._hour_began = monotonic()
        self._made = 0

    def number(self, connection: Connection, names: set[str]) -> dict[str, int]:
        """Return the numbers of names; one that may not be made now is left out."""
        names.discard("")
        if missing := names - self._ids.keys():
            self._learn(connection, sorted(missing))
        return {name: self._ids[name] for name in names if name in self._ids}

    def forget(self) -> None:
        """Forget every number."""
        self._ids.clear()

    def _learn(self, connection: Connection, names: list[str]) -> None:
        if len(self._ids) > MAX_NAMES:
            self._ids.clear()
        self._ids.update(connection.execute(self._find, [names]).fetchall())
        made = [name for name in names if name not in self._ids][: self._left_to_make()]
        if made:  # in order: two processes making the same names never wait for each other in turn
            self._made += len(made)
            connection.execute(self._make, [made])
            self._ids.update(connection.execute(self._find, [made]).fetchall())

    def _left_to_make(self) -> int:
        if monotonic() - self._hour_began > 3600:
            self._hour_began, self._made = monotonic(), 0
        return NEW_NAMES_AN_HOUR - self._made


class ClickWriter:
    """Stores clicks. When `store` returns, the click is committed."""

    def __init__(self) -> None:
        self._agents = NameTable(find=FIND_AGENTS, make=MAKE_AGENTS)
        self._hosts = NameTable(find=FIND_HOSTS, make=MAKE_HOSTS)
        self._worker = GroupWorker(name="clicks", work=self._write)

    def store(self, row: ClickRow) -> None:
        """Return once the row is committed.

        :raises NotAnswered: it is not known to be.
        """
        self._worker.ask(row)

    def forget(self) -> None:
        """Store what waits, close the connection, forget all names."""
        self._worker.close()
        self._agents.forget()
        self._hosts.forget()

    def _write(self, connection: Connection, rows: Sequence[ClickRow]) -> Sequence[None]:
        try:
            copy_clicks(connection, rows, agents=self._agents, hosts=self._hosts)
        except psycopg.errors.UniqueViolation:
            missing = _list_missing(connection, rows)
            copy_clicks(connection, missing, agents=self._agents, hosts=self._hosts)
        return [None] * len(rows)


def copy_clicks(
    connection: Connection, rows: Sequence[ClickRow], *, agents: NameTable, hosts: NameTable
) -> None:
    """Write all rows by COPY, in whatever transaction the connection is in, or none of them."""
    agent_ids = agents.number(connection, {row.agent for row in rows})
    host_ids = hosts.number(connection, {row.referrer for row in rows})
    text = "".join(
        _format_row(row, agent_ids.get(row.agent), host_ids.get(row.referrer)) for row in rows
    )
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write(text)


def _list_missing(connection: Connection, rows: Sequence[ClickRow]) -> list[ClickRow]:
    """Return the rows that are not stored.

    Others are when the first commit of a batch went through unheard, or when an order brought the
    token of a click that was still on its way here.
    """
    found = connection.execute(FIND_STORED, [[row.id for row in rows]]).fetchall()
    stored = {click_id for (click_id,) in found}
    return [row for row in rows if row.id not in stored]


def _format_row(row: ClickRow, agent_id: int | None, referrer_id: int | None) -> str:
    values = (
        row.id,
        row.brand_id,
        row.program_id,
        row.enrollment_id,
        row.link_id,
        row.at.isoformat(),
        row.visitor_key,
        row.net_key,
        int(row.verdict),
        r"\N" if agent_id is None else agent_id,
        r"\N" if referrer_id is None else referrer_id,
        int(row.device),
        "t" if row.has_paid_marker else "f",
        _SPECIAL.sub("", row.sub_id),
    )
    return "\t".join(map(str, values)) + "\n"
