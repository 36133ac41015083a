"""Did each rail send what the books say: asked of the rail itself, outside any transaction."""

from collections.abc import Iterator
from datetime import datetime
from time import perf_counter

from django.utils.translation import gettext_lazy as _

from brands.models import RailSettings
from core.snapshots import read_snapshot
from payouts.rails.registry import RailOff, rail_for
from payouts.services.matching import Mismatch, compare_sent, find_first_attempt
from payouts.services.rails import Rail
from portal.books.checks import SHOWN, Matter, Result

LISTING = ("stripe",)  # which services list what they sent; others are asked for one payment
ABOUT = _("Each paid payout has exactly one payment at its rail, and no payment lacks a payout")


def check_rails(*, brand_id: int, now: datetime) -> Result:
    """List everything each rail of a brand ever sent and compare it with the payouts.

    `now` is the database's own time.
    """
    started, odd = perf_counter(), list[Mismatch]()
    examined = 0
    for rail in list_every_rail(brand_id=brand_id):
        since = find_first_attempt(brand_id=brand_id, rail=rail.name)
        if since is None:
            continue
        sent = rail.list_sent(since=since)
        with read_snapshot():
            odd += compare_sent(brand_id=brand_id, rail=rail, sent=sent, asked_at=now)
        examined += len(sent.items)
    return Result(
        code="rail_agrees",
        number="RC8",
        about=ABOUT,
        matter=Matter.MONEY,
        examined=examined,
        differences=len(odd),
        keys=tuple(f"{one.key} {one.code}" for one in odd[:SHOWN]),
        largest_minor=max((one.diff_minor for one in odd), default=0),
        seconds=perf_counter() - started,
    )


def list_every_rail(*, brand_id: int) -> Iterator[Rail]:
    """Return the rails of a brand that can be asked; for one that cannot, nothing is concluded."""
    rows = RailSettings.objects.filter(brand_id=brand_id).filter(rail__in=LISTING)
    for row in rows.select_related("brand").order_by("pk"):
        try:
            yield rail_for(row)
        except RailOff:
            continue
