"""The books keep their promises against the program itself and against raw SQL."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger.models import Account, AccountKind, Entry, EntryKind, Posting
from ledger.selectors import get_balance, list_brand_totals, list_party_balances
from ledger.services import (
    Cause,
    Draft,
    KeyReused,
    Leg,
    Unbalanced,
    open_accounts,
    post_entries,
    post_entry,
)
from tests.makers import NOW, make_brand

pytestmark = pytest.mark.django_db

CAUSE = Cause("test", "1")
K = AccountKind


def draft(key, *legs, kind=EntryKind.ACCRUE, currency="EUR", cause=CAUSE):
    return Draft(kind, key, currency, tuple(Leg(*leg) for leg in legs), cause)


def accrue(brand, party, amount, key="accrue", **more):
    legs = (K.COMMISSION_EXPENSE, -amount), (K.PENDING, amount, party)
    return post_entry(brand_id=brand.pk, draft=draft(key, *legs, **more), now=NOW)


def release(brand, party, amount, key="release"):
    legs = (K.PENDING, -amount, party), (K.PAYABLE, amount, party)
    one = draft(key, *legs, kind=EntryKind.RELEASE)
    return post_entry(brand_id=brand.pk, draft=one, now=NOW)


def balance(brand, kind, party=None, currency="EUR"):
    return get_balance(brand_id=brand.pk, kind=kind, party_id=party, currency=currency)


def insert_entry(brand, key="raw", kind="accrue"):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (brand_id, kind, key, cause_type, cause_id, at)"
            " VALUES (%s, %s, %s, 'test', '1', now()) RETURNING id",
            [brand.pk, kind, key],
        )
        return cursor.fetchone()[0]


def insert_posting(brand, entry_id, account_id, amount):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting (brand_id, entry_id, account_id, amount_minor)"
            " VALUES (%s, %s, %s, %s)",
            [brand.pk, entry_id, account_id, amount],
        )


def commit():
    """Run what the database checks at commit."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def open_account(brand, kind, party=None, currency="EUR"):
    key = (kind, party, currency)
    return open_accounts(brand_id=brand.pk, keys=[key])[key]


# Every entry balances (I-01).


@pytest.mark.parametrize("amounts", [[], [100], [100, 100], [100, -99], [100, -50, -51]], ids=str)
def test_raw_sql_that_does_not_balance_fails_at_commit(amounts):
    brand = make_brand()
    entry_id = insert_entry(brand)
    kinds = (K.COMMISSION_EXPENSE, K.VAT, K.WRITE_OFF)
    for kind, amount in zip(kinds, amounts, strict=False):
        insert_posting(brand, entry_id, open_account(brand, kind), amount)
    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def test_two_currencies_do_not_balance_each_other():
    brand = make_brand()
    entry_id = insert_entry(brand)
    insert_posting(brand, entry_id, open_account(brand, K.COMMISSION_EXPENSE), -100)
    insert_posting(brand, entry_id, open_account(brand, K.VAT, currency="USD"), 100)
    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


def test_a_leg_added_to_an_old_entry_fails_at_commit():
    brand = make_brand()
    entry = accrue(brand, uuid4(), 100)
    commit()
    insert_posting(brand, entry.pk, open_account(brand, K.VAT), 5)
    with pytest.raises(IntegrityError, match="does not balance"):
        commit()


@pytest.mark.parametrize("amount", [0, 10**15 + 1, -(10**15) - 1])
def test_an_amount_is_not_zero_and_not_absurd(amount):
    brand = make_brand()
    entry_id, account = insert_entry(brand), open_account(brand, K.VAT)
    with pytest.raises(IntegrityError, match="ledger_posting_amount_sane"):
        insert_posting(brand, entry_id, account, amount)


@pytest.mark.parametrize(
    "legs", [[], [(K.VAT, 5)], [(K.VAT, 5), (K.WRITE_OFF, -4)], [(K.VAT, 0), (K.WRITE_OFF, 0)]]
)
def test_the_door_refuses_what_does_not_balance_before_writing(legs):
    brand = make_brand()
    with pytest.raises(Unbalanced):
        post_entry(brand_id=brand.pk, draft=draft("k", *legs), now=NOW)
    assert not Account.objects.filter(brand=brand).exists()


# Nothing in the books is ever changed (I-02).


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_posting SET amount_minor = amount_minor + 1",
        "UPDATE ledger_entry SET key = 'other'",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_posting CASCADE",
        "TRUNCATE ledger_entry CASCADE",
        "TRUNCATE ledger_account CASCADE",
        "DELETE FROM ledger_account",
        "UPDATE ledger_account SET currency = 'USD'",
        "UPDATE ledger_account SET party_id = gen_random_uuid() WHERE party_id IS NOT NULL",
    ],
)
def test_the_books_are_never_rewritten(sql):
    accrue(make_brand(), uuid4(), 100)
    commit()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(sql)
    assert Posting.objects.count() == 2


# No account is overdrawn, whatever the program believes (I-05).


@pytest.mark.parametrize(
    ("kind", "entry_kind"),
    [
        (K.PENDING, "release"),
        (K.PENDING, "clawback"),
        (K.ON_HOLD, "unhold"),
        (K.IN_PAYOUT, "pay"),
        (K.PAYABLE, "approve_payout"),
        (K.PAYABLE, "hold"),
    ],
)
def test_raw_sql_cannot_overdraw_an_account_of_a_creator(kind, entry_kind):
    brand, party = make_brand(), uuid4()
    account, other = open_account(brand, kind, party), open_account(brand, K.VAT)
    entry_id = insert_entry(brand, kind=entry_kind)
    insert_posting(brand, entry_id, other, 1)
    with pytest.raises(IntegrityError, match="overdrawn"):
        insert_posting(brand, entry_id, account, -1)


def test_what_is_there_may_be_taken_to_the_last_unit():
    brand, party = make_brand(), uuid4()
    accrue(brand, party, 100)
    release(brand, party, 100)
    commit()
    assert (balance(brand, K.PENDING, party), balance(brand, K.PAYABLE, party)) == (0, 100)
    with pytest.raises(IntegrityError, match="overdrawn"):
        release(brand, party, 1, "again")


def test_only_a_clawback_takes_released_money_below_zero():
    brand, party = make_brand(), uuid4()
    legs = (K.PAYABLE, -30, party), (K.COMMISSION_EXPENSE, 30)
    claw = draft("c", *legs, kind=EntryKind.CLAWBACK)
    post_entry(brand_id=brand.pk, draft=claw, now=NOW)
    commit()
    assert balance(brand, K.PAYABLE, party) == -30
    accrue(brand, party, 20)
    release(brand, party, 20)
    pay = (K.PAYABLE, -1, party), (K.IN_PAYOUT, 1, party)
    with pytest.raises(IntegrityError, match="overdrawn"):
        post_entry(
            brand_id=brand.pk, draft=draft("p", *pay, kind=EntryKind.APPROVE_PAYOUT), now=NOW
        )


# One brand's books are its own (I-06).


def test_an_entry_never_touches_an_account_of_another_brand():
    here, there = make_brand(), make_brand()
    entry_id = insert_entry(here)
    insert_posting(here, entry_id, open_account(here, K.VAT), 5)
    insert_posting(here, entry_id, open_account(there, K.WRITE_OFF), -5)
    with pytest.raises(IntegrityError, match="ledger_posting_account_same_brand"):
        commit()


def test_a_posting_is_of_its_entrys_brand():
    here, there = make_brand(), make_brand()
    entry_id = insert_entry(here)
    insert_posting(there, entry_id, open_account(there, K.VAT), 5)
    insert_posting(there, entry_id, open_account(there, K.WRITE_OFF), -5)
    with pytest.raises(IntegrityError, match="ledger_posting_entry_same_brand"):
        commit()


def test_an_account_stands_once():
    brand = make_brand()
    for party, kind in ((uuid4(), K.PENDING), (None, K.VAT)):
        Account.objects.create(brand=brand, kind=kind, party_id=party, currency="EUR")
        with pytest.raises(IntegrityError, match="ledger_account_unique"), transaction.atomic():
            Account.objects.create(brand=brand, kind=kind, party_id=party, currency="EUR")


@pytest.mark.parametrize(("kind", "party"), [(K.PENDING, None), (K.VAT, uuid4()), ("mine", None)])
def test_creators_accounts_have_a_party_and_others_none(kind, party):
    with pytest.raises(IntegrityError, match="ledger_account_"):
        Account.objects.create(brand=make_brand(), kind=kind, party_id=party, currency="EUR")


# The same fact posts once (I-08).


def test_a_repeat_posts_nothing():
    brand, party = make_brand(), uuid4()
    first = accrue(brand, party, 100)
    assert accrue(brand, party, 100) == first
    assert balance(brand, K.PENDING, party) == 100
    assert Entry.objects.count() == 1


def test_a_key_with_other_content_is_an_error():
    brand, party = make_brand(), uuid4()
    accrue(brand, party, 100)
    for amount, who in ((101, party), (100, uuid4())):
        with pytest.raises(KeyReused), transaction.atomic():
            accrue(brand, who, amount)
    assert balance(brand, K.PENDING, party) == 100


def test_a_key_is_of_one_brand():
    party = uuid4()
    assert accrue(make_brand(), party, 100) != accrue(make_brand(), party, 100)


def test_many_entries_post_as_one_set_and_repeat_as_nothing():
    brand, parties = make_brand(), [uuid4() for _ in range(3)]
    drafts = [
        draft(f"k{i}", (K.COMMISSION_EXPENSE, -10 * i), (K.PENDING, 10 * i, party))
        for i, party in enumerate(parties, start=1)
    ]
    first = post_entries(brand_id=brand.pk, drafts=drafts, now=NOW)
    again = post_entries(brand_id=brand.pk, drafts=[*drafts[1:], drafts[0]], now=NOW)
    assert again == [*first[1:], first[0]]
    assert [balance(brand, K.PENDING, party) for party in parties] == [10, 20, 30]
    assert balance(brand, K.COMMISSION_EXPENSE) == -60


# Balances are sums of postings.


def test_balances_are_by_party_and_currency_and_sum_to_zero():
    brand, party, other = make_brand(), uuid4(), uuid4()
    accrue(brand, party, 100)
    release(brand, party, 40)
    accrue(brand, other, 7, "b")
    accrue(brand, party, 500, "c", currency="JPY")
    balances = list_party_balances(brand_id=brand.pk, party_ids=[party])
    assert balances == {
        (party, "EUR"): {K.PENDING: 60, K.PAYABLE: 40},
        (party, "JPY"): {K.PENDING: 500},
    }
    totals = list_brand_totals(brand_id=brand.pk)
    assert totals["EUR"] == {K.COMMISSION_EXPENSE: -107, K.PENDING: 67, K.PAYABLE: 40}
    assert all(sum(kinds.values()) == 0 for kinds in totals.values())
    assert balance(brand, K.PENDING, uuid4()) == 0
