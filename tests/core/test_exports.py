"""What a spreadsheet makes of a file of ours: what was meant, and nothing that runs."""

import csv
import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import exports
from core.exports import BOM, Sheet, TooLong, amount, guard, stream_csv, write_xlsx

BERLIN = ZoneInfo("Europe/Berlin")
NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
SIGNS = "=+-@\t\r\n\0＝＋－＠"
FORMULAS = [
    *("=1+1", "+49 30", "-1", "@SUM(A1)", " =1", "\u00a0+1", "\u2003=1", "\u200b=1", "\u202e=1"),
    *(
        "\t=1",
        "\tx",
        "\r",
        "\n1",
        "\r\n-1",
        "\0",
        "\0=1",
        "\ufeff-1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "﹢1",
    ),
]


def sheet(*rows, headings=("a", "b")) -> Sheet:
    return Sheet("orders", headings, iter(rows), BERLIN)


def read_csv(one: Sheet) -> list[list[str]]:
    body = b"".join(stream_csv(one)).decode()
    return list(csv.reader(io.StringIO(body, newline="")))


def read_xlsx(one: Sheet) -> tuple[list[ET.Element], list[str]]:
    """Return the cells and the shared or inline texts, read as any other program would."""
    with write_xlsx(one) as file, zipfile.ZipFile(file) as archive:
        page = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return page.findall(".//x:c", NS), [node.text or "" for node in page.iterfind(".//x:t", NS)]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_comes_back_as_it_was_and_never_begins_like_a_formula(text):
    ((_, back),) = read_csv(sheet(("x", text)))[1:]

    assert back in {text, f"'{text}"}
    assert back.lstrip(" \u00a0")[:1] not in set(SIGNS)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text):
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", " ", "Anna", "a=b", "1-2", "crt_2", "'quoted'", "  spaced", "é", "ทดสอบ", "لیلا"]
)
def test_plain_text_is_left_alone(text):
    assert guard(text) == text


def test_values_are_typed_and_read_the_same_in_every_language():
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    row = (-5, Decimal("-1234.50"), amount(1000, "JPY"), date(2026, 8, 1), at, None)

    assert read_csv(sheet(row)) == [
        ["a", "b"],
        ["-5", "-1234.50", "1000", "2026-08-01", "2026-10-25T02:30:00+02:00", ""],
    ]


def test_lines_end_as_rfc_4180_says_and_the_mark_is_a_choice():
    body = b"".join(stream_csv(sheet(("x,y", 'say "no"\nnow')), bom=BOM))

    assert body == BOM + b'a,b\r\n"x,y","say ""no""\nnow"\r\n'


def test_the_first_bytes_leave_before_the_last_row_is_read_and_memory_stays_flat():
    seen = 0

    def rows():
        nonlocal seen
        for seen in range(1, 40_001):
            yield ("x" * 500, seen)

    chunks = stream_csv(Sheet("orders", ("a", "b"), rows(), BERLIN))
    assert next(chunks) == b"a,b\r\n" and seen == 0
    tracemalloc.start()
    size = sum(len(chunk) for chunk in chunks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert seen == 40_000
    assert size > 20_000_000
    assert peak < 2_000_000


def test_a_workbook_holds_texts_and_numbers_and_no_formula():
    cells, texts = read_xlsx(
        sheet(
            *[(text, "https://a.example") for text in FORMULAS if "\0" not in text],
            (1, Decimal("9.43")),
        )
    )

    assert [cell for cell in cells if cell.find("x:f", NS) is not None] == []
    assert "=1+1" in texts and "https://a.example" in texts
    assert [cell.find("x:v", NS).text for cell in cells if cell.get("t") != "inlineStr"] == [
        "1",
        "9.43",
    ]


def test_a_workbook_of_too_many_rows_is_refused_whole(monkeypatch):
    monkeypatch.setattr(exports, "XLSX_ROWS", 2)
    with write_xlsx(sheet(("x", 1), ("x", 2))) as file:
        assert file.read(2) == b"PK"

    with pytest.raises(TooLong):
        write_xlsx(sheet(("x", 1), ("x", 2), ("x", 3)))
