"""Whatever is uploaded as a file of orders or refunds is read row by row, or refused in words."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.wording import Reader
from tests.everything import BERLIN
from tests.makers import NOW, make_connection
from tests.tracking.test_uploads import store
from tests.uploads import HEAD, ROW, make_upload
from tracking.domain.sheetcells import SheetRefused, guess_options
from tracking.domain.sheetfields import FIELDS, REFUND_FIELDS
from tracking.integrations import csvfile
from tracking.models import OrderUpload
from tracking.services import uploadplans
from tracking.wording import explain

__all__ = ["store"]  # a fixture

pytestmark = pytest.mark.django_db

FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NUMBERS = ["", "1", "10.00", "1,234.50", "1.234,50", "-1", "1e9", "9" * 40, "۱۲٫۵۰", "١٢٣", "۱٬۲۳۴"]
FORMULAS = ["=1+1", "@SUM(A1)", "+49", '="x"', "\u200f5", "\u00a01", "\u202e", "\ud7ff", "💸"]
TIMES = ["2026-03-02", "31.12.2026 25:00", "0000-00-00", "9999-12-31T23:59:59-23:59"]
WORDS = ["F-1", "EUR", "JPY", "paid", "refunded", "LENA10", "a@b.example", "x" * 5000]
CELLS = st.one_of(st.sampled_from([*NUMBERS, *FORMULAS, *TIMES, *WORDS]), st.text(max_size=12))
NAMES = st.sampled_from([*FIELDS, *REFUND_FIELDS, "Order ID", "", "order_id", "x"])
TABLES = st.lists(st.lists(CELLS, max_size=9), max_size=8)
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])


@pytest.fixture
def upload(store) -> OrderUpload:
    return make_upload(store)


def judge(upload: OrderUpload, raw: bytes) -> uploadplans.Preview | None:
    """Read a file as the page does; whatever is wrong must be said in whole words."""
    try:
        options = guess_options(raw)
        upload.options = {name: getattr(options, name) for name in options.__dataclass_fields__}
        upload.body = raw.decode("latin-1")
        found = uploadplans.preview(upload=upload, adapter=csvfile, is_vouched=False, now=NOW)
    except SheetRefused as refused:
        say(f"upload.{refused.code}")
        return None
    for error in found.errors:
        assert error.row >= 2 and error.column
        say(error.code, field=error.column, **error.params)
    return found


def say(code: str, **params: object) -> None:
    told = explain(code=code, params=params, reader=Reader(audience="brand", zone=BERLIN))
    assert told and "has no text" not in told


@FUZZ
@given(raw=st.binary(max_size=400))
def test_any_bytes(upload, raw):
    judge(upload, raw)


@FUZZ
@given(
    names=st.lists(NAMES, max_size=9),
    rows=TABLES,
    delimiter=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    codec=CODECS,
)
def test_any_table(upload, names, rows, delimiter, end, codec):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerows([names, *rows])

    judge(upload, out.getvalue().encode(codec, "replace"))


@FUZZ
@given(
    at=st.integers(0, len(ROW)), junk=st.sampled_from(['"', "\r", "\n", "\0", ";", "\t", "\ufeff"])
)
def test_a_row_broken_anywhere(upload, at, junk):
    found = judge(upload, f"{HEAD}\n{ROW[:at]}{junk}{ROW[at:]}\n".encode())

    assert found is None or found.errors or found.planned


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (",".join(["order_id"] * 10_000).encode(), "too_many_columns"),
        (f"{HEAD}\n{'x,' * 10_000}".encode(), "too_many_columns"),
        (f'{HEAD}\n"{"x" * 200_000}"'.encode(), "cell_too_long"),
        (f'{HEAD}\n"F-1,EUR'.encode(), "not_csv"),
        (f"{HEAD}\nF-1\0,EUR".encode(), "not_text"),
    ],
)
def test_what_no_table_is_is_refused_as_a_whole(store, raw, code):
    upload = make_upload(store)
    OrderUpload.objects.filter(pk=upload.pk).update(body=raw.decode("latin-1"))
    upload.refresh_from_db()

    with pytest.raises(SheetRefused) as caught:
        uploadplans.preview(upload=upload, adapter=csvfile, is_vouched=False, now=NOW)
    assert caught.value.code == code


def test_persian_digits_and_marks_are_read_as_amounts():
    upload = make_upload(make_connection(platform="csv"))
    found = judge(upload, "order_id,currency,total\n1,EUR,۱٬۲۳۴٫۵۰\n".encode())

    assert found is not None and found.planned[0].event.total == 123450
