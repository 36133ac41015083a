"""Statements add up entry by entry to what the books say, and once issued never change."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core import faults
from ledger.models import PARTY_KINDS, AccountKind, Entry, EntryKind, Period
from ledger.services import Cause, Draft, Leg, post_entry
from payouts.domain.statement import PARTS, fingerprint, read_statement, sum_parts, write_statement
from payouts.models import Statement
from payouts.selectors_statements import list_open_months, list_open_spans, read_payout
from payouts.services import moves, statements
from payouts.services.erasing import erase_payee
from payouts.tasks import issue_statements
from tests.makers import get_owner, make_user
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.portal.text import plain
from tests.racing import race
from tests.shop import code, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    """One month earns 100.00 and loses 10.00 of it; later 90.00 is paid and 9.00 taken back."""
    return fill(make_books())


def fill(books: Books) -> Books:
    add_bank(books)
    lines = [line("1", "1000.00")]
    books.shop.pay("n1", total="1000.00", lines=lines, discounts=code("PAYME"))
    books.shop.refund("n1", "r1", "100.00")
    books.pass_days(40)
    (payout,) = books.approve()
    moves.hand_over_file(file_id=payout.file_id, actor_id=books.owner_id, now=books.now)
    moves.confirm_payout(
        payout_id=payout.pk, reference="B1", actor_id=books.owner_id, now=books.now
    )
    books.shop.refund("n1", "r2", "90.00")
    return books


def close(books: Books) -> list[Statement]:
    """Close every month that is over two months from now; returns all statements, oldest first."""
    books.pass_days(62)
    while statements.close_next_month(brand_id=books.brand.pk, now=books.now) is not None:
        pass
    return list(Statement.objects.order_by("pk"))


def owed(books: Books) -> int:
    return sum(books.balance(kind) for kind in PARTY_KINDS)


def change_of(facts) -> dict[str, int]:
    assert sum(sum_parts(facts.lines).values()) == facts.change_minor
    return sum_parts(facts.lines)


def test_each_month_opens_where_the_last_one_closed_and_ends_at_the_books(books: Books):
    later, first = (one.facts for one in list_open_months([books.affiliation], now=books.now))

    assert (first.opening_minor, first.closing_minor) == (0, 9_000)
    assert (later.opening_minor, later.closing_minor) == (9_000, -900)
    assert later.closing_minor == owed(books)
    assert all(sum(one.standing.values()) == one.closing_minor for one in (first, later))
    assert change_of(first) == {"commissions": 10_000, "corrections": -1_000}
    assert change_of(later) == {"clawbacks": -900, "payouts": -9_000}


def test_a_month_is_closed_by_issuing_what_was_open_and_its_text_follows_from_the_books(
    books: Books,
):
    before = [one.facts for one in reversed(list_open_months([books.affiliation], now=books.now))]

    of_payout, *months = close(books)

    assert [read_statement(one.content) for one in months] == [
        replace(one, lines=list(one.lines)) for one in before
    ]
    assert [one.number for one in (of_payout, *months)] == [1, 2, 3]
    assert all(statements.is_true_to_books(one) for one in (of_payout, *months))
    assert not list_open_months([books.affiliation], now=books.now)
    assert Period.objects.count() >= 2


def test_a_statement_of_a_payout_says_what_it_is_made_of(books: Books):
    statement = Statement.objects.get(payout__isnull=False)
    facts = read_statement(statement.content)

    assert (facts.opening_minor, facts.closing_minor) == (0, 0)
    assert change_of(facts) == {"commissions": 9_000, "payouts": -9_000}
    assert statement.labels["commissions"] == {facts.lines[0].cause: ["sale", "#n1"]}
    assert read_payout(statement.payout) == facts


def test_a_late_refund_leaves_the_closed_month_and_names_what_it_corrects(books: Books):
    issued = {one.pk: one.content for one in close(books)}
    earned = Entry.objects.get(kind=EntryKind.ACCRUE)

    books.shop.refund("n1", "r3", "810.00")
    last = Entry.objects.latest("pk")
    books.pass_days(40)
    issue_statements()

    rows = list(Statement.objects.order_by("pk"))
    assert {one.pk: one.content for one in rows if one.pk in issued} == issued
    assert last.kind == EntryKind.CLAWBACK and last.corrects == earned
    (line,) = read_statement(rows[-1].content).lines
    assert (line.amount_minor, line.corrects, line.corrects_at) == (-8_100, earned.pk, earned.at)
    assert all(statements.is_true_to_books(one) for one in rows)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO ledger_entry (brand_id, kind, key, cause_type, cause_id, at) SELECT brand_id,"
        " kind, 'late', cause_type, cause_id, at FROM ledger_entry WHERE id = %s",
        "INSERT INTO ledger_posting (brand_id, entry_id, account_id, amount_minor) SELECT brand_id,"
        " entry_id, account_id, amount_minor FROM ledger_posting WHERE entry_id = %s",
    ],
)
def test_the_database_refuses_an_entry_or_a_posting_in_a_closed_month(books: Books, sql: str):
    close(books)
    first = Entry.objects.order_by("pk").first()

    refused = pytest.raises(IntegrityError, match="is closed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [first.pk])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payouts_statement SET content = content || ' '",
        "UPDATE payouts_statement SET closing_minor = 0 WHERE closing_minor <> 0",
        "DELETE FROM payouts_statement",
        "TRUNCATE payouts_statement CASCADE",
        "UPDATE ledger_period SET ends_at = ends_at - interval '1 day'",
        "DELETE FROM ledger_period",
        "TRUNCATE ledger_period",
    ],
)
def test_nobody_changes_what_was_issued_or_opens_a_month_again(books: Books, sql: str):
    close(books)
    connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("broken", ["previous", "number", "sha256"])
def test_a_statement_that_does_not_follow_the_one_before_is_refused(books: Books, broken: str):
    row = close(books)[-1]
    number = row.number + (2 if broken == "number" else 1)
    previous = "0" * 64 if broken == "previous" else row.sha256
    row.content = write_statement(read_statement(row.content), number=number, previous=previous)
    row.sha256 = "0" * 64 if broken == "sha256" else fingerprint(row.content)
    row.pk, row.public_id, row.number = None, "stm_next", number
    row.month = row.month.replace(year=2090)

    with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
        row.save(force_insert=True)


def test_a_process_that_dies_leaves_nothing_of_the_month_and_the_next_one_does_it(
    books: Books, monkeypatch
):
    books.pass_days(62)
    before = Statement.objects.count()

    def die(name: str) -> None:
        if name == "statements.before_commit":
            raise faults.Crash

    monkeypatch.setenv("FAULTS", "1")
    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            statements.close_next_month(brand_id=books.brand.pk, now=books.now)
    finally:
        faults.install(None)
    assert (Statement.objects.count(), Period.objects.count()) == (before, 0)

    issue_statements()
    issue_statements()

    assert Statement.objects.filter(month__isnull=False).count() == 2
    assert not statements.has_month_due(brand=books.brand, now=books.now)


def test_a_month_is_closed_an_hour_after_its_end_by_the_calendar_of_its_brand(books: Books):
    span = list_open_spans(brand=books.brand, now=books.now)[0]
    assert span.starts_at.astimezone(ZoneInfo(books.brand.time_zone)).day == 1

    for minutes, is_due in ((59, False), (60, True)):
        now = span.ends_at + timedelta(minutes=minutes)
        assert statements.has_month_due(brand=books.brand, now=now) == is_due


def test_a_statement_is_a_page_and_a_file_of_plain_values(books: Books):
    client = Client()
    client.force_login(books.affiliation.affiliate.user)
    later = list_open_months([books.affiliation], now=books.now)[0].facts
    url = f"/me/payouts/statements/{books.affiliation.public_id}/EUR/{later.month:%Y-%m}/"

    so_far = plain(client.get(url))
    open_rows = read_csv(client.get(f"{url}csv/"))
    *_, last = close(books)
    listed = plain(client.get(f"/me/payouts/statements/?brand={books.brand.slug}"))
    page = client.get(url, follow=True)
    issued_rows = read_csv(client.get(f"/me/payouts/statements/{last.public_id}/csv/"))

    assert "So far: this month is not closed" in so_far and "−9.00 EUR" in so_far
    assert "−99.00 EUR" in listed and "Payout of" in listed
    assert page.redirect_chain == [(f"/me/payouts/statements/{last.public_id}/", 303)]
    assert "never changes" in plain(page) and last.sha256 in page.content.decode()
    assert open_rows == issued_rows
    assert [row["amount"] for row in issued_rows] == ["90.00", "-90.00", "-9.00", "-9.00"]
    assert [row["what"] for row in issued_rows] == ["opening", "pay", "clawback", "closing"]
    assert issued_rows[2]["order"] == "#n1" and issued_rows[2]["corrects"]


def read_csv(answer) -> list[dict[str, str]]:
    assert answer["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_brand_finds_the_statements_of_a_creator(books: Books):
    *_, last = close(books)
    client = Client()
    client.force_login(get_owner(books.brand))
    home = f"/b/{books.brand.slug}/payouts/statements/"

    name = books.affiliation.affiliate.display_name
    assert len(client.get(f"{home}?q={name}&what=months").context["statements"]) == 2
    assert "Nothing fits these filters" in plain(client.get(f"{home}?q=nobody"))
    page = plain(client.get(f"{home}{last.public_id}/"))
    rows = read_csv(client.get(f"{home}{last.public_id}/csv/"))

    assert "#n1" in page and "corrects the entry of" in page
    assert f"/b/{books.brand.slug}/commissions/" in rows[2]["address"]


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "٢٠٢٦-01", "x", "9999-12", "2020-01"])
def test_what_is_no_month_is_no_page(books: Books, month: str):
    client = Client()
    client.force_login(books.affiliation.affiliate.user)

    url = f"/me/payouts/statements/{books.affiliation.public_id}/EUR/{month}/"

    assert client.get(url).status_code == 404


def test_a_statement_is_for_its_creator_alone(books: Books):
    statement = Statement.objects.get()
    client = Client()
    client.force_login(make_user())
    month = books.now.astimezone(ZoneInfo(books.brand.time_zone)).strftime("%Y-%m")

    for url in (f"{books.affiliation.public_id}/EUR/{month}/", f"{statement.public_id}/"):
        assert client.get(f"/me/payouts/statements/{url}").status_code == 404


def test_an_erasure_takes_the_name_and_leaves_the_fingerprint(books: Books):
    before = Statement.objects.get()

    erase_payee(affiliation_ids=[books.affiliation.pk], email="x@mail.example", name="Erased 1")

    after = Statement.objects.get()
    assert after.labels["creator"] == "Erased 1"
    assert (after.content, after.sha256) == (before.content, before.sha256)


def test_every_kind_of_a_part_is_a_kind_of_the_ledger():
    named = [kind for kinds in PARTS.values() for kind in kinds]

    assert set(named) <= set(EntryKind.values) and len(named) == len(set(named))


@pytest.mark.django_db(transaction=True)
def test_two_workers_close_a_month_once_and_wait_for_an_entry_under_way():
    books = fill(make_books())
    last = Entry.objects.latest("pk")
    books.pass_days(62)
    now, brand_id, party = books.now, books.brand.pk, books.affiliation.pk
    leg = Leg(AccountKind.PENDING, 500, party), Leg(AccountKind.COMMISSION_EXPENSE, -500)
    late = Draft(EntryKind.ACCRUE, "late", "EUR", leg, Cause("commission", "cmn_late"))

    def post() -> None:
        with transaction.atomic():
            post_entry(brand_id=brand_id, draft=late, now=last.at)
            posted.set()
            wait_for_lock()

    def close_months() -> None:
        posted.wait(10)
        while statements.close_next_month(brand_id=brand_id, now=now) is not None:
            pass

    posted = Event()
    assert race(post, close_months, close_months, refusals=()) == [None] * 3

    months = [one.month for one in Statement.objects.filter(month__isnull=False)]
    assert len(months) == len(set(months)) == 2
    latest = read_statement(Statement.objects.latest("pk").content)
    assert change_of(latest) == {"commissions": 500, "clawbacks": -900, "payouts": -9_000}


def wait_for_lock() -> None:
    """Return once somebody waits for the months of a brand."""
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone():
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waited")
