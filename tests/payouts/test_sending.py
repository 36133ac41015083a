"""A payout is paid at most once, wherever a process dies and whatever the wire does (I-29).

Against the stand-ins: Stripe's over real sockets, PayPal's in this process. The truth is what they
hold, not what we believe.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from core import faults
from ledger.models import AccountKind
from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.own_wording import say_own_payout
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.driving import drive_brand
from payouts.services.following import refresh_sent
from payouts.services.sending import Tampered
from portal.books import prove_books
from tests.payouts.ledger_world import Books, add_stripe, make_books
from tests.payouts.paypal_world import PayPalWorld, open_paypal
from tests.payouts.stripe_world import World, open_world

pytestmark = pytest.mark.django_db

POINTS = [point for point in faults.POINTS if point.startswith("payout.")]


Worlds = World | PayPalWorld
# What each machine can do; Stripe also keeps an error under its key, which has a test of its own.
FAULTS = [
    "timeout_before",
    "timeout_after",
    "error_saved_done",
    "error_unsaved",
    "rate_limited",
    "in_progress",
    "unreadable",
]


@pytest.fixture(params=["stripe", "paypal"])
def world(request: pytest.FixtureRequest) -> Iterator[Worlds]:
    with open_world() if request.param == "stripe" else open_paypal() as opened:
        yield opened


@pytest.fixture
def stripe_world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


@pytest.fixture
def books(world: Worlds) -> Books:
    return make_run(world)


def make_run(world: Worlds) -> Books:
    """Approve a run that pays 100.00 to the world's creator."""
    made = make_books()
    if isinstance(world, PayPalWorld):
        world.add_method(made)
    else:
        add_stripe(made, world.account)
    made.release("100.00")
    made.approve()
    return made


@pytest.fixture
def crash(monkeypatch) -> Iterator[list[str]]:
    """Die at the first pass of each point named in the list."""
    points: list[str] = []

    def die(name: str) -> None:
        if name in points:
            points.remove(name)
            raise faults.Crash(name)

    monkeypatch.setenv("FAULTS", "1")
    faults.install(die)
    yield points
    faults.install(None)


class Clock:
    """Real time as the sender sees it, kept in step with the stand-in."""

    def __init__(self, world: Worlds) -> None:
        self.world = world
        world.now = datetime(2026, 9, 1, 12, tzinfo=UTC)

    def drive(self, books: Books, *, later: timedelta = timedelta()) -> dict[str, int]:
        self.world.pass_time(later)
        return dict(
            drive_brand(
                brand_id=books.brand.pk,
                rail=self.world.rail,
                now=books.now,
                real_now=self.world.now,
            )
        )

    def drive_until_done(self, books: Books) -> Payout:
        for minutes in (3, 5, 15, 60, 120, 240):
            self.drive(books, later=timedelta(minutes=minutes))
        return Payout.objects.get()


def check_paid_once(world: Worlds, books: Books) -> None:
    payout = Payout.objects.get()
    transfers = world.transfers()
    assert [t["amount"] for t in transfers] == [10_000]
    assert payout.status == PayoutStatus.PAID
    assert payout.reference == transfers[0]["id"]
    assert books.balance(AccountKind.IN_PAYOUT) == 0
    connection.check_constraints()
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_payout_is_sent_and_booked(world, books):
    clock = Clock(world)

    clock.drive_until_done(books)

    check_paid_once(world, books)
    assert clock.drive(books, later=timedelta(days=1)) == {}


@pytest.mark.parametrize("point", POINTS)
def test_a_process_that_dies_at_any_point_pays_once(world, books, crash, point):
    clock = Clock(world)
    if point == "payout.after_lookup":
        world.fail(Fault("timeout_after"))
        clock.drive(books)
    crash.append(point)
    with pytest.raises(faults.Crash):
        clock.drive(books, later=timedelta(minutes=1))
    assert not crash

    clock.drive_until_done(books)

    check_paid_once(world, books)
    if point == "payout.after_claim":  # nothing had left: it is sent again, by the same attempt
        assert PayoutAttempt.objects.get().calls == 2


@pytest.mark.parametrize("kind", FAULTS)
def test_a_missing_or_odd_answer_is_looked_up_before_anything_is_sent_again(world, books, kind):
    world.fail(Fault(kind))
    clock = Clock(world)
    assert clock.drive(books) == {"unknown": 1}
    assert books.balance(AccountKind.IN_PAYOUT) == 10_000

    clock.drive_until_done(books)

    check_paid_once(world, books)


def test_an_error_stripe_saved_under_the_key_needs_a_full_day_and_a_new_key(stripe_world):
    world, books = stripe_world, make_run(stripe_world)
    world.fail(Fault("error_saved"))
    clock = Clock(world)
    clock.drive(books)
    clock.drive_until_done(books)
    assert world.transfers() == []

    clock.drive(books, later=timedelta(hours=25))
    clock.drive(books, later=timedelta(minutes=5))

    check_paid_once(world, books)
    statuses = Payout.objects.get().attempts.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [AttemptStatus.ABSENT, AttemptStatus.ACCEPTED]


def test_a_payout_whose_amount_was_changed_after_approval_never_leaves(world, books):
    Payout.objects.update(amount_minor=99_999)

    assert Clock(world).drive(books) == {"tampered": 1}

    assert world.transfers() == []


def test_a_run_the_balance_does_not_cover_waits_whole():
    with open_world(funds=9_999) as world:
        books = make_run(world)

        assert Clock(world).drive(books) == {"waiting": 1}

        assert world.transfers() == []
        assert Payout.objects.get().code == "balance_insufficient"
        assert Payout.objects.get().status == PayoutStatus.APPROVED


def test_money_the_service_takes_back_is_payable_again(world, books):
    clock = Clock(world)
    clock.drive_until_done(books)
    payout = Payout.objects.get()
    world.reverse(payout.reference)

    for _ in range(2):
        refresh_sent(payout_id=payout.pk, rail=world.rail, now=books.now, real_now=world.now)

    assert Payout.objects.get().status == PayoutStatus.RETURNED
    assert books.balance(AccountKind.PAYABLE) == 10_000
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_while_the_service_does_not_say_who_pays_nothing_is_claimed(world, books):
    world.fail(Fault("timeout_before", times=50, method="", path=""))

    Clock(world).drive(books)

    assert Payout.objects.get().status == PayoutStatus.APPROVED
    assert not Payout.objects.get().attempts.exists()


@pytest.fixture
def paypal() -> Iterator[PayPalWorld]:
    with open_paypal() as opened:
        yield opened


def test_money_nobody_claims_is_shown_and_comes_back_after_thirty_days(paypal):
    paypal.account = "unclaimed@example.com"
    books = make_run(paypal)
    clock = Clock(paypal)
    payout = clock.drive_until_done(books)
    assert (payout.status, payout.code) == (PayoutStatus.SUBMITTED, "unclaimed")
    assert "comes back 30 days after" in say_own_payout(payout)

    clock.drive(books, later=timedelta(days=30))

    assert Payout.objects.get().status == PayoutStatus.RETURNED
    assert books.balance(AccountKind.PAYABLE) == 10_000
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_payment_paypal_fails_gives_the_money_back(paypal):
    paypal.account = "blocked@example.com"
    books = make_run(paypal)

    payout = Clock(paypal).drive_until_done(books)

    assert (payout.status, payout.code) == (PayoutStatus.FAILED, "destination_unusable")
    assert books.balance(AccountKind.PAYABLE) == 10_000


def test_what_paypal_has_forgotten_is_never_sent_again(paypal):
    books = make_run(paypal)
    clock = Clock(paypal)
    paypal.fail(Fault("timeout_after"))
    clock.drive(books)

    clock.drive(books, later=timedelta(days=31))
    clock.drive(books, later=timedelta(days=1))

    payout = Payout.objects.get()
    assert (payout.status, payout.code) == (PayoutStatus.UNKNOWN, "key_expired")
    assert len(paypal.transfers()) == 1
    assert books.balance(AccountKind.IN_PAYOUT) == 10_000


def test_an_account_without_funds_leaves_the_payout_approved():
    with open_paypal(funds=9_999) as world:
        books = make_run(world)

        Clock(world).drive(books)

        payout = Payout.objects.get()
        assert (payout.status, payout.code) == (PayoutStatus.APPROVED, "balance_insufficient")
        assert world.transfers() == []


def test_the_address_of_a_creator_stands_encrypted_with_the_payout_alone(paypal):
    books = make_run(paypal)
    Clock(paypal).drive(books)
    attempt = Payout.objects.get().attempts.get()
    assert paypal.account not in json.dumps(attempt.parameters)

    Payout.objects.update(destination=json.dumps({"email": "eve@example.com"}))
    with pytest.raises(Tampered):
        refresh_sent(
            payout_id=attempt.payout_id, rail=paypal.rail, now=books.now, real_now=paypal.now
        )
