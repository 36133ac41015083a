"""Invoices in creators' names: who gets one, numbers without a gap, and what takes one back."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from core import faults
from payouts.models import Invoice, Payout, TaxSettings
from payouts.services import moves
from payouts.services.erasing import erase_payee
from payouts.services.tax import Declaration, declare_tax
from payouts.services.taxrates import BrandParty, set_tax_country, set_tax_party
from payouts.views._invoice_pdf import describe_invoice
from portal.books import prove_books
from tests.awards import make_award
from tests.makers import get_owner, make_enrollment, make_member
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.payouts.papers import make_tax_rate
from tests.portal.text import plain
from tests.racing import race

pytestmark = pytest.mark.django_db

DETAILS = {"legal_name": "Anna Example", "address": "Street 1\nBerlin", "vat_number": "DE1"}


def make_billed(*, agrees: bool = True) -> Books:
    """A creator with 100.00 released, both in DE, the brand ready to write invoices."""
    books = make_books()
    add_bank(books)
    books.release("100.00")
    about = {"brand_id": books.brand.pk, "actor_id": books.owner_id, "now": books.now}
    set_tax_country(country="DE", **about)
    set_tax_party(party=BrandParty("Brand GmbH", "Road 2", "DE2", "RE-"), **about)
    make_tax_rate(books.brand, actor_id=books.owner_id, now=books.now)
    declare(books, agrees=agrees)
    return books


def declare(books: Books, *, agrees: bool = True, vat: str = "registered") -> None:
    declare_tax(
        affiliation_id=books.affiliation.pk,
        declaration=Declaration("DE", "business", vat, DETAILS, agrees),
        actor_id=books.affiliation.affiliate.user_id,
        now=books.now,
    )


def hand_over(books: Books) -> Payout:
    (payout,) = books.approve()
    file_id = payout.plan.files.get().pk
    moves.hand_over_file(file_id=file_id, actor_id=books.owner_id, now=books.now)
    return payout


def confirm(books: Books, payout: Payout) -> None:
    moves.confirm_payout(payout_id=payout.pk, reference="r", actor_id=books.owner_id, now=books.now)


def send_back(books: Books, payout: Payout) -> None:
    moves.report_failure(
        payout_id=payout.pk, reason="closed", actor_id=books.owner_id, now=books.now
    )


def test_a_paid_payout_has_an_invoice_and_one_that_came_back_its_credit_note():
    books = make_billed()
    payout = hand_over(books)
    assert not Invoice.objects.exists()
    confirm(books, payout)
    send_back(books, payout)
    again = hand_over(books)
    confirm(books, again)

    first, credit, second = Invoice.objects.order_by("number")
    assert [one.label for one in (first, credit, second)] == ["RE-1", "RE-2", "RE-3"]
    assert (first.net_minor, first.vat_minor, first.gross_minor) == (10_000, 1_900, 11_900)
    assert (credit.corrects, credit.net_minor, credit.vat_minor) == (first, -10_000, -1_900)
    assert (second.payout, second.corrects) == (again, None)
    assert prove_books(brand_id=books.brand.pk).is_balanced
    paper = describe_invoice(credit)
    assert "Anna Example · Street 1 · Berlin · DE · DE1" in str(paper["facts"])
    assert "Brand GmbH · Road 2 · DE · DE2" in str(paper["facts"]) and "RE-1" in str(paper["facts"])


@pytest.mark.parametrize("why", ["not agreed", "no party", "no country", "other status", "failed"])
def test_there_is_no_invoice_where_nobody_agreed_or_something_is_missing(why: str):
    books = make_billed(agrees=why != "not agreed")
    if why == "no party":
        TaxSettings.objects.update(legal_name="")
    if why == "no country":
        TaxSettings.objects.update(country="")
    payout = hand_over(books)
    if why == "other status":
        declare(books, vat="none")
    if why == "failed":
        send_back(books, payout)
    else:
        confirm(books, payout)

    assert not Invoice.objects.exists()
    assert TaxSettings.objects.get().last_invoice == 0


def test_a_process_that_dies_between_number_and_commit_has_used_none(monkeypatch):
    books = make_billed()
    payout = hand_over(books)
    taken: list[int] = []

    def die(name: str) -> None:
        if name == "invoice.after_number" and not taken:
            taken.append(TaxSettings.objects.get().last_invoice)
            raise faults.Crash(name)

    monkeypatch.setenv("FAULTS", "1")
    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            confirm(books, payout)
        assert (taken, TaxSettings.objects.get().last_invoice) == ([1], 0)
        assert not Invoice.objects.exists()
        confirm(books, Payout.objects.get(pk=payout.pk))
    finally:
        faults.install(None)

    send_back(books, Payout.objects.get(pk=payout.pk))
    assert list(Invoice.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert prove_books(brand_id=books.brand.pk).is_balanced


@pytest.mark.django_db(transaction=True)
def test_two_payouts_paid_at_once_have_two_numbers_and_no_gap():
    books = make_billed()
    user = make_member(books.brand, "analyst").user
    other = Books(books.brand, books.shop, make_enrollment(books.enrollment.program, user=user))
    add_bank(other)
    make_award(other.enrollment, 7_000, at=books.now)
    declare(other)
    books.pass_days(31)
    first, second = books.approve()
    file_id = first.plan.files.get().pk
    moves.hand_over_file(file_id=file_id, actor_id=books.owner_id, now=books.now)

    jobs = [lambda: confirm(books, first), lambda: confirm(books, second)]
    assert race(*jobs, refusals=()) == [None, None]

    assert sorted(Invoice.objects.values_list("number", flat=True)) == [1, 2]
    assert TaxSettings.objects.get().last_invoice == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payouts_invoice SET net_minor = 1",
        "UPDATE payouts_invoice SET supplier = 'x'",
        "DELETE FROM payouts_invoice",
        "INSERT INTO payouts_invoice (public_id, brand_id, affiliation_id, payout_id, corrects_id,"
        " number, label, currency, net_minor, vat_minor, withheld_minor, tax, customer, issued_at)"
        " SELECT 'inv_gap', brand_id, affiliation_id, payout_id, id, 3, 'RE-3', currency, -1, 0, 0,"
        " tax, customer, issued_at FROM payouts_invoice",
    ],
)
def test_the_database_refuses_a_change_and_a_gap(sql: str):
    books = make_billed()
    confirm(books, hand_over(books))

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_erasure_takes_the_supplier_and_leaves_the_number():
    books = make_billed()
    confirm(books, hand_over(books))

    erase_payee(affiliation_ids=[books.affiliation.pk], email="x@mail.example", name="Erased 1")

    invoice = Invoice.objects.get()
    assert (invoice.supplier, invoice.number, invoice.net_minor) == (None, 1, 10_000)
    assert "Anna Example" not in str(describe_invoice(invoice))


def test_finance_and_the_creator_have_the_file_and_nobody_else():
    books = make_billed()
    confirm(books, hand_over(books))
    invoice = Invoice.objects.get()
    own, of_brand = (
        f"/me/payouts/invoices/{invoice.public_id}/pdf/",
        f"/b/{books.brand.slug}/payouts/invoices/{invoice.public_id}/pdf/",
    )
    creator, owner, manager, other = (
        client_of(user)
        for user in (
            books.affiliation.affiliate.user,
            get_owner(books.brand),
            make_member(books.brand, "manager").user,
            get_owner(make_books().brand),
        )
    )

    for client, url in ((creator, own), (owner, of_brand)):
        answer = client.get(url)
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert manager.get(of_brand).status_code == 403
    assert other.get(of_brand).status_code == other.get(own).status_code == 404
    listed = plain(owner.get(f"/b/{books.brand.slug}/payouts/invoices/"))
    assert "RE-1" in listed and "119.00 EUR" in listed
    payout_page = plain(creator.get(f"/me/payouts/{invoice.payout.public_id}/"))
    assert "RE-1" in payout_page


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client
