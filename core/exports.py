"""Lists as files: CSV that streams and XLSX that keeps one row in memory. One way for every list.

Numbers are numbers and dates are ISO 8601 with Latin digits, whatever the reader's language; an
amount is a plain decimal and its currency a column of its own. A text that a spreadsheet would
run as a formula gets an apostrophe in CSV (OWASP, CSV injection); in XLSX its type says text.
"""

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, TypeAlias
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from core.money import to_decimal

Cell: TypeAlias = str | int | Decimal | date | datetime | None
"""One value; a `datetime` is aware, and written by the clock of the sheet's zone."""

XLSX_ROWS = 100_000
BOM = "\ufeff".encode()
_LINES_A_CHUNK = 200

_SIGNS = frozenset("=+-@\0")
_BREAKS = frozenset("\t\r\n")


class TooLong(Exception):
    """More rows than one XLSX file is made of; CSV has no such limit."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list to write: its headings, and rows that are read while they are written.

    `name` begins the file's name. Headings are code names, the same in every language.
    """

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    zone: ZoneInfo


def guard(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Leading white space, invisible format characters and full-width forms do not hide a sign; a tab
    or a break at the start begins a new cell for some.
    """
    shown = unicodedata.normalize("NFKC", text)
    first = next((char for char in shown if not _is_invisible(char)), "")
    is_broken = shown.lstrip(" ")[:1] in _BREAKS
    return f"'{text}" if first in _SIGNS or is_broken else text


def amount(minor: int | None, currency: str) -> Decimal | None:
    """Return the plain decimal of an amount; its currency belongs in the next column."""
    return None if minor is None or not currency else to_decimal(minor, currency)


def stream_csv(sheet: Sheet, *, bom: bytes = b"") -> Iterator[bytes]:
    """Yield RFC 4180 text in UTF-8, some lines at a time, each read just before it is sent."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(sheet.headings)
    yield bom + lines.take()
    rows = iter(sheet.rows)
    while batch := list(islice(rows, _LINES_A_CHUNK)):
        writer.writerows([_text(cell, sheet.zone) for cell in row] for row in batch)
        yield lines.take()


def write_xlsx(sheet: Sheet) -> IO[bytes]:
    """Return an open temporary file with one worksheet; it goes away when it is closed.

    :raises TooLong: more than XLSX_ROWS rows.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        _fill(file, sheet)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _is_invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) == "Cf"


class _Lines:
    """What the csv module writes to, emptied after each chunk."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def write(self, text: str) -> int:
        self._parts.append(text)
        return len(text)

    def take(self) -> bytes:
        joined = "".join(self._parts).encode()
        self._parts.clear()
        return joined


def _text(cell: Cell, zone: ZoneInfo) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return guard(cell)
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def _fill(file: IO[bytes], sheet: Sheet) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(file, options) as book:
        page = book.add_worksheet(sheet.name[:31])
        page.freeze_panes(1, 0)
        writer = _Cells(book, page, sheet.zone)
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, heading, writer.bold)
        for number, row in enumerate(sheet.rows, start=1):
            if number > XLSX_ROWS:
                raise TooLong(sheet.name)
            for column, cell in enumerate(row):
                writer.write(number, column, cell)


class _Cells:
    """Writes each value as what it is; the text format keeps a text one when it is edited."""

    def __init__(self, book: Workbook, page: "Workbook.worksheet_class", zone: ZoneInfo) -> None:
        self._book, self._page, self._zone = book, page, zone
        self.bold = book.add_format({"bold": True})
        self._formats: dict[str, object] = {}

    def write(self, row: int, column: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, str):
            self._page.write_string(row, column, cell, self._format("@"))
        elif isinstance(cell, datetime):
            local = cell.astimezone(self._zone).replace(tzinfo=None)
            self._page.write_datetime(row, column, local, self._format("yyyy-mm-dd hh:mm:ss"))
        elif isinstance(cell, date):
            self._page.write_datetime(row, column, cell, self._format("yyyy-mm-dd"))
        elif isinstance(cell, Decimal):
            digits = max(0, -int(cell.as_tuple().exponent))
            pattern = f"0.{'0' * digits}" if digits else "0"
            self._page.write_number(row, column, cell, self._format(pattern))
        else:
            self._page.write_number(row, column, cell, self._format("0"))

    def _format(self, pattern: str) -> object:
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern})
        return self._formats[pattern]
