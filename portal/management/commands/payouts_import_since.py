"""After a restore: take in what was paid since the backup, then let money move again."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core import audit, fence
from core.clock import brand_now, database_now
from core.models import Brand
from payouts.models import Payout
from payouts.services.importing import Imported, import_sent
from payouts.services.rails import Rail
from portal.books.rails import LISTING, check_rails, list_every_rail

MARGIN = timedelta(days=2)
WHY = {
    "differs": "its amount, currency or destination is not that of its payout",
    "unknown_destination": "no creator here has that account",
    "another_is_open": "another payout of that creator is open: cancel it, or settle it",
    "tax_rate_missing": (
        "no VAT rate of the brand's country was in force on the day it left: enter it again from "
        "that day on, and run this again"
    ),
    "tax_differs": (
        "no commission makes this sum under the tax rates of the day it left: enter rates and "
        "tax details as they were on that day, and run this again"
    ),
    "released_too_little": (
        "less is released here than was paid, by the tax rates of that day: let the stores send "
        "their orders since the backup, release what is due, and run this again"
    ),
}
FILES_MATTER = (
    "Payouts by file, by hand and by PayPal cannot be listed. Compare what your bank and PayPal "
    "paid since the backup with the payouts page, and suspend whom it would pay again: a plan "
    "leaves them out. Then run this again with --files-checked."
)


class Command(BaseCommand):
    """`manage.py payouts_import_since [--since …] [--files-checked]`: exits with 1 while fenced."""

    help = "List what each payment service sent since the backup, book what is missing here."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", help="as 2026-11-28T02:17+00:00, else the time of the backup"
        )
        parser.add_argument(
            "--files-checked",
            action="store_true",
            help="what cannot be listed was compared with bank and PayPal",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if fence.find_standing() is fence.Standing.OPEN:
            self.stdout.write("This database is no restored copy: there is nothing to take in.")
            return
        since = _read_since(options["since"])
        brands = Brand.objects.filter(sandbox_of__isnull=True).order_by("pk")
        waiting = sum(self._import(brand, since) for brand in brands)
        red = sum(self._prove(brand) for brand in brands)
        uses_files = Payout.objects.filter(brand__in=brands).exclude(rail__in=LISTING).exists()
        if uses_files and not options["files_checked"]:
            self.stdout.write(FILES_MATTER)
            waiting += 1
        if waiting or red:
            raise CommandError("Nothing is paid yet: see above, then run this again.")
        _lift()
        self.stdout.write("Books and payment services agree: money moves again.")

    def _import(self, brand: Brand, since: datetime) -> int:
        left = 0
        for rail in list_every_rail(brand_id=brand.pk):
            sent = rail.list_sent(since=since)
            if not sent.is_complete:
                self.stdout.write(f"{brand.slug}: {rail.name} did not list everything; run again.")
                left += 1
            done = import_sent(
                brand_id=brand.pk,
                rail=rail,
                items=sent.items,
                now=brand_now(brand),
                real_now=database_now(),
            )
            left += self._tell(brand, rail, done)
        return left

    def _tell(self, brand: Brand, rail: Rail, done: Imported) -> int:
        self.stdout.write(
            f"{brand.slug}: {rail.name} known={done.known} settled={done.settled} "
            f"made={done.made} foreign={done.foreign} left={len(done.left)}"
        )
        for reference, code in done.left:
            self.stdout.write(f"    {reference}: {WHY.get(code, code)}")
        return len(done.left)

    def _prove(self, brand: Brand) -> int:
        found = check_rails(brand_id=brand.pk, now=database_now())
        for key in found.keys:
            self.stdout.write(f"{brand.slug}: RC8 {key}")
        return found.differences


def _read_since(text: str | None) -> datetime:
    if text is None:
        seen = fence.find_seen()
        if seen is None:
            raise CommandError("Say since when: --since 2026-11-28T02:17+00:00")
        return seen - MARGIN
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no time like 2026-11-28T02:17+00:00") from None
    if since.tzinfo is None:
        raise CommandError(f"{text} does not say its zone: add +00:00")
    return since


@transaction.atomic
def _lift() -> None:
    now = database_now()
    row = fence.lift(now=now)
    audit.record(brand_id=None, actor_id=None, action="fence.lifted", target=row, now=now)
