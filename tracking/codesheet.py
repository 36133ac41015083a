"""The codes of a shop as a file to import there, with what each gives."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from affiliates.models import AffiliationStatus, Code
from brands.models import ProgramStatus, StoreConnection
from core.exports import Cell, Sheet, amount
from tracking.models import CodeDiscount, DiscountKind
from tracking.selectors_storecodes import list_codes_of_store, list_discounts

HEADINGS = (
    "code",
    "status",
    "is_new",
    "discount_type",
    "percent",
    "amount",
    "minimum_order",
    "currency",
    "once_per_customer",
    "max_uses",
    "program",
    "creator",
    "changed_at",
)
PLAYING = (ProgramStatus.LIVE, ProgramStatus.PAUSED)


def make_sheet(connection: StoreConnection, *, since: datetime | None, zone: ZoneInfo) -> Sheet:
    """Return every code, what changed since the last file first, then the newest.

    A discount of several currencies is a row for each.
    """
    discounts = {row.program_id: row for row in list_discounts(connection) if row.is_on}
    codes = sorted(
        list_codes_of_store(connection),
        key=lambda code: (_is_new(code, since), _changed_at(code), code.pk),
        reverse=True,
    )
    return Sheet("codes", HEADINGS, _rows(codes, discounts, since), zone)


def _rows(
    codes: list[Code], discounts: dict[int, CodeDiscount], since: datetime | None
) -> Iterator[list[Cell]]:
    for code in codes:
        discount = discounts[code.enrollment.program_id]
        is_percent = discount.kind == DiscountKind.PERCENT
        for currency in sorted({*discount.amounts, *discount.minimums}) or [""]:
            yield [
                code.text,
                "active" if _is_working(code) else "ended",
                "yes" if _is_new(code, since) else "no",
                discount.kind,
                Decimal(discount.rate_bps).scaleb(-2) if is_percent else None,
                amount(discount.amounts.get(currency), currency),
                amount(discount.minimums.get(currency), currency),
                currency,
                "yes" if discount.is_once else "no",
                1 if code.is_single_use else None,
                code.enrollment.program.name,
                str(code.enrollment.affiliation.affiliate),
                _changed_at(code),
            ]


def _is_working(code: Code) -> bool:
    place = code.enrollment
    is_earning = place.affiliation.status == AffiliationStatus.ACTIVE
    return code.disabled_at is None and is_earning and place.program.status in PLAYING


def _changed_at(code: Code) -> datetime:
    suspended_at = code.enrollment.affiliation.suspended_at
    return max(filter(None, (code.active_from, code.disabled_at, suspended_at)))


def _is_new(code: Code, since: datetime | None) -> bool:
    return since is None or _changed_at(code) > since
