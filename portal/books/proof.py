"""Run the checks of one brand, in one snapshot that nothing writes to, and keep the outcome."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection

from core.snapshots import read_snapshot
from ledger.models import BooksCheck
from ledger.services import keep_books_check
from payouts.domain.kinds import HAND_RAILS
from portal.books.checks import SHOWN, Check, Matter, Proof, Result
from portal.books.money import MONEY
from portal.books.orders import COLUMNS, TARGETS, check_orders
from portal.books.paid import PAID
from portal.books.references import list_references, same_brand_check
from portal.books.upkeep import UPKEEP

HANDS = list(HAND_RAILS)
# A set check of a million orders sorts and hashes them; for this transaction only.
ROOM = "SET LOCAL work_mem = '256MB'; SET LOCAL statement_timeout = 0"

_FIND = """
SELECT count(*), coalesce(max(diff), 0), (array_agg(key ORDER BY key))[1:%(shown)s]
  FROM ({}) differing
"""


def prove_books(*, brand_id: int) -> Proof:
    """Run every check of one brand that is about money; reads only."""
    checks = [*MONEY, *PAID, same_brand_check()]
    with read_snapshot():
        return _prove(checks, {"brand": brand_id})


def examine_books(*, brand_id: int, now: datetime) -> Proof:
    """Run every check of one brand, those of what should be done by now too; reads only."""
    checks = [*MONEY, *PAID, same_brand_check(), *UPKEEP]
    with read_snapshot():
        return _prove(checks, {"brand": brand_id, "now": now})


def prove_and_keep(*, brand_id: int, now: datetime) -> Proof:
    """Examine the books of one brand and keep the outcome for its team and the operator."""
    proof = examine_books(brand_id=brand_id, now=now)
    keep_books_check(
        brand_id=brand_id,
        entries=proof.entries,
        differences=proof.differences,
        overdue=proof.overdue,
        largest_minor=max(result.largest_minor for result in proof.results),
        results=[result.to_json() for result in proof.results],
        now=now,
    )
    return proof


def find_kept(*, brand_id: int) -> tuple[BooksCheck | None, Proof | None]:
    """Return what was kept of the latest proof; a check this version does not know is left out."""
    check = BooksCheck.objects.filter(brand=brand_id).first()
    if check is None:
        return None, None
    kept = {row["code"]: row for row in check.results}
    rows = (_read(known, kept) for known in _all() if known[0] in kept)
    return check, Proof(check.entries, tuple(rows))


def _all() -> Iterator[tuple[str, str, Any, Matter]]:
    """Return code, number, words and matter of every check, in the order of their numbers."""
    rows = [(c.code, c.number, c.about, c.matter) for c in _sql_checks()]
    rows += [(*known, Matter.MONEY) for known in (COLUMNS, TARGETS)]
    return iter(sorted(rows, key=lambda row: int(row[1].removeprefix("RC"))))


def _sql_checks() -> list[Check]:
    return [*MONEY, *PAID, same_brand_check(), *UPKEEP]


def _read(known: tuple[str, str, Any, Matter], kept: dict[str, dict[str, Any]]) -> Result:
    code, number, about, matter = known
    row = kept[code]
    return Result(
        code=code,
        number=number,
        about=about,
        matter=matter,
        examined=row["examined"],
        differences=row["differences"],
        keys=tuple(row["keys"]),
        largest_minor=row["largest_minor"],
        seconds=row["seconds"],
    )


def _prove(checks: Iterable[Check], about: dict[str, Any]) -> Proof:
    params = about | {
        "hands": HANDS,
        "references": list_references(),
        "click_days": settings.CLICK_DETAIL_DAYS,
        "body_days": settings.RAW_BODY_DAYS,
        "mail_days": settings.MAIL_BODY_DAYS,
    }
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
    counted = dict[str, int]()
    results = [_run(check, params, counted) for check in checks]
    results += check_orders(brand_id=about["brand"])
    results.sort(key=lambda one: int(one.number.removeprefix("RC")))
    return Proof(counted["ledger_entry WHERE brand_id = %(brand)s"], tuple(results))


def _run(check: Check, params: dict[str, Any], counted: dict[str, int]) -> Result:
    started = perf_counter()
    with connection.cursor() as cursor:
        if check.rows not in counted:
            cursor.execute(f"SELECT count(*) FROM {check.rows}", params)  # noqa: S608
            (counted[check.rows],) = cursor.fetchone()
        cursor.execute(_FIND.format(check.sql), params | {"shown": SHOWN})
        count, largest, keys = cursor.fetchone()
    return Result(
        code=check.code,
        number=check.number,
        about=check.about,
        matter=check.matter,
        examined=counted[check.rows],
        differences=count,
        keys=tuple(keys or ()),
        largest_minor=int(largest),
        seconds=perf_counter() - started,
    )
