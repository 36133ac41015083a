"""The payout file: same rows, same bytes; no formula; and a rail that never claims to have paid."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.export import PayoutRow, RowProblem, build_payout_file
from payouts.rails.byfile import FileRail
from payouts.rails.registry import LIMITS
from payouts.services.rails import Instruction, NotFound, Rail, Refused, Sent

ANNA = PayoutRow("pay_a", "Anna Núñez", {"iban": "DE02"}, 12_345, "EUR", "Sep 2026")
BO = PayoutRow("pay_b", 'Bo "B", Ltd', {"email": "bo@example.com"}, 500, "JPY", "Sep 2026")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ROWS = st.lists(
    st.builds(
        PayoutRow,
        payout_id=TEXTS,
        creator_name=TEXTS,
        destination=st.dictionaries(st.sampled_from(["iban", "bic", "email"]), TEXTS),
        amount_minor=st.integers(1, 10**15),
        currency=st.sampled_from(["EUR", "JPY", "KWD"]),
        reference=TEXTS,
    ),
    unique_by=lambda row: row.payout_id,
    max_size=6,
)


def test_the_file_is_what_it_says() -> None:
    made = build_payout_file(rows=[BO, ANNA])

    assert made.content.decode() == (
        "payout_id,creator,amount,currency,reference,destination_email,destination_iban\r\n"
        "pay_a,Anna Núñez,123.45,EUR,Sep 2026,,DE02\r\n"
        'pay_b,"Bo ""B"", Ltd",500,JPY,Sep 2026,bo@example.com,\r\n'
    )
    assert made.sha256 == hashlib.sha256(made.content).hexdigest()
    assert (made.row_count, made.totals_minor) == (2, {"EUR": 12_345, "JPY": 500})


@given(rows=ROWS)
def test_the_bytes_do_not_depend_on_the_order_and_every_row_can_be_read_back(
    rows: list[PayoutRow],
) -> None:
    made = build_payout_file(rows=rows)

    assert build_payout_file(rows=rows[::-1]) == made
    read = list(csv.DictReader(io.StringIO(made.content.decode(), newline="")))
    assert len(read) == len(rows)
    for row, cells in zip(sorted(rows, key=lambda row: row.payout_id), read, strict=True):
        assert cells["creator"].removeprefix("'") == row.creator_name.removeprefix("'")
        assert cells["creator"][:1] not in set("=+-@\t\r\n\0")


def test_no_text_in_a_file_runs_as_a_formula() -> None:
    row = replace(
        ANNA, creator_name="=1+1", reference="@SUM(A1)", destination={"=x": "1", "iban": "\uff0b1"}
    )

    cells = list(csv.reader(io.StringIO(build_payout_file(rows=[row]).content.decode())))

    assert not [
        cell for line in cells for cell in line if cell[:1] in {"=", "+", "-", "@", "\uff0b"}
    ]
    assert {"'=1+1", "'@SUM(A1)", "'\uff0b1"} <= set(cells[1])


@pytest.mark.parametrize("rows", [[ANNA, ANNA], [replace(ANNA, amount_minor=0)]])
def test_a_row_that_cannot_be_paid_is_refused(rows: list[PayoutRow]) -> None:
    with pytest.raises(RowProblem, match="pay_a"):
        build_payout_file(rows=rows)


def test_the_rail_hands_over_and_never_proves_anything() -> None:
    rail: Rail = FileRail(name="csv", limits=LIMITS["csv"])
    instruction = Instruction("pay_a", UUID(int=7), 100, "IRT", "bank", "Sep", "pay_a")

    sent = rail.submit(instruction=instruction)

    assert isinstance(sent, Sent)
    assert not sent.is_paid
    assert rail.submit(instruction=instruction) == sent
    assert rail.lookup(instruction=instruction) == NotFound(is_complete=False)
    assert not rail.list_sent(since=datetime(2026, 9, 1, tzinfo=UTC)).is_complete
    assert rail.funds(currency="EUR") is None
    assert isinstance(rail.submit(instruction=replace(instruction, amount_minor=0)), Refused)
