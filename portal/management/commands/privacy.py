"""Answer a person who asks for his data or its end, as the law wants it."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import database_now
from core.erasing import keep_erasure
from core.models import User
from portal.privacy.copying import copy_data, name_copy
from portal.privacy.deleting import (
    AlreadyDeleted,
    NotYet,
    delete_account,
    delete_again,
    find_obstacles,
)

LOGGED = re.compile(r"erased ([0-9a-f-]{36}) at (\d{4}-[0-9T:.+-]+)")


class Command(BaseCommand):
    """`manage.py privacy export | erase | replay`."""

    help = "Copy a person's data, erase a person, or erase again after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="do", required=True)
        export = actions.add_parser("export", help="write a ZIP with all that is kept of a person")
        export.add_argument("--email", required=True)
        export.add_argument("--to", type=Path, help="the file; else my-data-DATE.zip, here")
        erase = actions.add_parser("erase", help="erase a person for good; the books stay")
        erase.add_argument("--email", required=True)
        erase.add_argument("--yes", action="store_true", help="it cannot be undone")
        replay = actions.add_parser("replay", help="after a restore: erase again who was erased")
        replay.add_argument(
            "--list", type=Path, help="a log of the time since the backup, where erasures stand"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["do"] == "export":
            self._export(_find(options["email"]), options["to"])
        elif options["do"] == "erase":
            self._erase(_find(options["email"]), is_sure=options["yes"])
        else:
            self._replay(options["list"])

    def _export(self, user: User, to: Path | None) -> None:
        now = database_now()
        path = to or Path(name_copy(now))
        if path.exists():
            raise CommandError(f"{path} is there already.")
        path.write_bytes(copy_data(user_id=user.pk, actor_id=None, now=now).getvalue())
        self.stdout.write(f"{path} holds what is kept of {user.email}.")

    def _erase(self, user: User, *, is_sure: bool) -> None:
        if not is_sure:
            raise CommandError(f"{user.email} would be erased for good. Say --yes.")
        try:
            delete_account(user_id=user.pk, actor_id=None, now=database_now())
        except AlreadyDeleted:
            raise CommandError("This account was erased before.") from None
        except NotYet:
            raise CommandError(_say_why(user)) from None
        self.stdout.write("Erased. The books keep its amounts.")

    def _replay(self, log: Path | None) -> None:
        if log is not None:
            with log.open(encoding="utf-8", errors="replace") as lines:
                _keep(lines)
        done, waiting = delete_again(now=database_now())
        self.stdout.write(f"Erased again: {done}.")
        for user in waiting:
            self.stdout.write(_say_why(user))


def _find(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise CommandError(f"Nobody here has the address {email}.")
    return user


def _keep(lines: Iterable[str]) -> None:
    for line in lines:
        for mark, at in LOGGED.findall(line):
            keep_erasure(mark, at=datetime.fromisoformat(at))


def _say_why(user: User) -> str:
    obstacles = find_obstacles(user)
    payouts = ", ".join(payout.public_id for payout in obstacles.payouts)
    brands = ", ".join(brand.slug for brand in obstacles.brands)
    reasons = [f"payouts under way: {payouts}"] if payouts else []
    reasons += [f"last owner of {brands}"] if brands else []
    return f"{user.public_id} cannot be erased yet: {'; '.join(reasons)}."
