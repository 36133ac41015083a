"""A payout of which the rail can tell no more: a person says what became of it, once."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from ledger.models import AccountKind
from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.rails import Found
from payouts.services.sending import resolve_payout
from payouts.services.settling import (
    AskedAlready,
    NotAsked,
    NotLost,
    ReferenceTaken,
    SamePerson,
    agree_never_left,
    say_never_left,
    settle_arrived,
    withdraw_never_left,
)
from portal.books import prove_books
from tests.makers import make_member
from tests.payouts.ledger_world import Books
from tests.payouts.paypal_world import PayPalWorld, open_paypal
from tests.payouts.test_sending import Clock, make_run
from tests.portal.text import plain
from tests.racing import race

REFUSALS = (NotLost, AskedAlready, NotAsked, SamePerson)


@pytest.fixture
def paypal() -> Iterator[PayPalWorld]:
    with open_paypal() as opened:
        yield opened


@pytest.fixture
def books(paypal: PayPalWorld) -> Books:
    """A payout whose answer was lost and which PayPal has forgotten."""
    made, clock = make_run(paypal), Clock(paypal)
    paypal.fail(Fault("timeout_after"))
    clock.drive(made)
    clock.drive(made, later=timedelta(days=31))
    assert Payout.objects.get().code == "key_expired"
    return made


def facts(books: Books, paypal: PayPalWorld, actor_id: int, **more: Any) -> dict[str, Any]:
    payout_id = Payout.objects.values_list("pk", flat=True).get()
    return {"payout_id": payout_id, "actor_id": actor_id, "now": books.now, **more}


def arrive(books: Books, paypal: PayPalWorld, actor_id: int) -> None:
    settle_arrived(**facts(books, paypal, actor_id, reference="8TX", real_now=paypal.now))


def say(books: Books, paypal: PayPalWorld, actor_id: int) -> None:
    say_never_left(**facts(books, paypal, actor_id, reason="Not in the activity of March"))


def agree(books: Books, paypal: PayPalWorld, actor_id: int) -> None:
    agree_never_left(**facts(books, paypal, actor_id, real_now=paypal.now))


def other(books: Books) -> int:
    return make_member(books.brand, "finance").user_id


@pytest.mark.django_db
def test_what_arrived_is_booked_once_with_its_reference(books, paypal):
    arrive(books, paypal, books.owner_id)

    with pytest.raises(NotLost):
        arrive(books, paypal, books.owner_id)
    Clock(paypal).drive(books)
    payout = Payout.objects.get()
    assert (payout.status, payout.reference) == (PayoutStatus.PAID, "8TX")
    assert payout.attempts.get().status == AttemptStatus.ACCEPTED
    assert books.balance(AccountKind.IN_PAYOUT) == books.balance(AccountKind.PAYABLE) == 0
    assert AuditEvent.objects.filter(action="payout.settled_arrived").count() == 1
    assert prove_books(brand_id=books.brand.pk).is_balanced


@pytest.mark.django_db
def test_a_reference_belongs_to_one_payout(books, paypal):
    paid = PayoutAttempt.objects.get()
    PayoutAttempt.objects.create(
        **{name: getattr(paid, name) for name in ("brand", "payout", "parameters_hash")},
        parameters={},
        status=AttemptStatus.REFUSED,
        external_id="8TX",
        created_at=paypal.now,
        claimed_until=paypal.now,
    )

    with pytest.raises(ReferenceTaken):
        arrive(books, paypal, books.owner_id)


@pytest.mark.django_db
def test_what_never_left_takes_two_and_is_payable_again_to_be_paid_by_a_run(books, paypal):
    say(books, paypal, books.owner_id)
    with pytest.raises(SamePerson):
        agree(books, paypal, books.owner_id)
    assert Payout.objects.get().status == PayoutStatus.UNKNOWN

    agree(books, paypal, other(books))

    Clock(paypal).drive(books)
    payout = Payout.objects.get()
    assert (payout.status, payout.code) == (PayoutStatus.FAILED, "never_left")
    assert payout.attempts.get().status == AttemptStatus.ABSENT
    assert books.balance(AccountKind.PAYABLE) == 10_000
    assert len(paypal.transfers()) == 1, "nothing is sent by it"
    assert prove_books(brand_id=books.brand.pk).is_balanced


@pytest.mark.django_db
def test_what_was_said_can_be_taken_back_and_agreed_to_no_more(books, paypal):
    with pytest.raises(NotAsked):
        agree(books, paypal, other(books))
    say(books, paypal, books.owner_id)
    with pytest.raises(AskedAlready):
        say(books, paypal, other(books))

    withdraw_never_left(**facts(books, paypal, books.owner_id))

    with pytest.raises(NotAsked):
        agree(books, paypal, other(books))
    assert Payout.objects.get().status == PayoutStatus.UNKNOWN


@pytest.mark.django_db
@pytest.mark.parametrize(
    "still_known",
    [{"code": "timeout"}, {"external_id": "BATCH7"}, {"status": AttemptStatus.CLAIMED}],
)
def test_while_the_rail_can_still_be_asked_nobody_says_anything(books, paypal, still_known):
    PayoutAttempt.objects.update(**still_known)

    for step in (arrive, say, agree):
        with pytest.raises(NotLost):
            step(books, paypal, books.owner_id)


@pytest.mark.django_db
def test_the_database_itself_takes_two_people_for_what_never_left(books, paypal):
    say(books, paypal, books.owner_id)

    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutAttempt.objects.update(absence_agreed_by=books.owner_id)


class Late:
    """A rail that finds the payment after all, just when a person has spoken."""

    def __init__(self, rail: Any, first: Any) -> None:
        self._rail, self._first = rail, first

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rail, name)

    def lookup(self, *, instruction: Any) -> Found:
        self._first()
        return Found("BATCH9", instruction.amount_minor, instruction.currency)


@pytest.mark.django_db
def test_a_look_up_that_comes_back_late_changes_nothing_that_a_person_has_settled(books, paypal):
    paypal.pass_time(timedelta(days=1))
    rail = Late(paypal.rail, partial(arrive, books, paypal, books.owner_id))

    resolve_payout(payout_id=Payout.objects.get().pk, rail=rail, now=books.now, real_now=paypal.now)

    payout = Payout.objects.get()
    assert (payout.status, payout.reference) == (PayoutStatus.PAID, "8TX")
    assert prove_books(brand_id=books.brand.pk).is_balanced


@pytest.mark.django_db(transaction=True)
def test_two_people_who_settle_it_at_once_settle_it_once(books, paypal):
    owner, finance = books.owner_id, other(books)
    say(books, paypal, owner)

    refused = race(
        partial(arrive, books, paypal, owner),
        partial(agree, books, paypal, finance),
        partial(agree, books, paypal, finance),
        refusals=REFUSALS,
    )

    assert sorted(map(str, refused)).count("None") == 1
    assert prove_books(brand_id=books.brand.pk).is_balanced
    assert books.balance(AccountKind.IN_PAYOUT) == 0


@pytest.mark.django_db
def test_the_page_says_what_is_known_asks_again_and_books(books, paypal, client):
    payout = Payout.objects.get()
    page = reverse("payouts:payout-settle", args=[books.brand.slug, payout.public_id])
    client.force_login(make_member(books.brand, "finance").user)

    assert payout.public_id in plain(client.get(page))
    assert client.post(page, {"what": "arrived", "reference": ""}).status_code == 422
    asked = client.post(page, {"what": "absent", "why-reason": "Not there"})
    assert "it is then paid twice" in plain(asked)
    assert not PayoutAttempt.objects.filter(absence_said_at__isnull=False).exists()
    client.post(page, {"what": "absent", "why-reason": "Not there", "sure": "1"})
    assert "somebody else must agree" in plain(client.get(page))
    second = Client()
    second.force_login(make_member(books.brand, "owner").user)
    assert second.post(page, {"what": "agree"}).status_code == 303
    assert Payout.objects.get().status == PayoutStatus.FAILED
