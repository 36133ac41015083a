"""Files of invoices and of a year by country: right to the unit, for finance alone."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from brands.models import Role
from core.clock import brand_now
from payouts.models import Invoice
from payouts.selectors_years import list_year_totals, sum_countries
from portal.exports_tax import read_invoices
from tests.makers import get_owner, make_member
from tests.payouts.ledger_world import Books
from tests.payouts.test_invoices import confirm, hand_over, make_billed, send_back
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


def take(client: Client, books: Books, sheet: str, query: str = "", **data: str):
    url = reverse("portal:list-export", args=[books.brand.slug, sheet])
    return client.post(url + query, {"format": "csv", **data})


def read(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


@pytest.fixture
def books() -> Books:
    """An invoice, and the credit note that took it back 40 days later."""
    made = make_billed()
    payout = hand_over(made)
    confirm(made, payout)
    made.pass_days(40)
    send_back(made, payout)
    return made


def test_invoices_and_credit_notes_of_a_time_come_with_all_that_tax_books_need(books, client):
    client.force_login(get_owner(books.brand))

    invoice, credit = read(take(client, books, "invoices"))

    amounts = ("net", "vat", "gross", "withheld", "currency")
    assert [invoice[name] for name in amounts] == ["100.00", "19.00", "119.00", "0.00", "EUR"]
    assert [credit[name] for name in amounts] == ["-100.00", "-19.00", "-119.00", "0.00", "EUR"]
    names = ("number", "kind", "takes_back", "legal_name", "country", "vat_number", "treatment")
    assert [credit[name] for name in names] == [
        *("RE-2", "credit_note", "RE-1", "Anna Example", "DE", "DE1", "domestic")
    ]
    assert invoice["payout"] == credit["payout"] == Invoice.objects.earliest("pk").payout.public_id

    day = credit["issued_on"]
    assert [row["number"] for row in read(take(client, books, "invoices", f"?from={day}"))] == [
        "RE-2"
    ]
    assert [
        row["number"]
        for row in read(take(client, books, "invoices", f"?to={invoice['issued_on']}"))
    ] == ["RE-1"]
    page = reverse("payouts:invoice-list", args=[books.brand.slug])
    assert [one.label for one in client.get(f"{page}?from={day}").context["rows"]] == ["RE-2"]
    assert take(client, books, "invoices", format="xlsx").getvalue().startswith(b"PK")


def test_the_file_is_read_in_batches_while_it_is_sent(books):
    rows = read_invoices(books.brand, {}, brand_now(books.brand))

    assert next(iter(rows))[0] == "RE-1"


def test_only_who_may_pay_takes_them(books, client):
    client.force_login(make_member(books.brand, Role.ANALYST).user)

    for sheet in ("invoices", "tax_countries"):
        assert take(client, books, sheet).status_code == 403


def test_a_year_is_added_up_by_country_and_currency(books, client):
    client.force_login(get_owner(books.brand))
    year = (books.now - timedelta(days=40)).year
    (total,) = sum_countries(list_year_totals(brand=books.brand, year=year))
    is_one_year = books.now.year == year
    (row,) = read(take(client, books, "tax_countries", f"?year={year}"))

    assert (row["country"], row["currency"], row["creators"]) == ("DE", "EUR", "1")
    assert row["sent"] == ("0.00" if is_one_year else "119.00")
    assert total.sent.amount_minor == (0 if is_one_year else 11_900)
    page = client.get(reverse("payouts:tax-years", args=[books.brand.slug]), {"year": year})
    assert "two currencies are never added" in plain(page)
