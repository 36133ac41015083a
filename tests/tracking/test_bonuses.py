"""Bonuses given by hand: one creator or a group, each once, with a reason he reads."""

from functools import partial

import pytest
from django.urls import reverse

from affiliates.services.errors import ReasonMissing
from affiliates.services.membership import suspend_affiliation
from core.money import Money
from portal.books import prove_books
from tests import racing
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_enrollment,
    make_program,
    make_user,
)
from tests.portal.text import plain
from tracking.models import Commission
from tracking.services.bonuses import Bonus, give_bonus

pytestmark = pytest.mark.django_db

KEY = "a2b3c4d5e6f7g8h9j2k3"
SPRING = Bonus(KEY, "Spring bonus", Money(2_500, "EUR"), "The best spring so far")


@pytest.fixture
def anna():
    return make_enrollment(make_program(), user=make_user(name="Anna"))


def give(places, bonus=SPRING):
    return give_bonus(
        bonus=bonus,
        enrollment_ids=[place.pk for place in places],
        actor_id=get_owner(places[0].brand).pk,
        now=NOW,
    )


def test_each_gets_it_once_and_a_suspended_creator_not(anna):
    ben = make_enrollment(anna.program, user=make_user(name="Ben"))
    gone = make_enrollment(anna.program, user=make_user(name="Gone"))
    suspend_affiliation(
        affiliation_id=gone.affiliation_id,
        reason="Spam",
        actor_id=get_owner(anna.brand).pk,
        now=NOW,
    )

    assert [give([anna]), give([anna, ben, gone]), give([anna, ben])] == [1, 1, 0]
    assert [(one.kind, one.amount_minor) for one in Commission.objects.all()] == [
        ("bonus", 2_500)
    ] * 2
    assert prove_books(brand_id=anna.brand_id).is_balanced


def test_without_a_reason_nothing_is_given(anna):
    with pytest.raises(ReasonMissing):
        give([anna], Bonus(KEY, "Spring", Money(1, "EUR"), " "))


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_gives_once(anna):
    racing.race(*[partial(give, [anna])] * 3, refusals=())

    assert [one.amount_minor for one in Commission.objects.all()] == [2_500]
    assert prove_books(brand_id=anna.brand_id).is_balanced


def test_what_it_comes_to_is_shown_first_and_the_creator_reads_why(client, anna):
    make_enrollment(anna.program, user=make_user(name="Ben"))
    client.force_login(get_owner(anna.brand))
    url = reverse("tracking:bonus-give", args=[anna.brand.slug])
    facts = {
        "whom": anna.group.public_id,
        "title": "Spring bonus",
        "amount": "25",
        "reason": "The best spring so far",
        "key": KEY,
    }

    assert "2 creators × 25.00 EUR = 50.00 EUR" in plain(client.post(url, facts))
    assert not Commission.objects.exists()
    client.post(url, {**facts, "give": "1"})
    client.post(url, {**facts, "give": "1"})

    assert Commission.objects.count() == 2
    mine = Commission.objects.get(enrollment=anna)
    client.force_login(get_creator(anna))
    story = plain(client.get(reverse("portal:commission-story", args=[mine.public_id])))
    assert "The best spring so far" in story
    assert "Spring bonus" in story
