"""From released money to money sent: planned, approved under locks, paid once, netted later."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from ledger.models import AccountKind
from payouts.domain.states import IllegalMove
from payouts.models import ExportFile, Payout, PayoutItem, PayoutStatus
from payouts.selectors_runs import compare_with_last, sum_recovered
from payouts.services import moves
from payouts.services.approval import NotADraft, NothingToPay, PlanChanged
from portal.books import prove_books
from tests.makers import get_owner
from tests.payouts.ledger_world import Books, add_bank, make_books, pay_by_file
from tests.portal.text import plain
from tracking.models import Commission
from tracking.services.review import adjust_commission

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    return make_books()


@pytest.fixture
def payee(books: Books) -> Books:
    """A creator with a bank account and 100.00 EUR released."""
    add_bank(books)
    books.release("100.00")
    return books


def is_balanced(books: Books) -> bool:
    connection.check_constraints()
    return prove_books(brand_id=books.brand.pk).is_balanced


def test_a_draft_is_compared_with_the_last_approved_run(payee: Books, client):
    first = payee.plan()
    assert compare_with_last(first) is None
    payee.approve(first)
    moves.hand_over_file(file_id=first.files.get().pk, actor_id=payee.owner_id, now=payee.now)
    moves.confirm_payout(
        payout_id=first.payouts.get().pk, reference="r", actor_id=payee.owner_id, now=payee.now
    )
    payee.release("150.00")

    draft = payee.plan()
    found = compare_with_last(draft)

    assert found is not None
    assert (found.last, found.change_bps, found.change.amount_minor) == (first, 5_000, 5_000)
    assert [one.notes for one in found.differences] == [()]
    assert (found.largest.amount_minor, found.largest_name) == (
        15_000,
        str(payee.affiliation.affiliate),
    )
    client.force_login(get_owner(payee.brand))
    page = plain(client.get(f"/b/{payee.brand.slug}/payouts/runs/{draft.public_id}/"))
    assert "+50.00 EUR (+50 %); then it was 100.00 EUR" in page
    assert "Largest payout: 150.00 EUR" in page


def read_run(client, books: Books, plan) -> object:
    client.force_login(get_owner(books.brand))
    return client.get(f"/b/{books.brand.slug}/payouts/runs/{plan.public_id}/")


def test_a_preview_shows_what_is_recovered_and_what_the_run_before_paid(books, client):
    add_bank(books)
    first = books.release("100.00")
    paid = pay_by_file(books)
    books.shop.refund(first, "r1", "300.00")
    books.release("150.00")

    draft = books.plan()
    (row,) = read_run(client, books, draft).context["draft_rows"]

    assert (row.released.amount_minor, row.recovered.amount_minor) == (15_000, -3_000)
    assert row.released.amount_minor + row.recovered.amount_minor == draft.total_minor
    assert row.before.amount_minor == paid.amount_minor
    books.approve(draft)
    books.release("10.00")
    assert books.plan().content["lines"] == []  # one is on its way
    assert sum_recovered(brand_id=books.brand.pk, currency="EUR") == {}


def test_a_preview_names_who_is_paid_to_another_account(payee, client):
    pay_by_file(payee)
    add_bank(payee, {"account_name": "Test creator", "iban": "NL91ABNA0417164300"})
    payee.release("100.00")
    draft = payee.plan()
    found = compare_with_last(draft)

    assert found is not None
    assert ([one.notes for one in found.differences], found.cooling) == ([("moved",)], [])
    assert "Paid to another account than last time" in plain(read_run(client, payee, draft))


def test_the_steps_of_a_run_say_when_and_by_whom(payee, client):
    draft = payee.plan()
    owner = str(get_owner(payee.brand))
    page = plain(read_run(client, payee, draft))
    assert f"Made by {owner} on " in page and "Will begin when the run is approved." in page

    (payout,) = payee.approve(draft)
    page = plain(read_run(client, payee, draft))
    assert f"Approved by {owner} on " in page and "0 of 1 sent." in page
    assert "The payment file waits to be downloaded." in page
    assert f"/payouts/{payout.public_id}/#act" in page

    moves.hand_over_file(file_id=draft.files.get().pk, actor_id=payee.owner_id, now=payee.now)
    page = plain(read_run(client, payee, draft))
    assert "1 of 1 sent, the first on " in page and f"{owner} took the payment file." in page

    moves.report_failure(
        payout_id=payout.pk, reason="closed", actor_id=payee.owner_id, now=payee.now
    )
    page = plain(read_run(client, payee, draft))
    assert "1 of 1 have their result" in page
    assert "Once its cause is mended, the next run pays it." in page


def test_a_preview_that_another_replaced_says_so(payee, client):
    old = payee.plan()
    payee.plan()

    page = read_run(client, payee, old)

    assert "A later preview took its place." in plain(page)
    assert "/approve/" not in page.content.decode()


def test_a_payout_keeps_when_it_left_and_when_it_was_paid(payee):
    plan = payee.plan()
    payee.approve(plan)
    left, later = payee.now, payee.now + timedelta(days=1)
    moves.hand_over_file(file_id=plan.files.get().pk, actor_id=payee.owner_id, now=left)

    paid = moves.confirm_payout(
        payout_id=plan.payouts.get().pk, reference="r", actor_id=payee.owner_id, now=later
    )

    assert (paid.sent_at, paid.paid_at, paid.closed_at) == (left, later, later)


def test_a_plan_moves_nothing_and_an_approval_moves_the_exact_amount(payee):
    plan = payee.plan()
    assert payee.balance(AccountKind.PAYABLE) == 10_000

    (payout,) = payee.approve(plan)

    assert payout.amount_minor == plan.total_minor == 10_000
    assert payee.balance(AccountKind.PAYABLE) == 0
    assert payee.balance(AccountKind.IN_PAYOUT) == 10_000
    assert sum(PayoutItem.objects.values_list("amount_minor", flat=True)) == 10_000
    assert is_balanced(payee)


def test_a_plan_that_changed_since_it_was_seen_is_refused_whole(payee):
    plan = payee.plan()
    payee.release("20.00")

    with pytest.raises(PlanChanged) as refusal:
        payee.approve(plan)

    assert refusal.value.change.totals_change_minor == {"EUR": 2_000}
    assert not Payout.objects.exists()
    assert payee.balance(AccountKind.PAYABLE) == 12_000


def test_a_plan_is_approved_once(payee):
    plan = payee.plan()
    payee.approve(plan)

    with pytest.raises(NotADraft):
        payee.approve(plan)

    assert Payout.objects.count() == 1


def test_below_the_minimum_nothing_is_paid_and_the_reason_is_kept(books):
    add_bank(books)
    books.release("49.99")

    plan = books.plan()

    gates = plan.content["left_out"][0]["gates"]
    assert gates[0]["code"] == "gate.minimum"
    assert gates[0]["params"]["missing"] == 1
    with pytest.raises(NothingToPay):
        books.approve(plan)


def test_who_has_only_pending_money_is_in_no_run(books):
    add_bank(books)
    books.earn("100.00")

    content = books.plan().content

    assert (content["lines"], content["left_out"]) == ([], [])


def test_without_a_method_the_money_waits(books):
    books.release("80.00")

    assert books.plan().content["left_out"][0]["gates"][0]["code"] == "gate.no_method"


def test_a_refund_after_payout_is_netted_and_never_paid_twice(books):
    add_bank(books)
    first = books.release("100.00")
    assert pay_by_file(books).status == PayoutStatus.PAID

    books.shop.refund(first, "r1", "300.00")
    books.release("20.00")
    assert books.balance(AccountKind.PAYABLE) == -1_000
    assert books.plan().content["left_out"][0]["gates"][0]["code"] == "gate.negative"

    books.release("60.00")
    payout = pay_by_file(books)

    assert payout.amount_minor == 5_000
    items = payout.items.values_list("amount_minor", flat=True)
    assert sorted(items) == [-3_000, 2_000, 6_000]
    assert is_balanced(books)


def test_a_payout_that_failed_gives_the_exact_amount_back_and_can_be_paid_again(payee):
    (payout,) = payee.approve()
    moves.hand_over_file(file_id=payout.file_id, actor_id=payee.owner_id, now=payee.now)

    moves.report_failure(
        payout_id=payout.pk, reason="account closed", actor_id=payee.owner_id, now=payee.now
    )

    assert payee.balance(AccountKind.PAYABLE) == 10_000
    assert payee.balance(AccountKind.IN_PAYOUT) == 0
    assert pay_by_file(payee).amount_minor == 10_000
    assert is_balanced(payee)


def test_money_the_bank_sends_back_after_it_was_paid_is_payable_again(payee):
    payout = pay_by_file(payee)

    moves.report_failure(
        payout_id=payout.pk, reason="returned", actor_id=payee.owner_id, now=payee.now
    )

    assert Payout.objects.get().status == PayoutStatus.RETURNED
    assert payee.balance(AccountKind.PAYABLE) == 10_000
    assert is_balanced(payee)


def test_the_file_is_made_once_and_stays_the_same_bytes(payee):
    (payout,) = payee.approve()
    before = bytes(ExportFile.objects.get(plan=payout.plan).content)

    moves.hand_over_file(file_id=payout.file_id, actor_id=payee.owner_id, now=payee.now)
    moves.hand_over_file(file_id=payout.file_id, actor_id=payee.owner_id, now=payee.now)

    file = ExportFile.objects.get(plan=payout.plan)
    assert bytes(file.content) == before
    assert b"100.00" in before and payout.public_id.encode() in before
    assert json.loads(payout.destination)["iban"].encode() in before


def test_a_payout_is_cancelled_before_its_file_leaves_and_not_after(payee):
    (payout,) = payee.approve()
    moves.cancel_payout(
        payout_id=payout.pk, reason="wrong month", actor_id=payee.owner_id, now=payee.now
    )
    assert payee.balance(AccountKind.PAYABLE) == 10_000

    (again,) = payee.approve()
    moves.hand_over_file(file_id=again.file_id, actor_id=payee.owner_id, now=payee.now)
    with pytest.raises(IllegalMove):
        moves.cancel_payout(
            payout_id=again.pk, reason="late", actor_id=payee.owner_id, now=payee.now
        )
    assert is_balanced(payee)


def test_a_changed_method_pauses_payouts_for_72_hours(payee):
    add_bank(payee)

    left_out = payee.plan().content["left_out"]

    assert [gate["code"] for gate in left_out[0]["gates"]] == ["gate.cooling"]
    payee.pass_days(4)
    assert payee.plan().content["lines"]


@pytest.mark.parametrize("is_returned", [False, True])
def test_a_commission_in_two_payouts_stays_covered_by_the_one_that_stands(is_returned):
    books = make_books()
    add_bank(books)
    books.release("100.00")
    first = pay_by_file(books)
    commission = Commission.objects.get()
    paid_at = commission.paid_at
    books.pass_days(1)
    adjust_commission(
        commission_id=commission.pk,
        delta_minor=6_000,
        reason="More",
        actor_id=books.owner_id,
        now=books.now,
    )
    (second,) = books.approve()
    facts = {"payout_id": second.pk, "reason": "no", "actor_id": books.owner_id}
    if is_returned:
        moves.hand_over_file(file_id=second.file_id, actor_id=books.owner_id, now=books.now)
        moves.confirm_payout(
            payout_id=second.pk, reference="r2", actor_id=books.owner_id, now=books.now
        )
        moves.report_failure(**facts, now=books.now)
    else:
        moves.cancel_payout(**facts, now=books.now)

    commission.refresh_from_db()
    assert (commission.covered_at, commission.paid_at) == (first.approved_at, paid_at)
    assert prove_books(brand_id=books.brand.pk).is_balanced

    moves.report_failure(payout_id=first.pk, reason="no", actor_id=books.owner_id, now=books.now)
    commission.refresh_from_db()
    assert (commission.covered_at, commission.paid_at) == (None, None)
    assert prove_books(brand_id=books.brand.pk).is_balanced
