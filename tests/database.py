"""Tests that commit get a fresh copy of the database afterwards, from a template.

Django would truncate every table, which the guards of append-only tables refuse, and which would
also remove what migrations put there.
"""

import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, connections
from django.test import TransactionTestCase
from psycopg import sql
from pytest_django import DjangoDbBlocker

TRIES = 10


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep a copy of the migrated database for this run."""
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        copy_database(source=name, target=template_of(name))
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
        copy_database(source=template_of(name), target=name)


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


def _restore_database(self: TransactionTestCase) -> None:
    name = connection.settings_dict["NAME"]
    copy_database(source=template_of(name), target=name)


TransactionTestCase._fixture_teardown = _restore_database
