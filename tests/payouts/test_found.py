"""Money that people said never left, and that turns out to have left after all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from core.models import AuditEvent, Mail
from ledger.models import AccountKind
from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.found import WATCH, NotGivenBack, ReferenceTaken, report_found
from payouts.services.moves import hand_over_file, report_failure
from payouts.services.railevents import follow_event, store_notice
from payouts.services.rails import Found, Notice
from portal.books import prove_books
from portal.todo import list_tasks
from tests.makers import make_member
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.payouts.paypal_world import PayPalWorld, make_instruction, open_paypal
from tests.payouts.test_sending import Clock, make_run
from tests.payouts.test_settling import agree, facts, other, say
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def paypal() -> Iterator[PayPalWorld]:
    with open_paypal() as opened:
        yield opened


@pytest.fixture
def books(paypal: PayPalWorld) -> Books:
    """A payout that PayPal carried out, and that two people settled as never left."""
    made, clock = make_run(paypal), Clock(paypal)
    paypal.fail(Fault("timeout_after"))
    clock.drive(made)
    clock.drive(made, later=timedelta(days=31))
    say(made, paypal, made.owner_id)
    agree(made, paypal, other(made))
    assert made.balance(AccountKind.PAYABLE) == 10_000
    return made


def hear(books: Books, paypal: PayPalWorld, batch_id: str, rail: Any = None) -> None:
    """Take a genuine message of PayPal that names a batch."""
    notice = Notice(f"WH-{batch_id}-{rail}", "transfer", (batch_id,), "", paypal.now)
    event = store_notice(
        brand_id=books.brand.pk, rail="paypal", notice=notice, body=b"{}", now=paypal.now
    )
    follow_event(
        event_id=event.pk,
        rail=rail or paypal.rail,
        onboarding=None,
        expects_live=False,
        now=books.now,
        real_now=paypal.now,
    )


def batch_of(paypal: PayPalWorld) -> str:
    return str(paypal.transfers()[0]["id"])


def test_a_message_of_the_rail_books_what_left_and_says_so_to_the_team(books, paypal):
    hear(books, paypal, batch_of(paypal))
    hear(books, paypal, batch_of(paypal))

    payout = Payout.objects.get()
    assert (payout.status, payout.reference) == (PayoutStatus.FAILED, batch_of(paypal))
    assert payout.found_at is not None
    assert payout.attempts.get().status == AttemptStatus.ACCEPTED
    assert books.balance(AccountKind.PAYABLE) == books.balance(AccountKind.IN_PAYOUT) == 0
    assert AuditEvent.objects.filter(action="payout.found", actor__isnull=True).count() == 1
    assert "left after all" in Mail.objects.filter(kind="payout_found").latest("pk").text
    tasks = list_tasks(brand=books.brand, owed=[], now=books.now)
    assert [(task.code, task.name) for task in tasks if task.code == "payout_found"] == [
        ("payout_found", payout.public_id)
    ]
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_it_is_paid_once_by_the_next_run_which_pays_only_what_came_since(books, paypal):
    hear(books, paypal, batch_of(paypal))
    books.release("60.00")

    (later,) = books.approve()
    Clock(paypal).drive(books)

    later.refresh_from_db()
    assert later.amount_minor == 6_000
    assert sum(one["amount"] for one in paypal.transfers()) == 16_000
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_what_was_paid_again_meanwhile_is_owed_and_made_up_for_by_later_commissions(books, paypal):
    books.approve()
    clock = Clock(paypal)
    clock.drive(books)
    clock.drive(books, later=timedelta(minutes=5))
    assert Payout.objects.filter(status=PayoutStatus.PAID).count() == 1

    hear(books, paypal, batch_of(paypal))

    assert books.balance(AccountKind.PAYABLE) == -10_000
    assert prove_books(brand_id=books.brand.pk).is_balanced
    books.release("160.00")
    (later,) = books.approve()
    assert later.amount_minor == 6_000
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_later_payout_that_no_rail_has_is_cancelled_so_that_nothing_more_leaves(books, paypal):
    (later,) = books.approve()

    hear(books, paypal, batch_of(paypal))
    Clock(paypal).drive(books)

    later.refresh_from_db()
    assert later.status == PayoutStatus.CANCELLED
    assert len(paypal.transfers()) == 1
    assert books.balance(AccountKind.PAYABLE) == 0
    assert prove_books(brand_id=books.brand.pk).is_balanced


class Knowing:
    """A rail that tells of each payment what the test says, and counts how often it was asked."""

    def __init__(self, rail: Any, **changes: Any) -> None:
        self._rail, self._changes, self.asked = rail, changes, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rail, name)

    def lookup(self, *, instruction: Any) -> Found:
        self.asked += 1
        found = Found("BATCH9", instruction.amount_minor, instruction.currency)
        return replace(found, **self._changes)


def closed_at() -> datetime:
    at = PayoutAttempt.objects.get().closed_at
    assert at is not None
    return at


def test_it_is_looked_up_once_a_day_for_a_bounded_time(books, paypal):
    paypal.rail, clock = Knowing(paypal.rail, is_failed=True), Clock(paypal)
    clock.world.now = closed_at()

    clock.drive(books)
    clock.drive(books, later=timedelta(hours=20))
    assert paypal.rail.asked == 1
    clock.drive(books, later=timedelta(hours=5))
    assert paypal.rail.asked == 2
    clock.drive(books, later=WATCH)
    assert paypal.rail.asked == 2
    assert Payout.objects.get().found_at is None, "what failed at the rail never left"


def test_the_daily_look_finds_it_and_what_comes_back_later_is_released_again(books, paypal):
    paypal.rail, clock = Knowing(paypal.rail, is_paid=False, code="unclaimed"), Clock(paypal)
    clock.world.now = closed_at()

    clock.drive(books)
    assert books.balance(AccountKind.PAYABLE) == 0
    paypal.rail = Knowing(paypal.rail, reversed_minor=10_000)
    clock.drive(books, later=timedelta(days=2))
    clock.drive(books, later=timedelta(days=2))

    payout = Payout.objects.get()
    assert payout.found_back_at is not None
    assert books.balance(AccountKind.PAYABLE) == 10_000
    assert paypal.rail.asked == 1, "it has its last word"
    assert prove_books(brand_id=books.brand.pk).is_balanced
    books.approve()
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_message_also_settles_what_nobody_has_settled_yet(paypal):
    made, clock = make_run(paypal), Clock(paypal)
    paypal.fail(Fault("timeout_after"))
    clock.drive(made)
    clock.drive(made, later=timedelta(days=31))

    hear(made, paypal, batch_of(paypal))
    clock.drive(made, later=timedelta(minutes=1))

    assert Payout.objects.get().status == PayoutStatus.PAID


def test_a_message_about_something_else_books_nothing(books, paypal):
    other_one = paypal.rail.submit(instruction=make_instruction())

    hear(books, paypal, other_one.external_id)

    assert Payout.objects.get().found_at is None


def test_a_person_says_it_with_the_reference_once(books, paypal):
    known = facts(books, paypal, books.owner_id)
    report_found(reference="8TX", **known)

    with pytest.raises(NotGivenBack):
        report_found(reference="9TX", **known)
    assert Payout.objects.get().reference == "8TX"
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_reference_that_another_payout_has_is_refused(books, paypal):
    PayoutAttempt.objects.update(external_id="8TX")

    with pytest.raises(ReferenceTaken):
        report_found(reference="8TX", **facts(books, paypal, books.owner_id))


def test_the_pages_ask_book_and_are_looked_after(books, paypal, client):
    payout = Payout.objects.get()
    page = reverse("payouts:payout-settle", args=[books.brand.slug, payout.public_id])
    detail = reverse("payouts:payout-detail", args=[books.brand.slug, payout.public_id])
    client.force_login(make_member(books.brand, "finance").user)

    assert "Did it leave after all?" in plain(client.get(detail))
    assert client.post(page, {"what": "found", "reference": ""}).status_code == 422
    assert "below zero" in plain(client.post(page, {"what": "found", "reference": "8TX"}))
    assert Payout.objects.get().found_at is None
    assert client.post(page, {"what": "found", "reference": "8TX", "sure": "1"}).status_code == 303
    assert "Tell the creator that the money left" in plain(client.get(detail))
    client.post(page, {"what": "seen"})
    assert Payout.objects.get().found_seen_at is not None


def test_a_transfer_that_the_bank_was_said_to_refuse_can_be_found_too():
    made = make_books()
    add_bank(made)
    made.release("100.00")
    (payout,) = made.approve()
    hand_over_file(file_id=payout.file_id, actor_id=made.owner_id, now=made.now)
    report_failure(payout_id=payout.pk, reason="No", actor_id=made.owner_id, now=made.now)

    report_found(payout_id=payout.pk, reference="8TX", actor_id=made.owner_id, now=made.now)

    assert made.balance(AccountKind.PAYABLE) == 0
    assert prove_books(brand_id=made.brand.pk).is_balanced
