"""Bring a database up to date, for `make run` also with the demo: what runs before a start."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from config import boot

boot.set_up()

# Models exist once Django is set up.
from core import fence  # noqa: E402
from core.canary import leave_canary  # noqa: E402
from core.clock import utc_now  # noqa: E402


def main(arguments: list[str]) -> None:
    """Migrate; with a path, load the demo and write its log-ins there."""
    migrate()
    if arguments and "load_demo" in get_commands():
        call_command("load_demo")  # it knows itself whether it has been loaded
        with Path(arguments[0]).open("w", encoding="utf-8") as output:
            call_command("load_demo", "--show-logins", stdout=output)


def migrate() -> None:
    """Apply what is missing; nothing at all when nothing is, which keeps a second start quick."""
    alias = "migration" if "migration" in settings.DATABASES else "default"
    executor = MigrationExecutor(connections[alias])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database=alias, interactive=False, verbosity=1)
    leave_canary(using=alias, now=utc_now())
    fence.begin(using=alias, now=utc_now())


if __name__ == "__main__":
    main(sys.argv[1:])
