"""A database of its own for a test that commits: cloned from the migrated one, then dropped.

The ledger refuses TRUNCATE, and so does this: what committed is thrown away with its database.
Use: `from tests.clones import committing_database` and `@pytest.mark.usefixtures(...)`.
"""

import os
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from psycopg import sql


@pytest.fixture
def committing_database(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Point every connection of the test, of its threads too, at a fresh clone."""
    with django_db_blocker.unblock():
        parameters = connection.settings_dict
        name = parameters["NAME"]
        clone = f"{name}_clone_{os.getpid()}"
        connections.close_all()
        _administer("CREATE DATABASE {} TEMPLATE {}", clone, name)
        parameters["NAME"] = clone
        try:
            yield
        finally:
            connections.close_all()
            parameters["NAME"] = name
            _administer("DROP DATABASE {} WITH (FORCE)", clone)


def _administer(statement: str, *names: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
