"""Say in words whether this installation is well."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.clock import database_now, utc_now
from core.jobs import run_once
from portal.doctor.findings import Level
from portal.doctor.registry import CHECKS, Outcome, examine

MARKS = {Level.WELL: "well", Level.LOOK: "LOOK", Level.ACT: "RED "}


class Command(BaseCommand):
    """`manage.py doctor [--json]`: exits with 1 when something needs somebody."""

    help = "Check this installation; each red line says what mends it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        codes = [check.code for check in CHECKS]
        parser.add_argument("--only", choices=codes, default="", help="run one check and no other")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument(
            "--backup-made", action="store_true", help="first record that a backup was just made"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["backup_made"]:
            now = database_now()
            run_once(name="backup", window=now.isoformat(), now=now, work=lambda: "")
        outcomes = examine(now=utc_now(), only=options["only"])
        red = sum(outcome.level == Level.ACT for outcome in outcomes)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not red, "checks": [*map(_as_json, outcomes)]}))
        else:
            self._print(outcomes, red)
        if red:
            raise SystemExit(1)

    def _print(self, outcomes: list[Outcome], red: int) -> None:
        for outcome in outcomes:
            finding = outcome.finding
            self.stdout.write(f"{MARKS[outcome.level]}  {outcome.check.title}: {finding.said}")
            if finding.mend:
                self.stdout.write(f"      {finding.mend} ({outcome.guide})")
        self.stdout.write(f"Things that need you: {red}." if red else "All is well.")


def _as_json(outcome: Outcome) -> dict[str, str]:
    return {
        "code": outcome.check.code,
        "level": outcome.level.value,
        "title": str(outcome.check.title),
        "said": outcome.finding.said,
        "mend": outcome.finding.mend,
        "guide": outcome.guide,
    }
