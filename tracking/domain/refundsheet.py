"""Refunds in a file, one a row: from rows to the `data` of the signed webhook, or what is wrong.

The currency is the order's, so amounts are read against the orders the refunds name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from core.money import to_decimal
from tracking.domain.sheetcells import (
    Draft,
    Options,
    Sheet,
    Wrong,
    read_amount,
    read_rows,
    read_time,
)

MAX_REASON = 200

Row = dict[str, str]


@dataclass(slots=True)
class KnownOrder:
    """What is known of an order a file may refund; `refunds`: amounts by id, of those that count.

    `left`: what of its total no refund known by id took.
    """

    order_id: str
    currency: str
    left: int
    refunds: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class RefundRows:
    """The rows of a file before anybody knows of which orders they speak."""

    sheet: Sheet
    rows: list[tuple[int, Row]]

    @property
    def references(self) -> set[str]:
        return {row["order_id"] for _, row in self.rows}


def read_refund_rows(raw: bytes, options: Options) -> RefundRows:
    """Read the rows of a file that name an order and a refund.

    :raises SheetRefused: not text, not CSV, empty, or too long.
    """
    rows: list[tuple[int, Row]] = []

    def take(sheet: Sheet, number: int, row: Row) -> None:
        missing = [name for name in ("order_id", "refund_id", "amount") if not row.get(name)]
        if missing:
            sheet.note(number, missing[0], "upload.missing")
        else:
            rows.append((number, row))

    return RefundRows(read_rows(raw, options, take), rows)


def match_refunds(
    found: RefundRows, orders: Mapping[str, KnownOrder], options: Options, zone: ZoneInfo
) -> tuple[list[Draft], int]:
    """Return the refunds that are new, and how many are known; errors go into the sheet.

    `orders`: by the reference that the file gives them. Rows of one order use up what it has left
    one after the other.
    """
    drafts: list[Draft] = []
    known = 0
    for number, row in found.rows:
        order = orders.get(row["order_id"])
        if order is None:
            found.sheet.note(number, "order_id", "upload.unknown_order")
            continue
        try:
            draft = _match(found.sheet, number, row, order, options, zone)
        except Wrong as wrong:
            params = {"left": order.left, "currency": order.currency}
            found.sheet.note(number, wrong.name, wrong.code, **params)
            continue
        if draft is None:
            known += 1
        else:
            drafts.append(draft)
    return drafts, known


def _match(
    sheet: Sheet, number: int, row: Row, order: KnownOrder, options: Options, zone: ZoneInfo
) -> Draft | None:
    """Return a refund, None where exactly it is known.

    :raises Wrong: otherwise.
    """
    told = row.get("currency", "").upper()
    if told and told != order.currency:
        raise Wrong("currency", "upload.other_currency")
    amount = read_amount(row, "amount", order.currency, options)
    if not amount:
        raise Wrong("amount", "upload.no_refund")
    at, has_zone = read_time(row, "refunded_at", options, zone)
    refund_id = row["refund_id"]
    if refund_id in order.refunds:
        if order.refunds[refund_id] != amount:
            raise Wrong("refund_id", "upload.other_refund")
        return None
    if amount > order.left:
        raise Wrong("amount", "upload.over_refunded")
    order.left -= amount
    order.refunds[refund_id] = amount
    sheet.has_no_zone = sheet.has_no_zone or not has_zone
    text = str(to_decimal(amount, order.currency))
    data = {
        "id": refund_id,
        "order_id": order.order_id,
        "currency": order.currency,
        "total": text,
        "amount": text,
        "reason": row.get("reason", "")[:MAX_REASON],
    }
    if at is not None:
        data["refunded_at"] = at.isoformat()
    return Draft(number, order.order_id, data)
