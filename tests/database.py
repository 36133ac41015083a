"""What tests commit is gone afterwards: its rows are removed, or the database is copied anew.

Django would truncate every table, which the guards of append-only tables refuse, and which would
also remove what migrations put there.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase
from psycopg import sql
from pytest_django import DjangoDbBlocker

TRIES = 10
MOST_ROWS = 2000  # what is removed still takes room: after more a copy is made instead

TABLES = """SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"""
# A row of a catalogue that is written again has another xmin. Of pg_class that says too little.
STRUCTURE = """SELECT jsonb_build_array(
  (SELECT sum(hashtext(oid::text || xmin)) FROM pg_trigger WHERE oid >= 16384),
  (SELECT sum(hashtext(oid::text || xmin)) FROM pg_constraint WHERE oid >= 16384),
  (SELECT sum(hashtext(oid::text || xmin)) FROM pg_proc WHERE oid >= 16384),
  (SELECT sum(hashtext(oid::text || xmin)) FROM pg_namespace),
  (SELECT sum(hashtext(oid::text || xmin)) FROM pg_policy),
  (SELECT sum(hashtext(indexrelid::text || xmin)) FROM pg_index WHERE indexrelid >= 16384),
  (SELECT sum(hashtext(attrelid::text || attnum || xmin))
   FROM pg_attribute WHERE attrelid >= 16384),
  (SELECT sum(hashtext(concat(oid, relname, relkind, relacl, reloptions, relrowsecurity)))
   FROM pg_class WHERE oid >= 16384)
)::text"""


@dataclass(frozen=True, slots=True)
class Pristine:
    """A database as migrations left it: its structure, the tables they filled, the next ids."""

    structure: str
    filled: dict[str, int]  # to a number that is another as soon as a row is another
    sequences: dict[str, int | None]  # to the last id given, if there was one


_pristine = dict[str, Pristine]()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep a copy of the migrated database for this run."""
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        copy_database(source=name, target=template_of(name))
        with connection.cursor() as cursor:
            _pristine[name] = _describe(cursor)
    yield
    with django_db_blocker.unblock():
        drop_database(template_of(name))
        end_connections(name)  # a thread of a live server may have kept one


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a module commit rows that all its tests share; afterwards they are gone.

    Its tests are marked django_db: pytest-django makes no test database for any others.
    """
    name = connection.settings_dict["NAME"]
    assert name.startswith("test_")
    with django_db_blocker.unblock():
        yield
        restore_database()


def template_of(name: str) -> str:
    """Return the name of a test database's template."""
    return f"{name}_template"


def copy_database(*, source: str, target: str) -> None:
    """Replace `target` by a copy of `source`, ending every connection to the two."""
    drop_database(target)
    for attempt in range(TRIES):
        try:
            _run("CREATE DATABASE {} TEMPLATE {}", target, source)
        except OperationalError:  # a vacuum of its own accord is in the source for a moment
            if attempt == TRIES - 1:
                raise
            time.sleep(1)
        else:
            return


def drop_database(name: str) -> None:
    """End every connection to a database and remove it."""
    connections.close_all()
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(statement: str, *names: str) -> None:
    quoted = [sql.Identifier(name) for name in names]
    with connection._nodb_cursor() as cursor:  # connected to "postgres", in autocommit
        cursor.execute("SET statement_timeout = 0")  # it waits for a checkpoint
        cursor.execute(sql.SQL(statement).format(*quoted))


def end_connections(name: str) -> None:
    """End every connection of ours to a database and wait until it has gone."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = current_user",
            [name],
        )


def restore_database() -> None:
    """Bring the database of this process back to what it was ahead of all tests."""
    name = connection.settings_dict["NAME"]
    end_connections(name)
    if not _remove_rows(_pristine[name]):
        copy_database(source=template_of(name), target=name)


def _remove_rows(pristine: Pristine) -> bool:
    """Remove the rows that are new, or say that it takes more than that."""
    with transaction.atomic(), connection.cursor() as cursor:
        now = _describe(cursor)
        kept = {table: now.filled.get(table) for table in pristine.filled}
        if (now.structure, kept) != (pristine.structure, pristine.filled):
            return False
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SET LOCAL session_replication_role = replica")  # ends triggers, so guards
        removed = 0
        for table in now.filled.keys() - kept.keys():
            cursor.execute(f"DELETE FROM {table}")
            removed += cursor.rowcount
        moved = {
            name: pristine.sequences[name]
            for name, last in now.sequences.items()
            if last != pristine.sequences[name]
        }
        cursor.execute(
            "SELECT setval(one.name::regclass, coalesce(one.last, 1), one.last IS NOT NULL)"
            " FROM unnest(%s::text[], %s::bigint[]) AS one (name, last)",
            [list(moved), list(moved.values())],
        )
        return removed <= MOST_ROWS


def _describe(cursor: CursorWrapper) -> Pristine:
    cursor.execute(STRUCTURE)
    structure = cursor.fetchone()[0]
    cursor.execute(TABLES)
    sums = (
        f"SELECT '{one}', sum(hashtext(ctid::text || xmin)) FROM {one}"
        for (one,) in cursor.fetchall()
    )
    cursor.execute(" UNION ALL ".join(sums))
    filled = dict(row for row in cursor.fetchall() if row[1] is not None)
    cursor.execute(
        "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
        " WHERE schemaname = 'public'"
    )
    return Pristine(structure, filled, dict(cursor.fetchall()))


TransactionTestCase._fixture_teardown = lambda _: restore_database()
