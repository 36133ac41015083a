"""Make a backup of the database, and turn over the old ones."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import database_now
from core.fence import Fenced
from core.jobs import run_once
from portal.backups.envelope import BadKey, read_key
from portal.backups.making import make_backup, turn_over
from portal.backups.programs import NoProgram, ProgramFailed


class Command(BaseCommand):
    """`manage.py backup [--to FOLDER]`: the key of BACKUP_KEY encrypts it."""

    help = "Write a backup into BACKUP_DIR and keep 7 days, 4 weeks and the month before of them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="a folder, else BACKUP_DIR")

    def handle(self, *_args: Any, **options: Any) -> None:
        given = options["to"] or settings.BACKUP_DIR
        if not given:
            raise CommandError("Say where to: --to FOLDER, or set BACKUP_DIR.")
        folder, now = Path(given), database_now()
        try:
            path = make_backup(folder=folder, key=read_key(settings.BACKUP_KEY), now=now)
            gone = turn_over(folder=folder)
        except (NoProgram, ProgramFailed, BadKey, OSError) as error:
            raise CommandError(f"No backup was made: {error}") from None
        except Fenced:
            raise CommandError(
                "No backup was made: this database was restored and does not know what was paid "
                "since. First run: manage.py payouts_import_since"
            ) from None
        run_once(name="backup", window=now.isoformat(), now=now, work=lambda: path.name)
        size = path.stat().st_size
        self.stdout.write(f"{path} holds it, {size} bytes; {len(gone)} old ones went.")
