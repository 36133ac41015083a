"""What earns without an order: once by its key, and settled like any commission."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from affiliates.services.membership import reinstate_affiliation, suspend_affiliation
from brands.models import Program
from brands.services.programs import update_program
from payouts.services.methods import set_bank_method
from portal.books import prove_books
from tests.awards import make_award
from tests.makers import NOW, get_owner, make_enrollment, make_program
from tests.orders import approve_payouts, release_due
from tests.racing import race
from tracking import tasks
from tracking.models import Award, AwardKind, Commission
from tracking.services.holds import clear_commission, hold_commission
from tracking.services.posting import held_minor
from tracking.services.release import list_brands_with_due
from tracking.services.review import (
    BelowZero,
    adjust_commission,
    reject_commission,
    reopen_commission,
)

DUE = NOW + timedelta(days=30)


def decide(service, commission, **said):
    owner = get_owner(commission.brand).pk
    service(commission_id=commission.pk, reason="A reason", actor_id=owner, now=DUE, **said)
    commission.refresh_from_db()
    return commission


def check_books(brand):
    assert prove_books(brand_id=brand.pk).is_balanced


@pytest.mark.django_db
def test_an_award_is_pending_until_its_hold_is_over_and_then_released():
    place = make_enrollment()
    commission = make_award(place)

    assert (commission.kind, commission.amount_minor) == ("bonus", 5000)
    assert commission.release_at == DUE
    assert release_due(place.brand, now=DUE - timedelta(seconds=1)) == 0
    assert release_due(place.brand, now=DUE) == 1
    check_books(place.brand)


@pytest.mark.django_db
def test_the_same_key_again_earns_nothing_more():
    place = make_enrollment()
    first = make_award(place, 5000)

    again = make_award(place, 9000)

    assert (again.pk, again.amount_minor, again.changes.count()) == (first.pk, 5000, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_grant_it_once():
    place = make_enrollment()

    race(*[lambda: make_award(place)] * 3, refusals=())

    assert (Award.objects.count(), Commission.objects.get().amount_minor) == (1, 5000)
    check_books(place.brand)


@pytest.mark.django_db
def test_a_member_may_adjust_reject_reopen_and_hold_it():
    commission = make_award(make_enrollment())

    assert decide(adjust_commission, commission, delta_minor=-1000).amount_minor == 4000
    assert decide(reject_commission, commission).amount_minor == 0
    assert decide(reopen_commission, commission).amount_minor == 4000
    decide(hold_commission, commission)
    assert release_due(commission.brand, now=DUE) == 0
    decide(clear_commission, commission)
    assert release_due(commission.brand, now=DUE) == 1
    check_books(commission.brand)


@pytest.mark.django_db
def test_a_member_may_take_all_of_it_and_no_more():
    commission = make_award(make_enrollment())

    with pytest.raises(BelowZero):
        decide(adjust_commission, commission, delta_minor=-5001)

    assert decide(adjust_commission, commission, delta_minor=-5000).amount_minor == 0
    check_books(commission.brand)


@pytest.mark.django_db
def test_the_brands_to_release_in_are_those_with_something_due():
    due, _later = make_award(make_enrollment()), make_award(make_enrollment(), at=DUE)

    assert list_brands_with_due(real_now=DUE) == [due.brand]


@pytest.mark.django_db
def test_rejecting_it_after_release_takes_it_back_and_a_payout_covers_it_before():
    place = make_enrollment()
    commission = make_award(place, 9000)
    release_due(place.brand, now=DUE)

    decide(reject_commission, commission)

    assert commission.changes.latest("seq").entry.kind == "clawback"
    make_award(place, 30_000, key="bonus:summer")
    release_due(place.brand, now=DUE)
    check_books(place.brand)


@pytest.mark.django_db
def test_rejecting_what_a_review_holds_takes_it_from_there_alone():
    place = make_enrollment()
    commission = make_award(place, 9000)
    release_due(place.brand, now=DUE)
    decide(hold_commission, commission)

    decide(reject_commission, commission)

    postings = commission.changes.latest("seq").entry.postings.order_by("account__kind")
    assert list(postings.values_list("account__kind", "amount_minor")) == [
        ("commission_expense", 9000),
        ("on_hold", -9000),
    ]


@pytest.mark.django_db
def test_while_its_creator_is_suspended_nothing_is_posted_and_reinstating_posts_it():
    place = make_enrollment()
    owner = get_owner(place.brand).pk
    who = {"affiliation_id": place.affiliation_id, "actor_id": owner, "now": NOW}
    suspend_affiliation(**who, reason="A question")

    commission = make_award(place)

    assert (commission.amount_minor, commission.has_unposted_change) == (0, True)
    reinstate_affiliation(**who, reason="An answer")
    tasks.sweep_store_events()
    commission.refresh_from_db()
    assert (commission.amount_minor, commission.has_unposted_change) == (5000, False)
    check_books(place.brand)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cap", "name"),
    [({"cap_creator_month": {"EUR": 6000}}, "creator_period"), ({"budget_minor": 6000}, "budget")],
)
def test_caps_of_the_program_hold_for_awards_and_are_named(cap, name):
    program = make_program()
    owner = get_owner(program.brand).pk
    update_program(program_id=program.pk, actor_id=owner, now=program.created_at, **cap)
    place = make_enrollment(Program.objects.get(pk=program.pk))

    first, second = make_award(place), make_award(place, key="bonus:2")

    assert (first.amount_minor, second.amount_minor) == (5000, 1000)
    (step,) = second.pricing["steps"]
    assert (step["params"]["by"], step["change"]) == (name, -4000)


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_it_is_in_its_own_currency_to_the_minor_unit(currency):
    place = make_enrollment()

    commission = make_award(place, 1, currency=currency)
    release_due(place.brand, now=DUE)
    decide(hold_commission, commission)

    assert (commission.currency, commission.amount_minor) == (currency, 1)
    assert commission.changes.get().entry.kind == "accrue"
    assert held_minor(commission) == 1
    check_books(place.brand)


@pytest.mark.django_db
def test_a_payout_covers_it():
    place = make_enrollment()
    commission = make_award(place, 9000)
    release_due(place.brand, now=DUE)
    set_bank_method(
        affiliation_id=place.affiliation_id,
        details={"account_name": "Anna", "iban": "DE02120300000000202051"},
        actor_id=place.affiliation.affiliate.user_id,
        now=NOW,
    )

    (payout,) = approve_payouts(place.brand, now=DUE)

    commission.refresh_from_db()
    assert (payout.amount_minor, commission.covered_at) == (9000, DUE)
    check_books(place.brand)


@pytest.mark.django_db
def test_a_commission_is_of_an_order_or_of_an_award_and_never_of_both_or_none():
    commission = make_award(make_enrollment())

    for wrong in ({"award": None}, {"kind": "sale"}):
        with (
            pytest.raises(IntegrityError, match="of_order_or_award"),
            transaction.atomic(),
        ):
            Commission.objects.filter(pk=commission.pk).update(**wrong)
    assert commission.award.kind == AwardKind.BONUS
