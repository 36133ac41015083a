"""The SEPA file: valid for banks, the same bytes for the same payments, paid on a day banks pay."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.iban import BadBic, BadIban, find_bic, read_bic, read_iban
from payouts.domain.calendar import easter_sunday, is_target_day, next_target_day
from payouts.domain.export import PayoutFile, PayoutRow, RowProblem
from payouts.domain.export_sepa import (
    LIMITS,
    SCHEMAS,
    Debtor,
    build_sepa_file,
    erase_in_sepa_file,
    to_latin,
)
from payouts.domain.limits import Quote, quote_amount

ANNA = PayoutRow(
    "pay_a2",
    "Anna",
    {"account_name": "Anna Núñez & Söhne", "iban": "DE89370400440532013000"},
    12_345,
    "EUR",
    "Saffron & Pine 2026-09",
)
BO = replace(
    ANNA,
    payout_id="pay_b3",
    destination={"account_name": "بابک", "iban": "NL91ABNA0417164300"},
    amount_minor=55,
)
DEBTOR = Debtor("Bränd GmbH", "DE02120300000000202051", "BYLADEM1001", SCHEMAS[0])


def build(rows: list[PayoutRow], debtor: Debtor = DEBTOR) -> PayoutFile:
    """Build a file; building one checks it against the schema."""
    return build_sepa_file(
        rows=rows,
        debtor=debtor,
        file_id="fil_f4",
        execution_date=date(2026, 9, 7),
        created_at=datetime(2026, 9, 4, 12, tzinfo=UTC),
    )


def texts(made: PayoutFile, tag: str) -> list[str]:
    return re.findall(f"<{tag}(?: [^>]*)?>([^<]*)</{tag}>", made.content.decode())


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_file_says_who_pays_whom_how_much_and_when(schema):
    made = build([BO, ANNA], replace(DEBTOR, schema=schema))

    assert f"xsd:{schema}" in made.content.decode()
    assert texts(made, "EndToEndId") == ["pay-a2", "pay-b3"]
    assert texts(made, "InstdAmt") == ["123.45", "0.55"]
    assert set(texts(made, "CtrlSum")) == {"124.00"}
    assert texts(made, "MsgId") == ["fil-f4"]
    assert texts(made, "Nm")[1:] == ["Brand GmbH", "Anna Nunez + Sohne", to_latin("بابک", 70)]
    assert "2026-09-07" in made.content.decode()
    assert made.totals_minor == {"EUR": 12_400}
    assert build([ANNA, BO], replace(DEBTOR, schema=schema)) == made


def test_a_bank_that_the_country_list_does_not_name_is_left_to_the_iban():
    made = build([ANNA], replace(DEBTOR, bic=""))

    assert "<Othr><Id>NOTPROVIDED</Id></Othr>" in made.content.decode()


@pytest.mark.parametrize(
    "row", [replace(ANNA, currency="CHF"), replace(ANNA, amount_minor=0)], ids=["franc", "zero"]
)
def test_what_sepa_does_not_carry_is_refused(row):
    with pytest.raises(RowProblem):
        build([row])


def test_erasing_one_creator_leaves_ids_amounts_and_others():
    before = build([ANNA, BO])

    after = erase_in_sepa_file(content=before.content, payout_ids={"pay_a2"}, name="E<1>")

    text = after.decode()
    assert "Nunez" not in text and "DE89370400440532013000" not in text
    assert "<Nm>E&lt;1&gt;</Nm>" in text and "NL91ABNA0417164300" in text
    assert "pay-a2" in text and "123.45" in text


def test_the_largest_payment_is_sent_and_the_rest_stays():
    quote = quote_amount(limits=LIMITS, amount_minor=100_000_000_000, currency="EUR")

    assert quote == Quote(99_999_999_999, 1)


@pytest.mark.parametrize(
    ("after", "day"),
    [
        (date(2026, 9, 4), date(2026, 9, 7)),  # a Friday
        (date(2026, 4, 2), date(2026, 4, 7)),  # before Good Friday and Easter Monday
        (date(2026, 12, 24), date(2026, 12, 28)),
        (date(2026, 4, 30), date(2026, 5, 4)),  # Labour Day is a Friday
        (date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_the_execution_date_is_a_day_banks_of_the_euro_area_pay(after, day):
    assert next_target_day(after) == day
    assert is_target_day(day)


def test_easter_is_where_the_calendar_has_it():
    known = {2019: (4, 21), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25), 2285: (3, 22)}
    assert {year: (easter_sunday(year).month, easter_sunday(year).day) for year in known} == known


def test_an_iban_is_read_with_its_spaces_and_refused_when_mistyped_or_out_of_reach():
    assert read_iban(" de89 3704 0044 0532 0130 00 ") == "DE89370400440532013000"
    assert find_bic("DE89370400440532013000") == "COBADEFFXXX"
    assert find_bic("nothing") == ""
    for wrong in ("DE88370400440532013000", "", "TR330006100519786457841326", "DE89\0"):
        with pytest.raises(BadIban):
            read_iban(wrong)
    assert read_bic("cobadeff") == "COBADEFF"
    with pytest.raises(BadBic):
        read_bic("COBADE")
