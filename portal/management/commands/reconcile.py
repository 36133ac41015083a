"""Prove the books of every brand; reads only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import database_now
from core.models import Brand
from portal.books import Matter, Proof, Result, examine_books
from portal.books.rails import check_rails


@dataclass(slots=True)
class Summed:
    """One check over all brands that were asked for."""

    result: Result
    examined: int = 0
    differences: int = 0
    seconds: float = 0.0
    keys: tuple[str, ...] = ()

    def add(self, one: Result, brand: Brand) -> None:
        self.examined += one.examined
        self.differences += one.differences
        self.seconds += one.seconds
        room = 5 - len(self.keys)
        self.keys += tuple(f"{brand.slug}: {key}" for key in one.keys[:room])


class Command(BaseCommand):
    """`manage.py reconcile [--brand SLUG] [--rails] [--json]`: exits with 1 when a check is red."""

    help = "Prove that the books balance; each red check names the first rows that are wrong."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brand", default="", help="the short name of one brand")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
        parser.add_argument(
            "--rails", action="store_true", help="ask every rail what it sent, and compare"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        brands = list(_find_brands(options["brand"]))
        rows = dict[str, Summed]()
        for brand in brands:
            for result in _examine(brand, asks_rails=options["rails"]):
                rows.setdefault(result.code, Summed(result)).add(result, brand)
        red = sum(row.differences > 0 for row in rows.values())
        if options["json"]:
            self._print_json(brands, rows, is_ok=not red)
        else:
            self._print(brands, rows, red)
        if red:
            raise SystemExit(1)

    def _print(self, brands: list[Brand], rows: dict[str, Summed], red: int) -> None:
        for row in rows.values():
            check = row.result
            mark = "ok " if not row.differences else "RED"
            self.stdout.write(
                f"{mark} {check.number:<5} {check.about!s:<80} rows={row.examined}"
                f" wrong={row.differences} {row.seconds:.2f}s"
            )
            for key in row.keys:
                self.stdout.write(f"          {check.code}  {key}")
        self.stdout.write(
            f"reconcile: brands={len(brands)} checks={len(rows)} red={red} "
            f"differences={_sum(rows, Matter.MONEY)} overdue={_sum(rows, Matter.UPKEEP)}"
        )

    def _print_json(self, brands: list[Brand], rows: dict[str, Summed], *, is_ok: bool) -> None:
        found = {
            "ok": is_ok,
            "brands": len(brands),
            "differences": _sum(rows, Matter.MONEY),
            "overdue": _sum(rows, Matter.UPKEEP),
            "checks": [
                {
                    "id": row.result.number,
                    "code": row.result.code,
                    "about": str(row.result.about),
                    "rows": row.examined,
                    "violations": row.differences,
                    "keys": list(row.keys),
                    "seconds": round(row.seconds, 3),
                }
                for row in rows.values()
            ],
        }
        self.stdout.write(json.dumps(found))


def _find_brands(slug: str) -> Iterator[Brand]:
    brands = Brand.objects.order_by("pk")
    if not slug:
        return brands.iterator()
    if not brands.filter(slug=slug).exists():
        raise CommandError(f"There is no brand {slug}.")
    return brands.filter(slug=slug).iterator()


def _examine(brand: Brand, *, asks_rails: bool) -> tuple[Result, ...]:
    now = database_now()
    proof: Proof = examine_books(brand_id=brand.pk, now=now)
    if not asks_rails:
        return proof.results
    return (*proof.results, check_rails(brand_id=brand.pk, now=now))


def _sum(rows: dict[str, Summed], matter: Matter) -> int:
    return sum(row.differences for row in rows.values() if row.result.matter is matter)
