"""Files for Wise and PayPal, and payments by hand: columns as data, rows counted, nothing runs."""

import csv
import io
import json
from dataclasses import replace

import pytest
from django.urls import reverse

from brands.models import RailKind, Role
from brands.services.payouts import set_rail
from ledger.models import AccountKind
from payouts.domain.export import PayoutFile, PayoutRow, RowProblem
from payouts.domain.export_paypal import build_paypal_file, erase_in_paypal_file
from payouts.domain.export_wise import (
    COLUMNS,
    FIELDS,
    HEAD,
    build_wise_file,
    erase_in_wise_file,
    to_reference,
)
from payouts.domain.states import IllegalMove
from payouts.models import ExportFile, Payout, PayoutStatus
from payouts.services import files, moves
from payouts.services.methods import MissingDetails, set_bank_method
from portal.books import prove_books
from tests.makers import get_owner, make_code, make_enrollment, make_member
from tests.payouts.ledger_world import Books, make_books
from tests.portal.text import plain
from tests.shop import code

WISE = PayoutRow(
    "pay_" + "a2b3" * 5,
    "Anna",
    {
        "account_name": "=Anna",
        "receiver_type": "PERSON",
        "currency": "EUR",
        "iban": "DE89370400440532013000",
    },
    12_345,
    "EUR",
    "Brand 2026-09",
)
PAYPAL = PayoutRow(
    "pay_c4", "Bo", {"email": "bo@example.com"}, 15_000, "HUF", "=HYPERLINK(0) 2026-09"
)


def read(made: PayoutFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.content.decode(), newline="")))


@pytest.mark.parametrize("target", sorted(FIELDS))
def test_a_wise_file_has_the_columns_of_its_target_currency(target):
    account = {field: f"={field}" for field in FIELDS[target]}
    row = replace(WISE, destination={**WISE.destination, **account, "currency": target})

    heading, cells = read(build_wise_file(rows=[row]))

    assert heading == [*HEAD, *(COLUMNS[field] for field in FIELDS[target])]
    told = dict(zip(heading, cells, strict=True))
    assert (told["amount"], told["amountCurrency"]) == ("123.45", "source")
    assert (told["sourceCurrency"], told["targetCurrency"]) == ("EUR", target)
    assert told["paymentReference"] == to_reference(row.payout_id, target)
    assert [cell for cell in cells if cell[:1] == "="] == []
    erased = erase_in_wise_file(
        content=build_wise_file(rows=[row]).content, payout_ids={row.payout_id}, name="erased"
    )
    assert b"=" not in erased and b"123.45" in erased and b"erased" in erased


def test_two_target_currencies_do_not_share_a_wise_file():
    other = replace(WISE, payout_id="pay_b", destination={**WISE.destination, "currency": "CHF"})

    with pytest.raises(RowProblem):
        build_wise_file(rows=[WISE, other])


def test_a_paypal_file_has_no_heading_and_the_decimals_paypal_takes():
    euro = replace(PAYPAL, payout_id="pay_a2", amount_minor=1_250, currency="EUR")

    made = build_paypal_file(rows=[PAYPAL, euro])

    assert read(made) == [
        ["bo@example.com", "12.50", "EUR", "pay_a2", "'=HYPERLINK(0) 2026-09"],
        ["bo@example.com", "150", "HUF", "pay_c4", "'=HYPERLINK(0) 2026-09"],
    ]
    erased = erase_in_paypal_file(content=made.content, payout_ids={"pay_a2"}, name="x")
    assert erased.decode().splitlines()[0] == "x,12.50,EUR,pay_a2,'=HYPERLINK(0) 2026-09"
    assert b"bo@example.com" in erased


@pytest.fixture
def books() -> Books:
    return make_books()


def switch_on(books: Books, rail: RailKind) -> None:
    set_rail(
        brand_id=books.brand.pk,
        rail=rail,
        secret_key=None,
        webhook_secret=None,
        actor_id=books.owner_id,
        now=books.now,
    )


def pay_by(books: Books, rail: RailKind, details: dict[str, str]) -> None:
    """Have the creator paid by a rail."""
    switch_on(books, rail)
    set_bank_method(
        affiliation_id=books.affiliation.pk,
        rail=rail,
        details=details,
        actor_id=books.affiliation.affiliate.user_id,
        now=books.now,
    )


@pytest.mark.django_db
def test_more_rows_than_a_service_takes_make_several_files(books, monkeypatch):
    monkeypatch.setitem(files.MAX_ROWS, "paypal_csv", 1)
    pay_by(books, RailKind.PAYPAL_CSV, {"email": "a@example.com"})
    user = make_member(books.brand, Role.ANALYST).user
    other = make_enrollment(books.enrollment.program, user=user)
    make_code(other, "OTHER")
    set_bank_method(
        affiliation_id=other.affiliation_id,
        rail=RailKind.PAYPAL_CSV,
        details={"email": "b@example.com"},
        actor_id=user.pk,
        now=books.now,
    )
    line = {"id": "1", "title": "Thing", "quantity": 1, "gross": "600.00"}
    books.shop.pay("second", total="600.00", lines=[line], discounts=code("OTHER"))
    books.release("100.00")

    payouts = books.approve()

    made = ExportFile.objects.order_by("part")
    assert [(one.rail, one.part, one.rows) for one in made] == [
        ("paypal_csv", 1, 1),
        ("paypal_csv", 2, 1),
    ]
    assert len({one.name for one in made}) == 2
    assert {one.file_id for one in payouts} == {one.pk for one in made}
    moves.hand_over_file(file_id=made[0].pk, actor_id=books.owner_id, now=books.now)
    assert sorted(Payout.objects.values_list("status", flat=True)) == ["approved", "submitted"]


@pytest.mark.django_db
def test_a_payment_by_hand_waits_as_approved_until_somebody_notes_it(books, client):
    pay_by(books, RailKind.MANUAL, {"how": "In cash at the office"})
    books.release("100.00")
    (payout,) = books.approve()
    assert not ExportFile.objects.exists()
    client.force_login(get_owner(books.brand))
    run = reverse("payouts:run-detail", args=[books.brand.slug, payout.plan.public_id])
    page = reverse("payouts:run-confirm", args=[books.brand.slug, payout.plan.public_id, "manual"])
    assert page in client.get(run).content.decode()
    one = reverse("payouts:payout-detail", args=[books.brand.slug, payout.public_id])
    assert "In cash at the office" in plain(client.get(one))

    day = payout.approved_at.date().isoformat()
    told = {"reference": "Receipt 7", "paid_on": day, "payouts": [payout.public_id]}
    client.post(page, told)

    payout.refresh_from_db()
    assert (payout.status, payout.reference) == (PayoutStatus.PAID, "Receipt 7")
    assert payout.sent_at == payout.paid_at
    assert books.balance(AccountKind.IN_PAYOUT) == 0
    assert prove_books(brand_id=books.brand.pk).is_balanced
    with pytest.raises(IllegalMove):
        moves.confirm_payout(
            payout_id=payout.pk, reference="again", actor_id=books.owner_id, now=books.now
        )


@pytest.mark.django_db
def test_a_creator_gives_what_the_currency_of_his_account_needs(books, client):
    client.force_login(books.affiliation.affiliate.user)
    switch_on(books, RailKind.WISE)
    page = reverse("payouts:method-edit", args=[books.affiliation.public_id])
    assert client.post(page, {"rail": "manual", "how": "cash"}).status_code == 404  # not on
    told = {
        "rail": "wise",
        "account_name": "Anna",
        "receiver_type": "PERSON",
        "currency": "GBP",
        "sort_code": "23-14-70",
        "iban": "DE89370400440532013000",
    }

    refused = client.post(page, told)
    client.post(page, {**told, "account_number": "28821822"})

    assert refused.status_code == 422 and "This currency needs it." in plain(refused)
    method = books.affiliation.payout_method
    kept = json.loads(method.details)
    assert (method.rail, method.hint, "iban" in kept) == ("wise", "…1822", False)
    paypal = {"rail": "paypal", "email": "anna@example.com"}
    assert client.post(page, paypal).status_code == 422
    afar = client.post(page, {**paypal, "country": "th"})
    assert afar.status_code == 422 and "PayPal cannot pay an account in TH." in plain(afar)
    client.post(page, {**paypal, "country": "vn"})
    method.refresh_from_db()
    assert json.loads(method.details)["country"] == "VN"
    assert (method.rail, method.hint) == ("paypal", "a…@example.com")
    facts = {
        "affiliation_id": books.affiliation.pk,
        "actor_id": books.affiliation.affiliate.user_id,
        "now": books.now,
    }
    for rail, details in (
        (RailKind.PAYPAL, {"email": " "}),
        (RailKind.WISE, {"account_name": "A", "receiver_type": "PERSON", "currency": "XXX"}),
        (RailKind.MANUAL, {}),
    ):
        with pytest.raises(MissingDetails):
            set_bank_method(rail=rail, details=details, **facts)
