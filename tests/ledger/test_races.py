"""Overdraft under concurrency: the database's own lock holds where the program takes none."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.models import AccountKind, EntryKind
from ledger.selectors import get_balance
from ledger.services import Cause, Draft, Leg, open_accounts, post_entry
from tests.makers import NOW, make_brand

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
K = AccountKind


def fill(brand_id: int, party: UUID, amount: int) -> tuple[int, int]:
    """Put released money on a creator's account; return the ids of payable and in_payout."""
    legs = (Leg(K.COMMISSION_EXPENSE, -amount), Leg(K.PAYABLE, amount, party))
    draft = Draft(EntryKind.RAISE, "fill", "EUR", legs, Cause("test", "1"))
    post_entry(brand_id=brand_id, draft=draft, now=NOW)
    keys = [(K.PAYABLE, party, "EUR"), (K.IN_PAYOUT, party, "EUR")]
    with transaction.atomic():
        accounts = open_accounts(brand_id=brand_id, keys=keys)
    return accounts[keys[0]], accounts[keys[1]]


def pay_without_locks(brand_id: int, key: str, accounts: tuple[int, int], barrier: Barrier) -> bool:
    """Move 60 out of payable by raw SQL, as a program that forgot its locks would."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_entry (brand_id, kind, key, cause_type, cause_id, at)"
                " VALUES (%s, 'approve_payout', %s, 'test', '1', now()) RETURNING id",
                [brand_id, key],
            )
            (entry_id,) = cursor.fetchone()
            barrier.wait(10)
            for account, amount in zip(accounts, (-60, 60), strict=True):
                cursor.execute(
                    "INSERT INTO ledger_posting (brand_id, entry_id, account_id, amount_minor)"
                    " VALUES (%s, %s, %s, %s)",
                    [brand_id, entry_id, account, amount],
                )
            cursor.execute("SELECT pg_sleep(0.05)")
    except IntegrityError:
        return False
    finally:
        connection.close()
    return True


def race(brand_id: int, accounts: tuple[int, int]) -> int:
    barrier = Barrier(WORKERS)
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(pay_without_locks, brand_id, f"pay{i}", accounts, barrier)
            for i in range(WORKERS)
        ]
        return sum(job.result(30) for job in jobs)


def test_of_four_workers_without_locks_one_is_paid():
    brand, party = make_brand(), uuid4()
    accounts = fill(brand.pk, party, 100)
    assert race(brand.pk, accounts) == 1
    left = get_balance(brand_id=brand.pk, kind=K.PAYABLE, party_id=party, currency="EUR")
    assert left == 40


def test_without_the_guard_the_same_race_overpays():
    """The negative control: else the race above would prove nothing."""
    brand, party = make_brand(), uuid4()
    accounts = fill(brand.pk, party, 100)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_no_overdraft")
    assert race(brand.pk, accounts) == WORKERS
    left = get_balance(brand_id=brand.pk, kind=K.PAYABLE, party_id=party, currency="EUR")
    assert left == 100 - 60 * WORKERS


def test_four_workers_with_one_key_post_once():
    brand, party = make_brand(), uuid4()
    fill(brand.pk, party, 100)
    legs = (Leg(K.PAYABLE, -60, party), Leg(K.IN_PAYOUT, 60, party))
    draft = Draft(EntryKind.APPROVE_PAYOUT, "pay", "EUR", legs, Cause("test", "1"))
    barrier = Barrier(WORKERS)

    def post() -> int:
        try:
            barrier.wait(10)
            return post_entry(brand_id=brand.pk, draft=draft, now=NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        entries = {job.result(30) for job in [pool.submit(post) for _ in range(WORKERS)]}
    assert len(entries) == 1
    left = get_balance(brand_id=brand.pk, kind=K.PAYABLE, party_id=party, currency="EUR")
    assert left == 40
