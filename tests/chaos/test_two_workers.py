"""Several workers release, approve and send at once: everything happens once.

Trap 14; promises I-05, I-26, I-27, I-28, I-39. The controls take away what holds, one by one: the
same workers must then pay twice, and the guard that is left must hold alone.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import QuerySet, Sum

from brands.services.brands import move_clock
from ledger.models import AccountKind, Entry, EntryKind, Posting
from payouts.domain.states import IllegalMove
from payouts.models import Payout, PayoutItem, PayoutStatus
from payouts.rails.registry import LIMITS
from payouts.services import approval, sending
from payouts.services.approval import NotADraft, NothingToPay, PlanChanged, approve_plan
from payouts.services.driving import drive_brand
from payouts.services.planning import make_plan
from portal.books import prove_books
from tests.chaos.backends import killed_backends, without_locks
from tests.payouts.ledger_world import Books, add_stripe, make_books
from tests.payouts.stripe_world import World, open_world
from tracking.models import Commission
from tracking.tasks import release_brand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORKERS = 4
SALES = ("40.00", "30.00", "20.00", "10.00")
EARNED = 10_000
REFUSALS = (NotADraft, PlanChanged, NothingToPay, IllegalMove, DatabaseError)

ONE_OPEN_PAYOUT = (
    "DROP INDEX payouts_payout_one_open",
    "ALTER TABLE payouts_payout DROP CONSTRAINT payouts_payout_once_a_plan",
    "DROP INDEX payouts_item_posting_in_one_payout",
)
ONE_ATTEMPT = ("DROP INDEX payouts_attempt_one_unsettled",)
OVERDRAFT_GUARD = ("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_no_overdraft",)

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, 30))]


@pytest.fixture
def world() -> Iterator[World]:
    with open_world() as opened:
        opened.now = datetime(2026, 9, 1, 12, tzinfo=UTC)
        yield opened


@pytest.fixture
def books(world: World) -> Books:
    """A creator whose four commissions are due and not released."""
    made = make_books()
    add_stripe(made, world.account)
    for amount in SALES:
        made.earn(amount)
    day_s = 86_400
    move_clock(brand_id=made.brand.pk, seconds=31 * day_s, actor_id=made.owner_id, now=made.now)
    made.brand.refresh_from_db()
    return made


def test_workers_at_once_release_approve_and_send_everything_once(books, world):
    release_at_once(books)
    approve_at_once(books)
    drive_at_once(books, world)

    check_once(books, world)


def test_with_no_row_lock_at_all_the_database_still_pays_once(books, world, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", without_locks())

    release_at_once(books)
    approve_at_once(books)
    drive_at_once(books, world)
    monkeypatch.undo()
    heal(books, world)  # an answer that one wrote over for want of a lock is looked up

    check_once(books, world)


def test_without_locks_indexes_and_guard_the_same_approvals_overpay(books, monkeypatch):
    """The negative control: else the tests above would prove nothing."""
    release_at_once(books)
    monkeypatch.setattr(QuerySet, "select_for_update", without_locks())
    run(*ONE_OPEN_PAYOUT, *OVERDRAFT_GUARD)

    approve_at_once(books)

    assert approved_minor() > EARNED
    wrong = {result.code for result in prove_books(brand_id=books.brand.pk).results}
    assert wrong >= {"no_payout_overdraws"}
    assert not prove_books(brand_id=books.brand.pk).is_balanced


def test_with_the_overdraft_guard_alone_nothing_is_overpaid(books, monkeypatch):
    release_at_once(books)
    monkeypatch.setattr(QuerySet, "select_for_update", without_locks())
    run(*ONE_OPEN_PAYOUT)

    approve_at_once(books)

    assert approved_minor() == EARNED
    assert books.balance(AccountKind.PAYABLE) == 0
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_without_lock_and_index_the_same_workers_send_twice(books, world, monkeypatch):
    """The negative control of sending."""
    release_at_once(books)
    approve_at_once(books)
    monkeypatch.setattr(QuerySet, "select_for_update", without_locks())
    run(*ONE_ATTEMPT)

    drive_at_once(books, world)

    assert len(world.transfers()) > 1


@pytest.mark.parametrize("seed", SEEDS)
def test_workers_that_do_everything_while_backends_are_killed_pay_once(books, world, seed):
    rng, until = Random(seed), monotonic() + 2

    def work() -> None:
        while monotonic() < until:
            for step in (release(books), approve(books, new_plan(books)), drive(books, world)):
                _try(step)

    with killed_backends(rng, every_s=0.06) as kills:
        at_once(work)
    assert kills
    heal(books, world)

    check_once(books, world)


def release_at_once(books: Books) -> None:
    at_once(release(books))


def approve_at_once(books: Books) -> None:
    """Let every worker approve the one plan they all saw."""
    plan = books.plan()
    at_once(approve(books, lambda: plan))


def drive_at_once(books: Books, world: World) -> None:
    at_once(drive(books, world))


def release(books: Books) -> Callable[[], Any]:
    return lambda: release_brand(books.brand)


def new_plan(books: Books) -> Callable[[], Any]:
    brand_id, now, owner = books.brand.pk, books.now, books.owner_id
    return lambda: make_plan(
        brand_id=brand_id, currency="EUR", limits=LIMITS, actor_id=owner, now=now
    )


def approve(books: Books, plan: Callable[[], Any]) -> Callable[[], Any]:
    now, owner = books.now, books.owner_id

    def approve_it() -> None:
        seen = plan()
        approve_plan(
            plan_id=seen.pk, seen_hash=seen.content_hash, limits=LIMITS, actor_id=owner, now=now
        )

    return approve_it


def drive(books: Books, world: World) -> Callable[[], Any]:
    brand_id, now = books.brand.pk, books.now
    return lambda: drive_brand(brand_id=brand_id, rail=world.rail, now=now, real_now=world.now)


def at_once(work: Callable[[], Any]) -> None:
    """Start the work in every worker at the same moment; what it refuses is as good as done."""
    barrier = threading.Barrier(WORKERS)

    def run_it() -> None:
        barrier.wait(10)
        try:
            _try(work)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        for job in [pool.submit(run_it) for _ in range(WORKERS)]:
            job.result(60)


def heal(books: Books, world: World) -> None:
    """Go on undisturbed, until what the killed ones left is found."""
    for minutes in (3, 5, 15, 60, 120, 240):
        release(books)()
        _try(approve(books, new_plan(books)))
        world.pass_time(timedelta(minutes=minutes))
        drive(books, world)()


def check_once(books: Books, world: World) -> None:
    releases = Entry.objects.filter(brand=books.brand, kind=EntryKind.RELEASE)
    assert Commission.objects.filter(released_at__isnull=False).count() == len(SALES)
    assert releases.count() == len(SALES)
    payout = Payout.objects.get()
    assert (payout.status, payout.amount_minor) == (PayoutStatus.PAID, EARNED)
    released = Posting.objects.filter(entry__in=releases, account__kind=AccountKind.PAYABLE)
    covered = PayoutItem.objects.filter(is_covering=True).values_list("posting_id", flat=True)
    assert sorted(covered) == sorted(released.values_list("pk", flat=True))
    assert [transfer["amount"] for transfer in world.transfers()] == [EARNED]
    assert books.balance(AccountKind.PAYABLE) == books.balance(AccountKind.IN_PAYOUT) == 0
    assert prove_books(brand_id=books.brand.pk).is_balanced


def approved_minor() -> int:
    return Payout.objects.aggregate(total=Sum("amount_minor"))["total"]


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def _wide_windows(monkeypatch) -> None:
    """Take a breath between each check and what rests on it, where a race would slip in."""
    for module, name in (
        (approval, "compute_plan"),
        (sending, "can_open_attempt"),
    ):
        monkeypatch.setattr(module, name, _and_wait(getattr(module, name)))


def _and_wait(check: Callable[..., Any]) -> Callable[..., Any]:
    def check_and_wait(**kwargs: Any) -> Any:
        result = check(**kwargs)
        sleep(0.05)
        return result

    return check_and_wait


def _try(work: Callable[[], Any]) -> None:
    try:
        work()
    except REFUSALS:
        connection.close()
