"""Which rows a request changed, asked of PostgreSQL: the answer's status is no evidence."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from core.models import Brand
from tests.crawler.town import people_of

Owners = dict[str, set[int]]

# Who is logged in, and how often somebody guessed, is another matter.
PASSING = {"django_session", "usersessions_usersession", "core_guesscount"}

# Moments, ids that are drawn, and what is encrypted: as text, and as the bytes of that text.
_MADE = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.+Z]+|\b[a-z]{2,6}_[0-9a-z]{20}\b"
    rf"|\bgAAAA[\w-]+=*|x{b'gAAAA'.hex()}[0-9a-f]+"
)
# What pg_stat_xact_user_tables counts, without what else that view reads of each table.
_CHANGES = """
SELECT relname, changes FROM (
    SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
        + pg_stat_get_xact_tuples_deleted(oid) AS changes
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
) AS tables WHERE changes > 0
"""


@dataclass
class Watch:
    """The rows of one brand and its people, by table, as they were at the start."""

    brand: Brand
    _people: list[int] = field(default_factory=list)
    _columns: dict[str, set[str]] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Remember the present state; what is asked afterwards is compared with it."""
        self._people = people_of(self.brand)
        self._columns = _read_columns()
        self._before = {table: self._print(table) for table in self._columns}

    def changed(self, touched: set[str]) -> list[str]:
        """Return which of the touched tables hold other rows of the brand than at the start."""
        return sorted(
            table
            for table in touched
            if table in self._before and self._print(table) != self._before[table]
        )

    def _print(self, table: str) -> str:
        where, values = self._whose(table)
        if not where:
            return ""
        sql = (
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM "{table}" t WHERE {where}'
        )
        return str(_one(sql, values))

    def _whose(self, table: str) -> tuple[str, list[Any]]:
        known = self._columns[table]
        if table == "core_brand":
            return "id = %s", [self.brand.pk]
        if table == "core_user":
            return "id = ANY(%s)", [self._people]
        if "brand_id" in known:
            return "brand_id = %s", [self.brand.pk]
        if "user_id" in known:
            return "user_id = ANY(%s)", [self._people]
        return "", []


def touched_tables() -> dict[str, int]:
    """Return how many rows of each table this transaction has written so far."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES)
        return dict(cursor.fetchall())


def newly_touched(before: dict[str, int]) -> set[str]:
    """Return the tables written since."""
    return {table for table, count in touched_tables().items() if before.get(table, 0) != count}


def list_owners() -> Owners:
    """Return whom rows can belong to now, by the columns that say so."""
    brands, people = (set(_all(f"SELECT id FROM {one}")) for one in ("core_brand", "core_user"))
    return {"brand_id": brands, "user_id": people, "actor_id": people}


def describe_rows(tables: set[str], owners: Owners) -> dict[str, list[str]]:
    """Return the rows of some tables without what differs from run to run."""
    return {
        table: sorted(_settled(row, owners) for row in _all(f'SELECT to_jsonb(t) FROM "{table}" t'))
        for table in sorted(tables - PASSING)
    }


def _settled(row: Any, owners: Owners) -> str:
    """Leave out what is made anew each time; whose a row is stays, where it is somebody's."""
    data = json.loads(row) if isinstance(row, str) else row
    ends = (
        *("_at", "_id", "_hash", "_until", "key", "token", "secret", "window", "last_login"),
        *("password", "body"),
    )
    kept = {
        name: value
        for name, value in data.items()
        if value in owners.get(name, ())
        or not (name.endswith(ends) or name in {"id", "at", "slug", "text", "normalised", "html"})
    }
    return _MADE.sub("…", json.dumps(kept, sort_keys=True))


def _read_columns() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname::text) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1"
        )
        return {table: set(names) for table, names in cursor.fetchall()}


def _one(sql: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return row[0] if row else None


def _all(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row for (row,) in cursor.fetchall()]
