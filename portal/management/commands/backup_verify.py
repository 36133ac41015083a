"""Prove that a backup can be restored: into a database apart, where its books are proved too."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from core.clock import database_now
from core.jobs import run_once
from portal.backups.envelope import BadKey, NotABackup
from portal.backups.making import list_backups
from portal.backups.programs import NoProgram, ProgramFailed
from portal.backups.restoring import BooksDiffer, verify


class Command(BaseCommand):
    """`manage.py backup_verify [FILE]`: the newest of BACKUP_DIR, unless one is named."""

    help = "Restore a backup apart, migrate it, prove its books, and keep the outcome."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *_args: Any, **options: Any) -> None:
        path, now = options["file"] or _find_newest(), database_now()
        try:
            run_once(
                name="backup_verify", window=now.isoformat(), now=now, work=lambda: verify(path)
            )
        except (NotABackup, NoProgram, ProgramFailed, BadKey, BooksDiffer, OSError) as error:
            raise CommandError(f"{path} is no good: {error}") from None
        except DatabaseError as error:
            raise CommandError(f"No database could be made to restore it into: {error}") from None
        self.stdout.write(f"{path} was restored apart, and its books balance.")


def _find_newest() -> Path:
    found = list_backups(Path(settings.BACKUP_DIR)) if settings.BACKUP_DIR else []
    if not found:
        raise CommandError("Name a file: there is none in BACKUP_DIR.")
    return found[-1]
