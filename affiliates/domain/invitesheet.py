"""Who is to be invited, as a table: read from a CSV file or a pasted list, and written again."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

COLUMNS = ("email", "name", "group", "code", "message")
MAX_BYTES = 128 * 1024
MAX_ROWS = 500
DELIMITERS = ",;\t"
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class SheetRefused(ValueError):
    """The table as a whole cannot be read; `code` says why, `detail` names the column meant."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person; `line` is where the table names him, as a spreadsheet counts."""

    line: int
    email: str
    name: str = ""
    group: str = ""
    code: str = ""
    message: str = ""


def decode_sheet(body: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or else Windows-1252.

    :raises SheetRefused: it is too large, or no text.
    """
    if len(body) > MAX_BYTES:
        raise SheetRefused("too_large")
    encoding = next((name for mark, name in BOMS if body.startswith(mark)), "utf-8")
    for candidate in (encoding, "cp1252"):
        try:
            text = body.decode(candidate)
        except UnicodeDecodeError:
            continue
        if any(char < " " and char not in "\t\r\n" for char in text):
            break
        return text
    raise SheetRefused("not_text")


def read_sheet(text: str) -> list[Row]:
    """Return the people of a CSV table whose first line names its columns, in any order.

    :raises SheetRefused: it cannot be read, or says more or less than a table of people does.
    """
    head = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))
    except csv.Error:
        raise SheetRefused("not_csv") from None
    names = [name.strip().lower() for name in lines[0]] if lines else []
    _check_head(names)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names):
            raise SheetRefused("too_many_cells", str(number))
        facts = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        rows.append(Row(line=number, **{"email": ""} | facts))
    return _checked(rows)


def read_addresses(text: str) -> list[Row]:
    """Return the people of a pasted list: addresses, with names or without, however parted.

    :raises SheetRefused: there is none, or there are too many.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for part in line.replace(";", ",").split(","):
            name, address = parseaddr(part.strip())
            if part.strip():
                found.append(Row(line=number, email=address or part.strip(), name=name))
    return _checked(found)


def write_sheet(rows: Iterable[Row]) -> str:
    """Return a table that read_sheet reads back."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, name) for name in COLUMNS] for row in rows)
    return out.getvalue()


def _check_head(names: Sequence[str]) -> None:
    if "email" not in names:
        raise SheetRefused("no_email_column")
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise SheetRefused("unknown_column", unknown[0][:40])
    if len(set(names)) < len(names):
        raise SheetRefused("column_twice")


def _checked(rows: list[Row]) -> list[Row]:
    if not rows:
        raise SheetRefused("nobody")
    if len(rows) > MAX_ROWS:
        raise SheetRefused("too_many_rows")
    return rows
