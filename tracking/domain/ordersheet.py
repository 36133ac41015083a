"""Orders in a file: from bytes to the `data` of the signed webhook, or rows with what is wrong.

A row is an order, or a line of one where a column of line totals is there: rows of one id belong
together, and what they say of the order stands in the first or is the same in each. Every cell is
text; a formula is a text like any other.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.money import EXPONENTS, AmountError, allocate, parse_amount, to_decimal
from tracking.domain.sheetfields import FIELDS, LINE_FIELDS, STATUSES

MAX_ROWS = 20_000
MAX_ERRORS = 200
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
DELIMITERS = (",", ";", "\t")

_MONEY = ("total", "discount", "tax", "shipping", "refunded")
_GROUPED = {
    ".": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z|[0-9]+(?:\.[0-9]+)?\Z"),
    ",": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?\Z|[0-9]+(?:,[0-9]+)?\Z"),
}
_DATE = re.compile(
    r"([0-9]{1,4})[-./]([0-9]{1,2})[-./]([0-9]{1,4})"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?)?"
    r" ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?\Z"
)


class SheetRefused(Exception):
    """The file as a whole cannot be read: not_text, not_csv, no_rows, too_many_rows."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read; `columns` maps fields to places."""

    encoding: str
    delimiter: str
    decimal: str
    date_order: str
    columns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a row, counted as a spreadsheet does; `column` is its header."""

    row: int
    column: str
    code: str


@dataclass(slots=True)
class Draft:
    """One order of the file."""

    row: int
    order_id: str
    data: dict[str, Any]


@dataclass(slots=True)
class Sheet:
    """What a file holds. `has_no_zone`: some times were read in the brand's zone."""

    headers: list[str]
    drafts: list[Draft] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    rows: int = 0
    has_no_zone: bool = False


class _Wrong(Exception):
    def __init__(self, name: str, code: str) -> None:
        super().__init__(code)
        self.name, self.code = name, code


def guess_options(raw: bytes) -> Options:
    """Return how a file is most likely to be read.

    :raises SheetRefused: it is no text.
    """
    encoding = _guess_encoding(raw)
    text = _decode(raw, encoding)
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    columns = guess_columns(next(_read_rows(text, delimiter), []))
    sample = text[:20_000]
    comma = delimiter != "," and re.search(r"[0-9],[0-9]{1,2}(?![0-9])", sample)
    order = "ymd" if re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", sample) else "dmy"
    return Options(encoding, delimiter, "," if comma else ".", order, columns)


def guess_columns(headers: Sequence[str]) -> dict[str, int]:
    """Return the place of each field by the names of the columns; each column once."""
    names = [re.sub(r"[^a-z0-9]", "", header.lower()) for header in headers]
    found: dict[str, int] = {}
    for name, aliases in FIELDS.items():
        for alias in (name.replace("_", ""), *aliases):
            if alias in names and names.index(alias) not in found.values():
                found[name] = names.index(alias)
                break
    return found


def read_headers(raw: bytes, options: Options) -> list[str]:
    """Return the first row.

    :raises SheetRefused: it cannot be read.
    """
    rows = _read_rows(_decode(raw, options.encoding), options.delimiter)
    return [cell.strip()[:80] for cell in next(rows, [])]


def read_sheet(raw: bytes, options: Options, zone: ZoneInfo) -> Sheet:
    """Read every order, or what is wrong with it.

    :raises SheetRefused: not text, not CSV, empty, or too long.
    """
    rows = _read_rows(_decode(raw, options.encoding), options.delimiter)
    sheet = Sheet([cell.strip()[:80] for cell in next(rows, [])])
    reader = _Reader(sheet, options, zone)
    for number, cells in enumerate(rows, start=2):
        if number > MAX_ROWS + 1:
            raise SheetRefused("too_many_rows")
        if any(cell.strip() for cell in cells):
            sheet.rows += 1
            reader.take(number, cells)
    if not sheet.rows:
        raise SheetRefused("no_rows")
    for group in reader.groups.values():
        reader.finish(group)
    return sheet


class _Reader:
    """Collects the rows of each order and turns them into drafts."""

    def __init__(self, sheet: Sheet, options: Options, zone: ZoneInfo) -> None:
        self.sheet, self.options, self.zone = sheet, options, zone
        self.groups: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.has_lines = "line_total" in options.columns

    def take(self, number: int, cells: list[str]) -> None:
        row = {
            name: cells[place].strip() if place < len(cells) else ""
            for name, place in self.options.columns.items()
        }
        order_id = row.get("order_id", "")
        if not order_id:
            self._note(number, _Wrong("order_id", "upload.missing"))
        elif order_id in self.groups and not self.has_lines:
            self._note(number, _Wrong("order_id", "upload.repeated"))
        else:
            self.groups.setdefault(order_id, []).append((number, row))

    def finish(self, group: list[tuple[int, dict[str, str]]]) -> None:
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
        except _Wrong as wrong:
            self._note(at, wrong)
            return
        self.sheet.drafts.append(Draft(number, first["order_id"], _to_data(first, data, lines)))

    def _note(self, number: int, wrong: _Wrong) -> None:
        place = self.options.columns.get(wrong.name)
        headers = self.sheet.headers
        column = headers[place] if place is not None and place < len(headers) else wrong.name
        self.sheet.errors.append(RowError(number, column, wrong.code))

    def _read_order(self, row: dict[str, str]) -> dict[str, Any]:
        currency = row.get("currency", "").upper()
        if currency not in EXPONENTS:
            raise _Wrong("currency", "upload.bad_currency" if currency else "upload.missing")
        if not row.get("total"):
            raise _Wrong("total", "upload.missing")
        money = {name: self._amount(row, name, currency) for name in _MONEY}
        times = {name: self._time(row, name) for name in ("placed_at", "paid_at", "cancelled_at")}
        word = row.get("status", "").lower().replace(" ", "_").removeprefix("wc-")
        known = {name.replace("-", "_"): value for name, value in STATUSES.items()}
        status = known.get(word.replace("-", "_"), "")
        if word and not status:
            raise _Wrong("status", "upload.bad_status")
        status = status or ("paid" if times["paid_at"] else "pending")
        if status in {"paid", "refunded", "partially_refunded"} and not times["paid_at"]:
            raise _Wrong("paid_at", "upload.missing")
        return {"currency": currency, "status": status, **money, **times}

    def _read_line(self, row: dict[str, str], order: dict[str, Any], place: int) -> dict[str, Any]:
        currency = order["currency"]
        if self.has_lines:
            if not row.get("line_total"):
                raise _Wrong("line_total", "upload.missing")
            gross = self._amount(row, "line_total", currency)
            discount = self._amount(row, "line_discount", currency)
            tax = self._amount(row, "line_tax", currency)
        else:
            tax, discount = order["tax"], order["discount"]
            gross = order["total"] - tax - order["shipping"] + discount
            if gross < discount:
                raise _Wrong("total", "upload.too_small")
        if discount > gross:
            raise _Wrong("line_discount", "upload.too_small")
        text = row.get("quantity", "") or "1"
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 10**6:
            raise _Wrong("quantity", "upload.bad_quantity")
        texts = {name: row.get(name, "") for name in ("product_id", "sku", "title")}
        line_id = row.get("line_id", "") or str(place)
        return {
            "id": line_id,
            "quantity": int(text),
            "gross": gross,
            "discount": discount,
            "tax": tax,
            **texts,
        }

    def _amount(self, row: dict[str, str], name: str, currency: str) -> int:
        text = row.get(name, "").replace("\u00a0", "").replace("\u202f", "")
        if not text:
            return 0
        mark = self.options.decimal
        if not text.isascii() or not _GROUPED[mark].match(text) or len(text) > 28:
            raise _Wrong(name, "upload.bad_amount")
        plain = text.replace("," if mark == "." else ".", "").replace(mark, ".")
        try:
            return parse_amount(plain, currency)
        except AmountError:
            raise _Wrong(name, "upload.bad_amount") from None

    def _time(self, row: dict[str, str], name: str) -> datetime | None:
        text = row.get(name, "")
        if not text:
            return None
        match = _DATE.match(text) if text.isascii() and len(text) <= 40 else None
        try:
            if match is None:
                raise ValueError
            return self._build_time(match)
        except (ValueError, OverflowError):
            raise _Wrong(name, "upload.bad_time") from None

    def _build_time(self, match: re.Match[str]) -> datetime:
        parts = [int(match[place]) for place in (1, 2, 3)]
        order = "ymd" if len(match[1]) == 4 else self.options.date_order
        named = dict(zip(order, parts, strict=True))
        hour, minute, second = (int(match[place] or 0) for place in (4, 5, 6))
        if named["y"] < 1970:
            raise ValueError
        naive = datetime(named["y"], named["m"], named["d"], hour, minute, second, tzinfo=UTC)
        zone_text = match[7]
        if zone_text is None:
            self.sheet.has_no_zone = True
            return naive.replace(tzinfo=self.zone).astimezone(UTC)
        offset = "+00:00" if zone_text in {"Z", "UTC"} else zone_text
        text = naive.replace(tzinfo=None).isoformat() + offset
        return datetime.fromisoformat(text).astimezone(UTC)


def _same_order(first: dict[str, str], row: dict[str, str]) -> None:
    for name, value in row.items():
        if name not in LINE_FIELDS and value and value != first[name]:
            raise _Wrong(name, "upload.differs")


def _share_out(lines: list[dict[str, Any]], order: dict[str, Any]) -> None:
    """Spread what only the order tells over its lines by value, by the largest remainder."""
    if not any(line["discount"] for line in lines) and order["discount"]:
        worth = [line["gross"] for line in lines]
        if order["discount"] > sum(worth):
            raise _Wrong("discount", "upload.too_small")
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


def _guess_encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _decode(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise SheetRefused("not_text") from None
    if "\0" in text:
        raise SheetRefused("not_text")
    return text


def _read_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from rows
    except csv.Error:
        raise SheetRefused("not_csv") from None
