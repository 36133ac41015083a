"""Answer a person who asks for his data, as the law wants it."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import database_now
from core.models import User
from portal.privacy.copying import copy_data, name_copy


class Command(BaseCommand):
    """`manage.py privacy export --email … [--to FILE]`."""

    help = "Copy a person's data."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="do", required=True)
        export = actions.add_parser("export", help="write a ZIP with all that is kept of a person")
        export.add_argument("--email", required=True)
        export.add_argument("--to", type=Path, help="the file; else my-data-DATE.zip, here")

    def handle(self, *_args: Any, **options: Any) -> None:
        self._export(_find(options["email"]), options["to"])

    def _export(self, user: User, to: Path | None) -> None:
        now = database_now()
        path = to or Path(name_copy(now))
        try:
            with path.open("xb") as out, copy_data(user_id=user.pk, actor_id=None, now=now) as file:
                shutil.copyfileobj(file, out)
        except FileExistsError:
            raise CommandError(f"{path} is there already.") from None
        self.stdout.write(f"{path} holds what is kept of {user.email}.")


def _find(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise CommandError(f"Nobody here has the address {email}.")
    return user
