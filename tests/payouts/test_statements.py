"""A creator's statements: each month adds up, entry by entry, to what the books say."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from ledger.models import PARTY_KINDS
from payouts.selectors_statements import find_statement, list_months
from payouts.services import moves
from tests.makers import make_user
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.portal.text import plain
from tests.shop import code, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    """One month earns 100.00 and loses 10.00 of it; later 90.00 is paid and 9.00 taken back."""
    books = make_books()
    add_bank(books)
    number, lines = "n1", [line("1", "1000.00")]
    books.shop.pay(number, total="1000.00", lines=lines, discounts=code("PAYME"))
    books.shop.refund(number, "r1", "100.00")
    books.pass_days(40)
    (payout,) = books.approve()
    moves.hand_over_file(file_id=payout.file_id, actor_id=books.owner_id, now=books.now)
    moves.confirm_payout(
        payout_id=payout.pk, reference="B1", actor_id=books.owner_id, now=books.now
    )
    books.shop.refund(number, "r2", "90.00")
    return books


def owed(books: Books) -> int:
    return sum(books.balance(kind) for kind in PARTY_KINDS)


def test_each_month_opens_where_the_last_one_closed_and_ends_at_the_books(books: Books):
    later, first = list_months([books.affiliation])

    assert (first.opening_minor, first.closing_minor) == (0, 9_000)
    assert (later.opening_minor, later.closing_minor) == (9_000, -900)
    assert later.closing_minor == owed(books)


def test_the_entries_of_a_month_make_its_sums_and_each_names_what_it_is_about(books: Books):
    later, first = list_months([books.affiliation])
    found = [
        find_statement(affiliation=books.affiliation, currency="EUR", month=one.month)
        for one in (first, later)
    ]

    for statement in found:
        change = sum(line.amount.amount_minor for line in statement.lines)
        assert change == statement.month.change_minor
        assert change == sum(amount.amount_minor for _part, amount in statement.sums)
        assert (
            sum(m.amount_minor for _kind, m in statement.standing) == statement.closing.amount_minor
        )
        assert all(bool(line.commission) != bool(line.payout) for line in statement.lines)
    sums = [{part: money.amount_minor for part, money in one.sums} for one in found]
    assert sums[0] == {"commissions": 10_000, "corrections": -1_000}
    assert sums[1] == {"clawbacks": -900, "payouts": -9_000}


def test_a_month_without_entries_has_no_statement(books: Books):
    (later, _first) = list_months([books.affiliation])

    for currency, month in (("USD", later.month), ("EUR", later.month.replace(year=2020))):
        assert find_statement(affiliation=books.affiliation, currency=currency, month=month) is None


def test_a_statement_is_a_page_and_a_file_of_plain_values(books: Books):
    client = Client()
    client.force_login(books.affiliation.affiliate.user)
    (later, _first) = list_months([books.affiliation])
    url = f"/me/payouts/statements/{books.affiliation.public_id}/EUR/{later.month:%Y-%m}/"

    listed = plain(client.get(f"/me/payouts/statements/?brand={books.brand.slug}"))
    page = plain(client.get(url))
    answer = client.get(f"{url}csv/")

    assert "−99.00 EUR" in listed
    assert "Computed from the ledger on" in page and "This month is not over" in page
    assert "−9.00 EUR" in page and "−90.00 EUR" in page
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["amount"] for row in rows] == ["90.00", "-90.00", "-9.00", "-9.00"]
    assert [row["what"] for row in rows] == ["opening", "pay", "clawback", "closing"]
    assert rows[2]["order"] == "#n1"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "٢٠٢٦-01", "x", "9999-12"])
def test_what_is_no_month_is_no_page(books: Books, month: str):
    client = Client()
    client.force_login(books.affiliation.affiliate.user)

    url = f"/me/payouts/statements/{books.affiliation.public_id}/EUR/{month}/"

    assert client.get(url).status_code == 404


def test_a_statement_is_for_its_creator_alone(books: Books):
    client = Client()
    client.force_login(make_user())
    month = books.now.astimezone(ZoneInfo(books.brand.time_zone)).strftime("%Y-%m")

    url = f"/me/payouts/statements/{books.affiliation.public_id}/EUR/{month}/"

    assert client.get(url).status_code == 404
