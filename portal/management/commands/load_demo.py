"""Load the demo, once; the log-ins it gives are for a machine that nobody else reaches."""

import secrets
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.clock import database_now
from core.models import User
from portal.demo.cast import BRAND, OPERATOR, PAPER_BRAND, PASSWORD, TEAM, WITH_LOGIN, email_of
from portal.demo.load import (
    DemoLoaded,
    DemoUnsound,
    find_demo,
    load_demo,
    make_room,
    name_operator,
    put_away,
)

REFUSAL = (
    "Nothing was loaded: the demo is for trying on one's own machine (LOCAL=1). It adds invented "
    "brands, creators and orders that stay in the books for good. To load it here all the same, "
    "add --yes-really."
)


class Command(BaseCommand):
    help = "Load invented brands, creators and four months of orders, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show-logins", action="store_true", help="print who can log in")
        parser.add_argument(
            "--again", action="store_true", help="put the demo away and load a fresh one"
        )
        parser.add_argument(
            "--yes-really", action="store_true", help="load it also where LOCAL is not set"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  # Django's own
        if not (settings.LOCAL or options["yes_really"]):
            raise CommandError(REFUSAL)
        password = PASSWORD if settings.LOCAL else secrets.token_urlsafe(15)
        is_new = options["again"] or find_demo() is None
        if is_new:
            self._load(password, is_again=options["again"])
        elif not options["show_logins"]:
            self.stdout.write("The demo is loaded already; --again loads a fresh one.")
        if options["show_logins"] or (is_new and not settings.LOCAL):
            self.stdout.write(_list_logins(password if is_new or settings.LOCAL else ""))

    def _load(self, password: str, *, is_again: bool) -> None:
        now, started = database_now(), time.monotonic()
        make_room(now=now)
        try:
            with transaction.atomic():
                if is_again:
                    put_away(now=now)
                load_demo(now=now, password=password, scale=settings.DEMO_PERCENT / 100)
                if settings.LOCAL:
                    name_operator(password=password, now=now)
        except DemoLoaded:
            return
        except DemoUnsound as error:
            raise CommandError(f"The demo was not kept: {error}.") from None
        seconds = time.monotonic() - started
        self.stdout.write(f"The demo is loaded in {seconds:.1f} s; its books balance.")


def _list_logins(password: str) -> str:
    """Return the lines that `make run` shows; the password only where it is known."""
    told = f"password {password}" if password else "the password shown when it was loaded"
    people = [(email_of(one.key), f"{one.role.label} of {BRAND}") for one in TEAM]
    people.append((email_of(WITH_LOGIN), f"Creator at {BRAND} and {PAPER_BRAND}"))
    operator = User.objects.filter(email=email_of(OPERATOR), is_staff=True).first()
    if operator is not None:
        people.append((operator.email, "Operator of this installation"))
    width = max(len(email) for email, _ in people) + 2
    lines = [f"  {email:<{width}}{what}" for email, what in people]
    return "\n".join([f"Demo data is loaded, all of it invented. Log in with {told}:", *lines])
