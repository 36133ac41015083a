"""Liability: the books as they stood on a day, by age, and the same sum to the last minor unit."""

from datetime import timedelta
from itertools import count
from random import Random

import pytest
from django.urls import reverse

from ledger.models import AccountKind, EntryKind
from ledger.selectors import list_brand_totals
from ledger.services import Cause, Draft, Leg, post_entry
from portal.liability import list_owed_as_of
from tests.makers import NOW, get_owner, make_brand, make_enrollment, make_program
from tests.portal.text import plain
from tests.world import fill_world, make_world

_keys = count(1)
TODAY = NOW.date()


def post(place, source, target, minor: int, days_ago: int, kind=EntryKind.ACCRUE, currency="EUR"):
    def leg(account, amount):
        is_party = account in {"pending", "payable", "on_hold", "in_payout"}
        return Leg(AccountKind(account), amount, place.affiliation_id if is_party else None)

    draft = Draft(
        kind=kind,
        key=f"test:{next(_keys)}",
        currency=currency,
        legs=(leg(source, -minor), leg(target, minor)),
        cause=Cause("test", "test"),
    )
    at = NOW - timedelta(days=days_ago)
    post_entry(brand_id=place.brand_id, draft=draft, now=at)


@pytest.fixture
def place(db):
    return make_enrollment(make_program(make_brand()))


def ages(place, state: str, days_ago: int = 0) -> list[int]:
    (owed,) = list_owed_as_of(place.brand, TODAY - timedelta(days=days_ago))
    assert owed.difference == 0
    return owed.states[state].by_age


def test_each_amount_stands_under_the_age_it_came_in(place):
    for days_ago, minor in ((1, 1), (45, 20), (75, 300), (200, 4000)):
        post(place, "commission_expense", "pending", minor, days_ago)

    assert ages(place, "pending") == [1, 20, 300, 4000]
    assert ages(place, "pending", days_ago=70) == [300, 0, 0, 4000]


def test_the_oldest_money_is_taken_as_gone_first(place):
    post(place, "commission_expense", "pending", 1000, 100)
    post(place, "commission_expense", "pending", 500, 10)
    post(place, "pending", "payable", 1200, 5, EntryKind.RELEASE)

    assert ages(place, "pending") == [300, 0, 0, 0]
    assert ages(place, "released") == [1200, 0, 0, 0]


def test_what_is_below_zero_is_to_recover_and_lowers_nobody_elses_money(place):
    other = make_enrollment(place.program)
    post(other, "commission_expense", "payable", 700, 3, EntryKind.RAISE)
    post(place, "payable", "commission_expense", 400, 40, EntryKind.CLAWBACK)

    (owed,) = list_owed_as_of(place.brand, TODAY)

    assert (owed.states["released"].total, owed.states["to_recover"].by_age) == (
        700,
        [0, 400, 0, 0],
    )
    assert owed.total.amount_minor == 300


def test_a_write_off_ends_what_was_to_recover(place):
    post(place, "payable", "commission_expense", 400, 100, EntryKind.CLAWBACK)
    post(place, "write_off", "payable", 400, 5, EntryKind.WRITE_OFF)

    assert ages(place, "to_recover") == [0, 0, 0, 0]
    assert ages(place, "written_off") == [400, 0, 0, 0]
    assert ages(place, "to_recover", days_ago=10) == [0, 0, 0, 400]


def test_currencies_stand_apart_and_other_brands_are_not_there(place):
    post(place, "commission_expense", "pending", 1000, 1)
    post(place, "commission_expense", "pending", 5005, 1, currency="JPY")

    assert [
        (one.currency, one.total.amount_minor) for one in list_owed_as_of(place.brand, TODAY)
    ] == [
        ("EUR", 1000),
        ("JPY", 5005),
    ]
    assert list_owed_as_of(make_brand(), TODAY) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ages_and_creators_add_up_to_the_ledger_whatever_happened(place, seed):
    rng = Random(seed)
    for _ in range(12):
        days_ago = rng.randint(0, 150)
        post(place, "commission_expense", "pending", rng.randint(100, 900), days_ago + 1)
        post(place, "pending", "payable", rng.randint(1, 99), days_ago, EntryKind.RELEASE)
        post(place, "payable", "commission_expense", rng.randint(1, 300), 0, EntryKind.CLAWBACK)

    (owed,) = list_owed_as_of(place.brand, TODAY)
    kinds = list_brand_totals(brand_id=place.brand_id)["EUR"]
    parties = [aged for states in owed.by_party.values() for aged in states.values()]

    assert owed.difference == 0
    assert owed.states["pending"].total == kinds[AccountKind.PENDING]
    released, back = owed.states["released"].total, owed.states["to_recover"].total
    assert released - back == kinds[AccountKind.PAYABLE]
    assert sum(aged.total for aged in parties) == sum(aged.total for aged in owed.states.values())


@pytest.mark.django_db
def test_the_page_ties_to_the_ledger_and_its_file_holds_each_creator(client):
    world = make_world()
    fill_world(world)
    client.force_login(get_owner(world.brand))
    page = client.get(
        reverse("portal:report-liability", args=[world.brand.slug]), {"on": "9999-01-01"}
    )
    taken = client.post(reverse("portal:list-export", args=[world.brand.slug, "liability"]))

    assert "Equals the ledger: yes." in plain(page) and "17.50 EUR" in plain(page)
    assert b",Anna,pending,EUR,17.50,0.00,0.00,0.00,17.50\r\n" in taken.getvalue()
