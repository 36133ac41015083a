"""Restore a backup; nothing is paid from it until what was paid since is taken in."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import fence
from portal.backups.envelope import BadKey, NotABackup, read_key
from portal.backups.making import choose_alias
from portal.backups.programs import NoProgram, ProgramFailed
from portal.backups.restoring import NotEmpty, restore_backup


class Command(BaseCommand):
    """`manage.py restore FILE [--force]`: stop web, worker and scheduler first."""

    help = "Restore a backup into an empty database; --force takes away what is there."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--force", action="store_true", help="delete everything in the database first"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            about = restore_backup(
                path=path, key=read_key(settings.BACKUP_KEY), replaces=options["force"]
            )
        except NotEmpty as error:
            raise CommandError(
                f"The database holds {error} tables. With --force they are deleted first."
            ) from None
        except (NotABackup, NoProgram, ProgramFailed, BadKey, OSError) as error:
            raise CommandError(f"Nothing was restored: {error}") from None
        self.stdout.write(f"Restored what was there at {about['made_at']}.")
        call_command("migrate", database=choose_alias(), interactive=False, verbosity=0)
        self._erase_again()
        if fence.find_standing() is not fence.Standing.OPEN:
            self.stdout.write(
                "Nothing is paid until what was paid since the backup is taken in: start the "
                "program, then run manage.py payouts_import_since"
            )

    def _erase_again(self) -> None:
        log = Path(settings.STATE_DIR) / fence.ERASED
        if log.exists():
            call_command("privacy", "replay", "--list", str(log), stdout=self.stdout)
