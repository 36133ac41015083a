"""Orders in a file: from rows to the `data` of the signed webhook, or what is wrong with them.

A row is an order, or a line of one where a column of line totals is there: rows of one id belong
together, and what they say of the order stands in the first or is the same in each.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.money import EXPONENTS, allocate, to_decimal
from tracking.domain.sheetcells import (
    Draft,
    Options,
    Sheet,
    Wrong,
    read_amount,
    read_quantity,
    read_rows,
    read_time,
)
from tracking.domain.sheetfields import LINE_FIELDS, STATUSES

_MONEY = ("total", "discount", "tax", "shipping", "refunded")

Row = dict[str, str]


def read_orders(
    raw: bytes, options: Options, zone: ZoneInfo, *, paid_at: datetime | None = None
) -> Sheet:
    """Read every order, or what is wrong with it.

    `paid_at`: stands in for the time of a payment that the file does not tell, where only figures
    are compared.

    :raises SheetRefused: not text, not CSV, empty, or too long.
    """
    reader = _Reader(options, zone, paid_at)
    sheet = read_rows(raw, options, reader.take)
    for group in reader.groups.values():
        reader.finish(sheet, group)
    return sheet


class _Reader:
    """Collects the rows of each order and turns them into drafts."""

    def __init__(self, options: Options, zone: ZoneInfo, paid_at: datetime | None) -> None:
        self.options, self.zone, self.paid_at = options, zone, paid_at
        self.groups: dict[str, list[tuple[int, Row]]] = {}
        self.has_lines = "line_total" in options.columns
        self.has_no_zone = False

    def take(self, sheet: Sheet, number: int, row: Row) -> None:
        order_id = row.get("order_id", "")
        if not order_id:
            sheet.note(number, "order_id", "upload.missing")
        elif order_id in self.groups and not self.has_lines:
            sheet.note(number, "order_id", "upload.repeated")
        else:
            self.groups.setdefault(order_id, []).append((number, row))

    def finish(self, sheet: Sheet, group: list[tuple[int, Row]]) -> None:
        number, first = group[0]
        at, lines = number, list[dict[str, Any]]()
        try:
            data = self._read_order(first)
            for place, (row_number, row) in enumerate(group, start=1):
                at = row_number
                _same_order(first, row)
                lines.append(self._read_line(row, data, place))
            at = number
            _share_out(lines, data)
        except Wrong as wrong:
            sheet.note(at, wrong.name, wrong.code)
            return
        sheet.has_no_zone = self.has_no_zone
        sheet.drafts.append(Draft(number, first["order_id"], _to_data(first, data, lines)))

    def _read_order(self, row: dict[str, str]) -> dict[str, Any]:
        currency = row.get("currency", "").upper()
        if currency not in EXPONENTS:
            raise Wrong("currency", "upload.bad_currency" if currency else "upload.missing")
        if not row.get("total"):
            raise Wrong("total", "upload.missing")
        money = {name: self._amount(row, name, currency) for name in _MONEY}
        times = {name: self._time(row, name) for name in ("placed_at", "paid_at", "cancelled_at")}
        word = row.get("status", "").lower().replace(" ", "_").removeprefix("wc-")
        known = {name.replace("-", "_"): value for name, value in STATUSES.items()}
        status = known.get(word.replace("-", "_"), "")
        if word and not status:
            raise Wrong("status", "upload.bad_status")
        status = status or ("paid" if times["paid_at"] else "pending")
        if status in {"paid", "refunded", "partially_refunded"}:
            times["paid_at"] = times["paid_at"] or self.paid_at
            if times["paid_at"] is None:
                raise Wrong("paid_at", "upload.missing")
        return {"currency": currency, "status": status, **money, **times}

    def _read_line(self, row: dict[str, str], order: dict[str, Any], place: int) -> dict[str, Any]:
        currency = order["currency"]
        if self.has_lines:
            if not row.get("line_total"):
                raise Wrong("line_total", "upload.missing")
            gross = self._amount(row, "line_total", currency)
            discount = self._amount(row, "line_discount", currency)
            tax = self._amount(row, "line_tax", currency)
        else:
            tax, discount = order["tax"], order["discount"]
            gross = order["total"] - tax - order["shipping"] + discount
            if gross < discount:
                raise Wrong("total", "upload.too_small")
        if discount > gross:
            raise Wrong("line_discount", "upload.too_small")
        texts = {name: row.get(name, "") for name in ("product_id", "sku", "title")}
        line_id = row.get("line_id", "") or str(place)
        return {
            "id": line_id,
            "quantity": read_quantity(row),
            "gross": gross,
            "discount": discount,
            "tax": tax,
            **texts,
        }

    def _amount(self, row: Row, name: str, currency: str) -> int:
        return read_amount(row, name, currency, self.options)

    def _time(self, row: Row, name: str) -> datetime | None:
        at, has_zone = read_time(row, name, self.options, self.zone)
        self.has_no_zone = self.has_no_zone or not has_zone
        return at


def _same_order(first: dict[str, str], row: dict[str, str]) -> None:
    for name, value in row.items():
        if name not in LINE_FIELDS and value and value != first[name]:
            raise Wrong(name, "upload.differs")


def _share_out(lines: list[dict[str, Any]], order: dict[str, Any]) -> None:
    """Spread what only the order tells over its lines by value, by the largest remainder."""
    if not any(line["discount"] for line in lines) and order["discount"]:
        worth = [line["gross"] for line in lines]
        if order["discount"] > sum(worth):
            raise Wrong("discount", "upload.too_small")
        for line, part in zip(lines, allocate(order["discount"], worth), strict=True):
            line["discount"] = part
    if not any(line["tax"] for line in lines) and order["tax"]:
        worth = [line["gross"] - line["discount"] for line in lines]
        for line, part in zip(lines, allocate(order["tax"], worth), strict=True):
            line["tax"] = part


def _to_data(
    row: dict[str, str], order: dict[str, Any], lines: list[dict[str, Any]]
) -> dict[str, Any]:
    currency = order["currency"]

    def text(minor: int) -> str:
        return str(to_decimal(minor, currency))

    data: dict[str, Any] = {
        "id": row["order_id"],
        "number": row.get("number", "") or row["order_id"],
        "status": order["status"],
        "currency": currency,
        "total": text(order["total"]),
        "shipping": text(order["shipping"]),
        "refunded_total": text(order["refunded"]),
        "lines": [
            line | {name: text(line[name]) for name in ("gross", "discount", "tax")}
            for line in lines
        ],
        "customer": {"email": row.get("email", ""), "country": row.get("country", "")},
        "click": row.get("click", ""),
    }
    for name in ("placed_at", "paid_at", "cancelled_at"):
        if order[name] is not None:
            data[name] = order[name].isoformat()
    if row.get("code"):
        amount = order["discount"] or sum(line["discount"] for line in lines)
        data["discounts"] = [{"code": row["code"], "amount": text(amount)}]
    return data
