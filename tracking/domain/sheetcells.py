"""Cells of an uploaded table: from bytes to rows of text, and from text to amounts and times.

Every cell is text; a formula is a text like any other. Digits and marks of Persian and Arabic read
as their Latin twins.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from core.money import AmountError, parse_amount
from tracking.domain.sheetfields import FIELDS, REFUND_FIELDS

MAX_ROWS = 20_000
MAX_COLUMNS = 300
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
DELIMITERS = (",", ";", "\t")

Kind = Literal["orders", "refunds"]

_GROUPED = {
    ".": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z|[0-9]+(?:\.[0-9]+)?\Z"),
    ",": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?\Z|[0-9]+(?:,[0-9]+)?\Z"),
}
_DATE = re.compile(
    r"([0-9]{1,4})[-./]([0-9]{1,2})[-./]([0-9]{1,4})"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?)?"
    r" ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789", "\u00a0\u202f\u200e\u200f")
_MARKS = {".": str.maketrans("٫٬", ".,"), ",": str.maketrans("٫٬", ",.")}


class SheetRefused(Exception):
    """The file as a whole cannot be read.

    Codes: not_text, not_csv, cell_too_long, no_rows, too_many_rows, too_many_columns.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read; `columns` maps fields to places, `kind` says what a row is."""

    encoding: str
    delimiter: str
    decimal: str
    date_order: str
    columns: Mapping[str, int]
    kind: Kind = "orders"


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a row, counted as a spreadsheet does; `column` is its header."""

    row: int
    column: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """One order or refund of the file, as the `data` of the signed webhook."""

    row: int
    order_id: str
    data: dict[str, Any]


@dataclass(slots=True)
class Sheet:
    """What a file holds. `has_no_zone`: some times were read in the brand's zone."""

    headers: list[str]
    columns: Mapping[str, int] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    rows: int = 0
    has_no_zone: bool = False

    def note(self, row: int, name: str, code: str, **params: Any) -> None:
        """Add what is wrong with a field of a row, under the header the file gives it."""
        place = self.columns.get(name)
        header = self.headers[place] if place is not None and place < len(self.headers) else ""
        self.errors.append(RowError(row, header or name, code, params))


class Wrong(Exception):
    """A field cannot be read."""

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
    headers = next(_read_rows(text, delimiter), [])
    sample = text[:20_000]
    comma = delimiter != "," and re.search(r"[0-9],[0-9]{1,2}(?![0-9])", sample)
    order = "ymd" if re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", sample) else "dmy"
    kind = _guess_kind(headers)
    columns = guess_columns(headers, kind)
    return Options(encoding, delimiter, "," if comma else ".", order, columns, kind)


def guess_columns(headers: Sequence[str], kind: Kind) -> dict[str, int]:
    """Return the place of each field by the names of the columns; each column once."""
    names = _plain_names(headers)
    found: dict[str, int] = {}
    for name, aliases in (FIELDS if kind == "orders" else REFUND_FIELDS).items():
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


def read_rows(
    raw: bytes, options: Options, take: Callable[[Sheet, int, dict[str, str]], None]
) -> Sheet:
    """Hand on the fields of every row that has any; returns the sheet for what `take` adds to.

    :raises SheetRefused: not text, not CSV, empty, or too long.
    """
    rows = _read_rows(_decode(raw, options.encoding), options.delimiter)
    sheet = Sheet([cell.strip()[:80] for cell in next(rows, [])], options.columns)
    for number, cells in enumerate(rows, start=2):
        if number > MAX_ROWS + 1:
            raise SheetRefused("too_many_rows")
        if any(cell.strip() for cell in cells):
            sheet.rows += 1
            take(
                sheet,
                number,
                {
                    name: cells[place].strip() if place < len(cells) else ""
                    for name, place in options.columns.items()
                },
            )
    if not sheet.rows:
        raise SheetRefused("no_rows")
    return sheet


def cut_rows(raw: bytes, options: Options, name: str, values: Collection[str]) -> bytes:
    """Return the headings and the rows whose field has one of these values, to be read the same.

    :raises SheetRefused: not text or not CSV.
    """
    place, text = options.columns[name], io.StringIO(newline="")
    writer = csv.writer(text, delimiter=options.delimiter, lineterminator="\r\n")
    rows = _read_rows(_decode(raw, options.encoding), options.delimiter)
    writer.writerow(next(rows, []))
    writer.writerows(
        cells for cells in rows if place < len(cells) and cells[place].strip() in values
    )
    return text.getvalue().encode(options.encoding)


def read_amount(row: Mapping[str, str], name: str, currency: str, options: Options) -> int:
    """Return an amount in minor units, zero where there is none.

    :raises Wrong: it is none that the currency can hold exactly.
    """
    mark = options.decimal
    text = row.get(name, "").translate(_DIGITS).translate(_MARKS[mark])
    if not text:
        return 0
    if not text.isascii() or not _GROUPED[mark].match(text) or len(text) > 28:
        raise Wrong(name, "upload.bad_amount")
    plain = text.replace("," if mark == "." else ".", "").replace(mark, ".")
    try:
        return parse_amount(plain, currency)
    except AmountError:
        raise Wrong(name, "upload.bad_amount") from None


def read_time(
    row: Mapping[str, str], name: str, options: Options, zone: ZoneInfo
) -> tuple[datetime | None, bool]:
    """Return a time in UTC, and whether it named its zone.

    :raises Wrong: it is no time.
    """
    text = row.get(name, "").translate(_DIGITS)
    if not text:
        return None, True
    match = _DATE.match(text) if text.isascii() and len(text) <= 40 else None
    try:
        if match is None:
            raise ValueError
        return _build_time(match, options.date_order, zone), match[7] is not None
    except (ValueError, OverflowError):
        raise Wrong(name, "upload.bad_time") from None


def read_quantity(row: Mapping[str, str]) -> int:
    """Return how many of a line were bought, one where the file does not say.

    :raises Wrong: no whole number in range.
    """
    text = row.get("quantity", "").translate(_DIGITS) or "1"
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 10**6:
        raise Wrong("quantity", "upload.bad_quantity")
    return int(text)


def _guess_kind(headers: Sequence[str]) -> Kind:
    """Tell a file of refunds by an id of them and no total of orders."""
    names = set(_plain_names(headers))
    refund_id, total = {"refundid", *REFUND_FIELDS["refund_id"][:2]}, {"total", *FIELDS["total"]}
    return "refunds" if names & refund_id and not names & (total - {"amount"}) else "orders"


def _plain_names(headers: Sequence[str]) -> list[str]:
    return [re.sub(r"[^a-z0-9]", "", header.lower()) for header in headers]


def _build_time(match: re.Match[str], date_order: str, zone: ZoneInfo) -> datetime:
    parts = [int(match[place]) for place in (1, 2, 3)]
    order = "ymd" if len(match[1]) == 4 else date_order
    named = dict(zip(order, parts, strict=True))
    hour, minute, second = (int(match[place] or 0) for place in (4, 5, 6))
    if named["y"] < 1970:
        raise ValueError
    naive = datetime(named["y"], named["m"], named["d"], hour, minute, second, tzinfo=UTC)
    if match[7] is None:
        return naive.replace(tzinfo=zone).astimezone(UTC)
    offset = "+00:00" if match[7] in {"Z", "UTC"} else match[7]
    return datetime.fromisoformat(naive.replace(tzinfo=None).isoformat() + offset).astimezone(UTC)


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
        for cells in rows:
            if len(cells) > MAX_COLUMNS:
                raise SheetRefused("too_many_columns")
            yield cells
    except csv.Error as error:
        is_long = "field larger" in str(error)
        raise SheetRefused("cell_too_long" if is_long else "not_csv") from None
