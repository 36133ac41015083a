"""Restore a backup into an empty database, or apart, to see that it can be done."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from portal.backups.envelope import read_backup, read_key
from portal.backups.making import choose_alias
from portal.backups.programs import (
    ProgramFailed,
    describe_connection,
    environment,
    feed,
    find_program,
)

# Whoever restores is not always who owned it, and rights are given by the database's own defaults.
ARCHIVE = ("--no-owner", "--no-privileges", "--no-password", "--exit-on-error")


class NotEmpty(Exception):
    """The database holds tables; the argument says how many."""


class BooksDiffer(Exception):
    """The backup can be restored, and its books differ."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a backup restored apart: how many rows the checks of the books found wrong."""

    about: dict[str, Any]
    differences: int
    checks: int


def check_file(*, path: Path, key: bytes) -> dict[str, Any]:
    """Read a backup to its end without writing anything; returns what its head says.

    :raises portal.backups.envelope.NotABackup: it is none, is damaged, or the key is another one.
    :raises ProgramFailed: the archive in it is damaged.
    """
    restore = find_program("pg_restore", alias=choose_alias())
    with path.open("rb") as file:
        about, pieces = read_backup(file, key=key)
        feed([restore, f"--file={os.devnull}"], pieces, env=environment())
    return about


def restore_backup(*, path: Path, key: bytes, replaces: bool) -> dict[str, Any]:
    """Restore a backup into the database of the settings; returns what its head says.

    The file is read to its end first: a damaged one takes nothing away.

    :raises NotEmpty: the database holds tables, and nobody said that they may go.
    """
    alias = choose_alias()
    if (tables := count_tables(alias)) and not replaces:
        raise NotEmpty(str(tables))
    check_file(path=path, key=key)
    if tables:
        with connections[alias].cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connections[alias].close()
    return _load(path, key, alias, database="")


def count_tables(alias: str) -> int:
    """Return how many tables the database holds."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return int(cursor.fetchone()[0])


def verify_backup(*, path: Path, key: bytes) -> Verified:
    """Restore a backup into a database of its own, migrate it there, prove its books, drop it.

    :raises ProgramFailed: it cannot be restored, or does not fit this version.
    """
    alias = choose_alias()
    with _scratch(alias) as name:
        about = _load(path, key, alias, database=name)
        _manage(alias, name, "migrate", "--verbosity=0")
        found = json.loads(_manage(alias, name, "reconcile", "--json"))
    return Verified(about, found["differences"], len(found["checks"]))


def verify(path: Path) -> str:
    """Prove a backup with the key of the settings; returns which one it was.

    :raises BooksDiffer: it can be restored, and its books differ.
    """
    found = verify_backup(path=path, key=read_key(settings.BACKUP_KEY))
    if found.differences:
        raise BooksDiffer(f"{found.differences} differences in its books")
    return path.name


def _load(path: Path, key: bytes, alias: str, *, database: str) -> dict[str, Any]:
    restore = find_program("pg_restore", alias=alias)
    address, given = describe_connection(alias, database=database)
    command: list[str | Path] = [restore, *ARCHIVE, "--single-transaction", f"--dbname={address}"]
    with path.open("rb") as file:
        about, pieces = read_backup(file, key=key)
        feed(command, pieces, env=given)
    return about


@contextmanager
def _scratch(alias: str) -> Iterator[str]:
    """Make a database beside the real one; the role must be allowed to."""
    name = f"fairshare_verify_{token_hex(6)}"
    with connections[alias].cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
    try:
        yield name
    finally:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _manage(alias: str, database: str, *arguments: str) -> str:
    """Run a management command on another database.

    :raises ProgramFailed: it ended otherwise than with what it is there to say.
    """
    address, given = describe_connection(alias, database=database)
    parts = conninfo_to_dict(address)
    host, port = str(parts["host"]), str(parts["port"])
    place = f"/{database}?host={host}&port={port}"
    url = f"postgres://{quote(str(parts['user']))}:{quote(given.get('PGPASSWORD', ''))}@{place}"
    kept = {k: v for k, v in given.items() if not k.startswith(("DATABASE_URL", "MIGRATION_"))}
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env=kept | {"DATABASE_URL": url},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not done.stdout.startswith("{"):
        raise ProgramFailed(f"{arguments[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout
