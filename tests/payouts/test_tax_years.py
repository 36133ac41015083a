"""A year of payouts by creator and country: counted by the books, over a threshold or not."""

import pytest
from django.test import Client

from payouts.models import TaxThreshold
from payouts.selectors_years import list_year_totals, list_years
from payouts.services import moves
from tests.makers import get_owner, make_member
from tests.payouts.ledger_world import Books, make_books
from tests.payouts.test_invoices import confirm, hand_over, make_billed, send_back
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sums(books: Books, year: int) -> list[tuple[int, int, int, int]]:
    return [
        (
            one.commission.amount_minor,
            one.vat.amount_minor,
            one.sent.amount_minor,
            one.payouts,
        )
        for one in list_year_totals(brand=books.brand, year=year)
    ]


def test_a_payout_counts_in_the_year_it_was_paid_and_off_in_the_year_it_came_back():
    books = make_billed()
    payout = hand_over(books)
    year = books.now.year
    assert sums(books, year) == []
    confirm(books, payout)
    assert sums(books, year) == [(10_000, 1_900, 11_900, 1)]
    (total,) = list_year_totals(brand=books.brand, year=year)
    assert (total.country, total.affiliation) == ("DE", books.affiliation)

    books.pass_days(400)
    send_back(books, payout)

    later = books.now.year
    assert sums(books, year) == [(10_000, 1_900, 11_900, 1)]
    assert sums(books, later) == [(-10_000, -1_900, -11_900, 0)]
    assert list_years(brand=books.brand, now=books.now) == list(range(later, year - 1, -1))


def test_what_never_left_counts_nowhere():
    books = make_billed()
    payout = hand_over(books)
    send_back(books, payout)
    assert sums(books, books.now.year) == []

    (again,) = books.approve()
    moves.cancel_payout(payout_id=again.pk, reason="no", actor_id=books.owner_id, now=books.now)
    assert sums(books, books.now.year) == []


@pytest.mark.parametrize(
    ("country", "amount", "is_reached"),
    [
        ("DE", "100.00 EUR", True),
        ("", "100.00 EUR", True),
        ("DE", "100.01 EUR", False),
        ("AT", "1.00 EUR", False),
        ("DE", "1.00 USD", False),
    ],
)
def test_a_threshold_is_of_a_country_and_a_currency_and_counts_itself(country, amount, is_reached):
    books = make_billed()
    confirm(books, hand_over(books))
    owner = client_of(get_owner(books.brand))
    url = f"/b/{books.brand.slug}/payouts/tax/years/"
    asked = {"threshold-country": country, "threshold-amount": amount, "threshold-note": "Form X"}

    assert owner.post(f"{url}add/", asked).status_code == 303
    assert owner.post(f"{url}add/", asked).status_code == 422

    (total,) = list_year_totals(brand=books.brand, year=books.now.year)
    assert bool(total.reached) is is_reached
    shown = owner.get(f"{url}?what=reached")
    assert bool(shown.context["totals"]) is is_reached
    row = b"".join(owner.get(f"{url}csv/").streaming_content).decode().splitlines()[1]
    assert ("Form X" in row) is is_reached and "100.00,19.00,0.00,119.00" in row
    threshold = TaxThreshold.objects.get()
    assert owner.post(f"{url}{threshold.public_id}/drop/").status_code == 303
    assert not TaxThreshold.objects.exists()


def test_a_creator_sees_his_own_year_and_others_do_not():
    books = make_billed()
    confirm(books, hand_over(books))
    own = f"/me/payouts/tax/{books.affiliation.public_id}/year/"
    manager = client_of(make_member(books.brand, "manager").user)
    other = client_of(get_owner(make_books().brand))

    page = plain(client_of(books.affiliation.affiliate.user).get(own))

    assert "100.00 EUR" in page and "119.00 EUR" in page and "not legal" in page
    assert other.get(own).status_code == 404
    url = f"/b/{books.brand.slug}/payouts/tax/years/"
    assert other.get(url).status_code == 404
    assert manager.get(url).status_code == 200 and manager.get(f"{url}csv/").status_code == 403
    for query in ("?year=1999", "?year=x", "?year=99999", "?q=nobody"):
        assert manager.get(url + query).status_code == 200
