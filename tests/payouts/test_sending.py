"""A payout reaches Stripe at most once, wherever a process dies and whatever the wire does (I-29).

Against the stand-in over real sockets. The truth is what the stand-in holds, not what we believe.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from core import faults
from ledger.models import AccountKind
from payouts.models import AttemptStatus, Payout, PayoutStatus
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.driving import drive_brand
from payouts.services.sending import refresh_paid
from portal.books import prove_books
from tests.payouts.ledger_world import Books, add_stripe, make_books
from tests.payouts.stripe_world import World, open_world

pytestmark = pytest.mark.django_db

POINTS = [point for point in faults.POINTS if point.startswith("payout.")]


@pytest.fixture
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


@pytest.fixture
def books(world: World) -> Books:
    made = make_books()
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

    def __init__(self, world: World) -> None:
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


def check_paid_once(world: World, books: Books) -> None:
    payout = Payout.objects.get()
    transfers = world.transfers()
    assert [t["amount"] for t in transfers] == [10_000]
    assert payout.status == PayoutStatus.PAID
    assert payout.reference == transfers[0]["id"]
    assert books.balance(AccountKind.IN_PAYOUT) == 0
    connection.check_constraints()
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_payout_is_sent_and_booked(world, books):
    assert Clock(world).drive(books) == {"paid": 1}

    check_paid_once(world, books)
    assert Clock(world).drive(books) == {}


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


@pytest.mark.parametrize(
    "kind",
    [
        "timeout_before",
        "timeout_after",
        "error_saved_done",
        "error_unsaved",
        "rate_limited",
        "in_progress",
        "unreadable",
    ],
)
def test_a_missing_or_odd_answer_is_looked_up_before_anything_is_sent_again(world, books, kind):
    world.fail(Fault(kind))
    clock = Clock(world)
    assert clock.drive(books) == {"unknown": 1}
    assert books.balance(AccountKind.IN_PAYOUT) == 10_000

    clock.drive_until_done(books)

    check_paid_once(world, books)


def test_an_error_stripe_saved_under_the_key_needs_a_full_day_and_a_new_key(world, books):
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
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        books.approve()

        assert Clock(world).drive(books) == {"waiting": 1}

        assert world.transfers() == []
        assert Payout.objects.get().code == "balance_insufficient"
        assert Payout.objects.get().status == PayoutStatus.APPROVED


def test_money_stripe_takes_back_is_payable_again(world, books):
    clock = Clock(world)
    clock.drive(books)
    payout = Payout.objects.get()
    world.reverse(payout.reference)

    refresh_paid(payout_id=payout.pk, rail=world.rail, now=books.now)
    refresh_paid(payout_id=payout.pk, rail=world.rail, now=books.now)

    assert Payout.objects.get().status == PayoutStatus.RETURNED
    assert books.balance(AccountKind.PAYABLE) == 10_000
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_while_stripe_does_not_say_who_pays_nothing_is_claimed(world, books):
    world.fail(Fault("timeout_before", times=50, method="", path=""))

    Clock(world).drive(books)

    assert Payout.objects.get().status == PayoutStatus.APPROVED
    assert not Payout.objects.get().attempts.exists()
