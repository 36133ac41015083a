"""The two roles of the database as the guide for operators sets them up (promise I-02).

The SQL is read from the guide. What the program does every day is done under the role, and what it
must never do is refused to the role even where no trigger would stop it.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from psycopg.errors import InsufficientPrivilege

from core.models import AuditEvent
from ledger.models import Posting
from payouts.models import Payout, PayoutStatus
from portal.books import prove_books
from tests.makers import make_link
from tests.orders import make_click
from tests.payouts.ledger_world import Books, add_bank, make_books, pay_by_file
from tracking.models import Click
from tracking.services.partitions import forget_old, prepare_partitions

pytestmark = pytest.mark.django_db

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "operators.md"
REWRITING = (
    "UPDATE {table} SET brand_id = brand_id",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "DROP TABLE {table} CASCADE",
)
CHANGING = (
    "CREATE TABLE mine (id int)",
    "DROP TRIGGER ledger_no_overdraft ON ledger_posting",
    "DROP FUNCTION ledger_no_overdraft() CASCADE",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    "UPDATE ledger_account SET currency = 'USD'",
)
KEPT = (
    "ledger_entry",
    "ledger_posting",
    "ledger_account",
    "ledger_period",
    "payouts_statement",
    "core_auditevent",
)


@pytest.fixture
def books() -> Books:
    """A creator who has earned, with what comes of it, made by the owner."""
    made = make_books()
    add_bank(made)
    made.release("100.00")
    return made


@pytest.fixture
def role() -> str:
    """Set the role up by the guide's SQL; the end of the test takes it back with all else."""
    name = f"app_of_{connection.settings_dict['NAME']}"
    chapter = GUIDE.read_text("utf-8").partition("## Two roles of the database")[2]
    blocks = re.findall(r"```sql\n(.*?)```", chapter.partition("\n## ")[0], re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        run(re.sub(r"BEGIN;|COMMIT;", "", block).replace("fairshare_app", name))
    return name


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def become(role: str) -> None:
    run(f'SET LOCAL ROLE "{role}"')


def test_the_role_does_the_days_work(books, role):
    link = make_link(books.enrollment)
    become(role)

    number = books.earn("20.00")
    books.shop.refund(number, "r1", "50.00")
    books.pass_days(31)
    payout = pay_by_file(books)
    make_click(link, at=datetime.now(UTC))
    prepare_partitions(now=datetime(2031, 5, 6, tzinfo=UTC))
    forget_old(now=books.now)
    Client().get("/")

    assert payout.status == PayoutStatus.PAID
    assert Payout.objects.get().amount_minor == 10_000 + 1_500
    assert Click.objects.count() == 1
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_the_books_are_closed_to_the_role_without_any_trigger(role):
    make_books().earn("20.00")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in KEPT:
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    before = Posting.objects.count(), AuditEvent.objects.count()
    become(role)

    for table in KEPT:
        for attempt in REWRITING:
            assert is_refused(attempt.format(table=table)), (attempt, table)

    assert (Posting.objects.count(), AuditEvent.objects.count()) == before
    assert all(before)


@pytest.mark.parametrize("sql", CHANGING)
def test_the_role_changes_no_table_and_no_guard(role, sql):
    become(role)

    assert is_refused(sql)


def is_refused(sql: str) -> bool:
    try:
        with transaction.atomic():
            run(sql)
    except ProgrammingError as error:
        return isinstance(error.__cause__, InsufficientPrivilege)
    return False


def test_the_guide_and_the_role_agree_on_what_is_kept(role):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT has_table_privilege(%s, oid, 'UPDATE')",
            [role],
        )
        closed = {name for (name,) in cursor.fetchall()}

    assert closed == {*KEPT, "django_migrations"}
