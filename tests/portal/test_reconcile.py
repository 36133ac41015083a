"""Each check of the books is able to fail: it names the row that was made wrong, and only it does.

A row is changed as nobody who works here can: by the owner of the database, with triggers off.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from core.clock import database_now
from core.models import Mail
from core.tasks import sweep
from ledger.models import Entry
from payouts.models import Payout, PayoutAttempt, PayoutItem, PayoutMethod, Statement
from payouts.services.driving import drive_brand
from payouts.services.matching import compare_sent
from payouts.services.rails import SentItem, SentList
from portal.books import examine_books, prove_and_keep
from portal.books.references import list_references, same_brand_check
from portal.tasks import prove_brand
from tests.awards import make_award
from tests.makers import get_owner, make_brand, make_program
from tests.payouts.ledger_world import Books, add_stripe, make_books
from tests.payouts.papers import make_invoice
from tests.payouts.stripe_world import World, open_world
from tests.portal.text import plain
from tracking.models import (
    Award,
    Click,
    Commission,
    CommissionChange,
    EarnedTotal,
    Order,
    StoreEvent,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """Books of a brand beside those of another, and the rows that a test makes wrong."""

    books: Books
    world: World
    paid: Payout
    sent: Payout
    pending: Commission
    other_program_id: int

    @property
    def released(self) -> Commission:
        return Commission.objects.filter(released_at__isnull=False).latest("pk")

    def account(self, kind: str) -> str:
        return f"{kind} {self.books.affiliation.pk} EUR"


@pytest.fixture(scope="module")
def case(committed) -> Iterator[Case]:
    """One commission was paid by a rail, one is in an open payout, one is pending."""
    with open_world() as world:
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        (paid,) = books.approve()
        real_now = database_now()
        drive_brand(brand_id=books.brand.pk, rail=world.rail, now=books.now, real_now=real_now)
        make_invoice(paid, now=books.now)
        books.release("60.00")
        (sent,) = books.approve()
        make_award(books.enrollment, 500, at=books.now)
        books.earn("10.00")
        pending = Commission.objects.latest("pk")
        sweep()
        Mail.objects.update(text="", html="")
        yield Case(books, world, paid, sent, pending, make_program(make_brand("Other")).pk)


def set_wrong(row, **values: object) -> None:
    """Change columns of a row, whatever guards it."""
    columns = ", ".join(f"{name} = %s" for name in values)
    table, key = row._meta.db_table, row._meta.pk.column
    damage(f"UPDATE {table} SET {columns} WHERE {key} = %s", *values.values(), row.pk)


def damage(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def find_red(case: Case) -> dict[str, tuple[str, ...]]:
    proof = examine_books(brand_id=case.books.brand.pk, now=database_now())
    return {result.code: result.keys for result in proof.red}


def lose_a_posting(case: Case) -> dict[str, object]:
    entry = Entry.objects.get(kind="accrue", cause_id=case.pending.public_id)
    posting = entry.postings.get(account__kind="commission_expense")
    damage("DELETE FROM ledger_posting WHERE id = %s", posting.pk)
    return {"entries_balance": (entry.key,)}


def pay_without_books(case: Case) -> dict[str, object]:
    set_wrong(case.sent, status="paid", paid_at=case.books.now)
    party = f"{case.books.affiliation.pk} EUR"
    return {
        "earned_is_somewhere": (party,),
        "in_payout_is_open_payouts": (party,),
        "sent_is_paid_payouts": ("rail_clearing.stripe EUR",),
        "covering_is_marked": (case.released.public_id,),
        "paid_has_its_attempt": (case.sent.public_id,),
    }


def overdraw_by_a_payout(case: Case) -> dict[str, object]:
    approve = Entry.objects.get(key=f"payout:{case.sent.public_id}:approve")
    for posting in approve.postings.select_related("account"):
        set_wrong(posting, amount_minor=posting.amount_minor * 2)
    party = f"{case.books.affiliation.pk} EUR"
    return {
        "in_payout_is_open_payouts": (party,),
        "no_payout_overdraws": (approve.key,),
        "owed_only_by_recovery": (case.account("payable"),),
    }


def take_more_than_there_is(case: Case) -> dict[str, object]:
    entry = Entry.objects.get(kind="accrue", cause_id=case.pending.public_id)
    for posting in entry.postings.all():
        set_wrong(posting, amount_minor=-posting.amount_minor)
    code = case.pending.public_id
    return {
        "earned_is_somewhere": (f"{case.books.affiliation.pk} EUR",),
        "no_overdraft": (case.account("pending"),),
        "commission_is_posted": (code,),
        "released_is_posted": (code,),
    }


def change_a_total(case: Case) -> dict[str, object]:
    total = EarnedTotal.objects.get(brand=case.books.brand)
    set_wrong(total, amount_minor=total.amount_minor + 1)
    return {"totals_are_sums": (f"{case.books.enrollment.public_id} EUR",)}


def change_a_change(case: Case) -> dict[str, object]:
    set_wrong(CommissionChange.objects.get(commission=case.pending), after_minor=999)
    return {"commission_is_explained": (case.pending.public_id,)}


def change_an_order(case: Case) -> dict[str, object]:
    set_wrong(case.pending.order, refunded_minor=1)
    return {"order_is_its_facts": (case.pending.order.public_id,)}


def change_the_facts(case: Case) -> dict[str, object]:
    order = Order.objects.get(pk=case.pending.order_id)
    order.facts["snapshot"]["lines"][0]["net_ex_tax"] -= 1000
    set_wrong(order, facts=json.dumps(order.facts), net_minor=order.net_minor - 1000)
    return {"commission_is_priced": (order.public_id,)}


def lose_an_effect(case: Case) -> dict[str, object]:
    """A delivery was acknowledged, and its order has a creator but not his commission."""
    order = Order.objects.get(pk=case.pending.order_id)
    damage("UPDATE tracking_attribution SET enrollment_id = NULL WHERE order_id = %s", order.pk)
    return {"commission_is_priced": (order.public_id,)}


def change_an_award(case: Case) -> dict[str, object]:
    award = Award.objects.get()
    set_wrong(award, pricing=json.dumps(award.pricing | {"total": 1}))
    return {"award_is_priced": (award.public_id,)}


def change_a_statement(case: Case) -> dict[str, object]:
    statement = Statement.objects.get(payout=case.paid)
    changed = statement.content.replace('"amount_minor":', '"amount_minor": ')
    set_wrong(statement, content=changed)
    return {"statements_stand": (statement.public_id,)}


def release_early(case: Case) -> dict[str, object]:
    commission = case.released
    damage("ALTER TABLE tracking_commission DROP CONSTRAINT tracking_commission_released_when_due")
    set_wrong(commission, released_at="2020-01-01T00:00Z")
    return {"released_when_due": (commission.public_id,)}


def cover_twice(case: Case) -> dict[str, object]:
    item = PayoutItem.objects.get(payout=case.sent)
    damage("DROP INDEX payouts_item_posting_in_one_payout")
    columns = "brand_id, posting_id, commission_id, amount_minor, is_covering"
    damage(
        f"INSERT INTO payouts_payoutitem (payout_id, {columns})"
        f" SELECT payout_id, {columns} FROM payouts_payoutitem WHERE id = %s",
        item.pk,
    )
    return {
        "covered_once": (str(item.posting_id),),
        "payout_is_its_items": (case.sent.public_id,),
    }


def change_an_item(case: Case) -> dict[str, object]:
    item = PayoutItem.objects.get(payout=case.sent)
    set_wrong(item, amount_minor=item.amount_minor - 1)
    return {"items_are_postings": (str(item.pk),), "payout_is_its_items": (case.sent.public_id,)}


def uncover(case: Case) -> dict[str, object]:
    set_wrong(case.released, covered_at=None)
    return {"covering_is_marked": (case.released.public_id,)}


def change_an_attempt(case: Case) -> dict[str, object]:
    attempt = PayoutAttempt.objects.get(payout=case.paid)
    set_wrong(attempt, parameters=json.dumps(attempt.parameters | {"amount_minor": 1}))
    return {"paid_has_its_attempt": (case.paid.public_id,)}


def post_no_tax(case: Case) -> dict[str, object]:
    """The payout says so much VAT and as much withheld, and nobody approved or posted them."""
    set_wrong(case.sent, vat_minor=100, withheld_minor=100, tax=json.dumps({"vat_bps": 166}))
    code = (case.sent.public_id,)
    return {"tax_is_posted": code, "tax_is_reckoned": code}


def change_a_rate(case: Case) -> dict[str, object]:
    set_wrong(case.paid, tax=json.dumps({"vat_bps": 1900}))
    return {"tax_is_reckoned": (case.paid.public_id,)}


def skip_a_number(case: Case) -> dict[str, object]:
    damage(
        "INSERT INTO payouts_invoice (public_id, brand_id, affiliation_id, payout_id, number,"
        " label, currency, net_minor, vat_minor, withheld_minor, tax, customer, issued_at)"
        " SELECT 'inv_three', brand_id, affiliation_id, id, 3, '3', currency, 1, 0, 0, '{}', '{}',"
        " now() FROM payouts_payout WHERE id = %s",
        case.sent.pk,
    )
    return {"invoices_follow": ("inv_three",)}


def leave_a_payout(case: Case) -> dict[str, object]:
    set_wrong(case.sent, approved_at="2020-01-01T00:00Z")
    return {"payouts_move": (case.sent.public_id,)}


def leave_a_delivery(case: Case) -> dict[str, object]:
    event = StoreEvent.objects.latest("pk")
    set_wrong(event, status="stored", next_attempt_at="2020-01-01T00:00Z")
    return {"deliveries_are_done": (event.public_id,)}


def leave_an_outbox_event(case: Case) -> dict[str, object]:
    damage("UPDATE core_outboxevent SET processed_at = now()")
    damage(
        "INSERT INTO core_outboxevent (public_id, brand_id, topic, payload, at)"
        " VALUES ('evt_left', %s, 'order.updated', '{}', '2020-01-01T00:00Z')",
        case.books.brand.pk,
    )
    return {"outbox_is_empty": ("evt_left",)}


def leave_a_mail(case: Case) -> dict[str, object]:
    return {"mail_leaves": (str(write_mail(case, "waiting", "")),)}


def keep_a_letter(case: Case) -> dict[str, object]:
    return {"letters_are_forgotten": (str(write_mail(case, "sent", "Dear creator")),)}


def write_mail(case: Case, status: str, text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO core_mail (brand_id, kind, language, "to", from_name, reply_to, subject,'
            " text, html, status, attempts, next_attempt_at, created_at, last_error)"
            " VALUES (%s, '', '', 'a@b.example', '', '', 'Paid', %s, '', %s, 0,"
            " '2020-01-01T00:00Z', '2020-01-01T00:00Z', '') RETURNING id",
            [case.books.brand.pk, text, status],
        )
        return int(cursor.fetchone()[0])


def keep_a_body(case: Case) -> dict[str, object]:
    event = StoreEvent.objects.filter(body__isnull=False).earliest("pk")
    set_wrong(event, received_at="2020-01-01T00:00Z")
    return {"bodies_are_forgotten": (event.public_id,)}


def keep_a_click(case: Case) -> dict[str, object]:
    click = Click.objects.create(
        id="0190163d-8694-739b-aea5-966c26f8ad91",
        brand_id=case.books.brand.pk,
        program_id=1,
        enrollment_id=1,
        link_id=1,
        at=database_now().replace(year=2020),
        visitor_key=1,
        net_key=7,
        verdict=16,
    )
    return {"clicks_are_blanked": (str(click.pk),)}


def lead_out_of_the_brand(case: Case) -> dict[str, object]:
    set_wrong(case.pending, program_id=case.other_program_id)
    return {"references_stay_in_brand": (f"tracking_commission.program_id {case.pending.pk}",)}


def lead_nowhere(case: Case) -> dict[str, object]:
    method = PayoutMethod.objects.get()
    set_wrong(case.paid, method_id=method.pk + 1)
    return {"references_stay_in_brand": (f"payouts_payout.method_id {case.paid.pk}",)}


def open_a_strange_account(case: Case) -> dict[str, object]:
    party = "00000000-0000-4000-8000-000000000001"
    damage(
        "INSERT INTO ledger_account (brand_id, kind, party_id, currency)"
        " VALUES (%s, 'pending', %s, 'EUR')",
        case.books.brand.pk,
        party,
    )
    return {"accounts_have_parties": (f"pending {party} EUR",)}


DAMAGES: tuple[Callable[[Case], dict[str, object]], ...] = (
    lose_a_posting,
    pay_without_books,
    overdraw_by_a_payout,
    take_more_than_there_is,
    change_a_total,
    change_a_change,
    change_an_order,
    change_the_facts,
    lose_an_effect,
    change_an_award,
    change_a_statement,
    release_early,
    cover_twice,
    change_an_item,
    uncover,
    change_an_attempt,
    post_no_tax,
    change_a_rate,
    skip_a_number,
    leave_a_payout,
    leave_a_delivery,
    leave_an_outbox_event,
    leave_a_mail,
    keep_a_letter,
    keep_a_body,
    keep_a_click,
    lead_out_of_the_brand,
    lead_nowhere,
    open_a_strange_account,
)


@pytest.mark.parametrize("spoil", DAMAGES)
def test_a_row_that_is_wrong_is_named_and_nothing_else_is(spoil, case):
    expected = spoil(case)

    assert find_red(case) == expected


def test_every_check_was_made_to_fail(case):
    failed = set()
    for spoil in DAMAGES:
        with transaction.atomic():
            failed |= set(spoil(case))
            transaction.set_rollback(True)
    proof = examine_books(brand_id=case.books.brand.pk, now=database_now())

    assert {result.code for result in proof.results} == failed
    assert proof.red == []
    assert all(r.examined for r in proof.results if r.code != "clicks_are_blanked")


def test_every_reference_between_tables_of_brands_is_looked_at():
    listed = list_references()

    assert {"ledger_posting.entry_id", "payouts_payoutitem.commission_id"} <= set(listed)
    assert len(listed) > 60
    assert all(f"'{reference} '" in same_brand_check().sql for reference in listed)


def reconcile(*arguments: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("reconcile", *arguments, stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue()


def test_the_command_writes_nothing_and_ends_with_1_where_a_check_is_red(case):
    slug = case.books.brand.slug

    well = reconcile("--brand", slug)
    set_wrong(case.pending.order, refunded_minor=1)
    wrong, told = reconcile("--json")

    assert well[0] == 0 and "red=0" in well[1]
    found = json.loads(told)
    check = next(one for one in found["checks"] if one["code"] == "order_is_its_facts")
    assert (wrong, found["ok"], found["differences"]) == (1, False, 1)
    assert check["id"] == "RC4" and check["rows"] == 3
    assert check["keys"] == [f"{slug}: {case.pending.order.public_id}"]


def test_the_pages_show_what_the_latest_proof_found(case, client):
    brand = case.books.brand
    page, home = (reverse(f"portal:{name}", args=[brand.slug]) for name in ("books", "brand-home"))
    client.force_login(get_owner(brand))

    before = plain(client.get(home))
    prove_and_keep(brand_id=brand.pk, now=database_now())
    proved = plain(client.get(home)), plain(client.get(page))
    set_wrong(case.pending.order, refunded_minor=1)
    client.post(page)
    prove_brand(brand_id=brand.pk, asked="2026-09-01T12:00")
    red = plain(client.get(home)), plain(client.get(page))

    assert "They are proved once a day" in before
    assert "Books balance" in proved[0] and "Every amount is what it should be" in proved[1]
    assert "1 difference." in red[0]
    assert case.pending.order.public_id in red[1] and "Open the order" in red[1]


def test_a_payment_and_a_payout_without_each_other_are_found_and_so_are_two_of_one(case):
    sent = case.world.rail.list_sent(since=case.books.now.replace(year=2020))
    (item,) = sent.items
    stranger = replace(item, external_id="tr_x", attempt=str(uuid4()), payout_public_id="pay_x")
    private = replace(item, external_id="tr_y", attempt="", payout_public_id="")
    changed = replace(item, amount_minor=item.amount_minor - 1)
    paid = case.paid.public_id

    def compare(*items: SentItem, is_complete: bool = True) -> list[tuple[str, str]]:
        found = compare_sent(
            brand_id=case.books.brand.pk,
            rail=case.world.rail,
            sent=SentList(items, is_complete),
            asked_at=database_now(),
        )
        return [(one.key, one.code) for one in found]

    assert compare(item, private) == []
    assert compare() == [(paid, "not_sent")]
    assert compare(item, stranger) == [("tr_x", "no_payout")]
    assert compare(item, replace(item, external_id="tr_2")) == [(paid, "double")]
    assert compare(replace(item, external_id="tr_2")) == [(paid, "not_sent")]
    assert compare(changed) == [(paid, "differs")]
    assert compare(replace(item, reversed_minor=item.amount_minor)) == [(paid, "not_sent")]
    assert compare(item, is_complete=False) == [("stripe", "list_incomplete")]
