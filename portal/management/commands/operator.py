"""Name the people who run this installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.accounts import set_operator
from core.clock import database_now


class Command(BaseCommand):
    """`manage.py operator --email … [--remove]`: the operator's pages are under /ops/."""

    help = "Let a person, known or new, see the operator's pages; or no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--remove", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        is_operator = not options["remove"]
        user = set_operator(email=options["email"], is_operator=is_operator, now=database_now())
        verb = "is an operator now" if is_operator else "is no operator any more"
        self.stdout.write(f"{user.email} {verb}.")
