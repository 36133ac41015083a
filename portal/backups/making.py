"""Make a backup as one file, and keep 7 days, 4 weeks and a month of them."""

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from core import fence
from core.models import Installation
from portal.backups.envelope import Writer
from portal.backups.programs import describe_connection, find_program, read_from

NAME = re.compile(r"fairshare-(\d{8}T\d{6})Z\.backup")
# The salts of visitors' keys live 48 hours, and no longer in a backup.
WITHOUT = "--exclude-table-data=public.tracking_visitorsalt"
DAYS, WEEKS, MONTHS = 7, 4, 1


def choose_alias() -> str:
    """Return the connection that owns the tables."""
    return "migration" if "migration" in connections else "default"


def make_backup(*, folder: Path, key: bytes, now: datetime) -> Path:
    """Write a backup into a folder and leave every older copy of the past behind.

    :raises portal.backups.programs.NoProgram: there is no pg_dump that fits the server.
    :raises portal.backups.programs.ProgramFailed: pg_dump failed; no file is left.
    :raises core.fence.Fenced: this database is a restored copy that was not brought up to date.
    """
    fence.check_open()
    alias = choose_alias()
    dump = find_program("pg_dump", alias=alias)
    address, env = describe_connection(alias)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"fairshare-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z.backup"
    draft = path.with_suffix(".part")
    about = _describe(alias, now)
    command: list[str | Path] = [
        dump,
        "--format=custom",
        "--no-password",
        WITHOUT,
        f"--dbname={address}",
    ]
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            writer = Writer(file, key=key, about=about)
            for piece in read_from(command, env=env):
                writer.write(piece)
            writer.end()
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    fence.advance(now=now)
    return path


def list_backups(folder: Path) -> list[Path]:
    """Return the backups of a folder, the newest last."""
    return sorted(path for path in folder.glob("fairshare-*.backup") if NAME.fullmatch(path.name))


def turn_over(*, folder: Path) -> list[Path]:
    """Delete what is neither the last of one of 7 days, of 4 weeks or of the month; return it."""
    dated = [(path, _read_date(path)) for path in reversed(list_backups(folder))]
    known = [(path, at) for path, at in dated if at is not None]
    kept = set[Path]()
    for form, most in (("%Y-%m-%d", DAYS), ("%G-%V", WEEKS), ("%Y-%m", MONTHS)):
        kept |= _last_of_each(known, form, most)
    gone = [path for path, _ in known if path not in kept]
    for path in gone:
        path.unlink()
    return gone


def _last_of_each(known: Iterable[tuple[Path, datetime]], form: str, most: int) -> set[Path]:
    latest = dict[str, Path]()
    for path, at in known:  # the newest first
        latest.setdefault(at.strftime(form), path)
    # The month before: of this one the days are there already.
    skipped = 1 if form == "%Y-%m" and len(latest) > 1 else 0
    return set(list(latest.values())[skipped : most + skipped])


def _read_date(path: Path) -> datetime | None:
    match = NAME.fullmatch(path.name)
    return datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if match else None


def _describe(alias: str, now: datetime) -> dict[str, object]:
    row = Installation.objects.first()
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    latest = dict(sorted(applied))
    return {
        "made_at": now.isoformat(),
        "installation": str(row.key) if row else "",
        "epoch": row.epoch if row else 0,
        "migrations": latest,
    }
