"""A test order travels the whole chain over real HTTP, in the twin and nowhere else."""

import pytest
from django.urls import reverse

from brands.selectors import find_open_sandbox
from core.clock import brand_now
from ledger.models import Entry
from portal.books import prove_books
from portal.tasks import run_trial
from tests.brands.pages import sign_in_as, text_of
from tests.makers import get_owner, gift_card_rule, make_draft_program, make_rules, percent_rule
from tracking.models import TrialRun
from tracking.services.trials import start_trial

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program():
    return make_draft_program()


@pytest.fixture
def here(live_server, settings):
    settings.SITE_URL = settings.INTERNAL_URL = live_server.url


def send(program):
    now = brand_now(program.brand)
    trial = start_trial(program_id=program.pk, actor_id=get_owner(program.brand).pk, now=now)
    run_trial(trial_id=trial.pk)
    trial.refresh_from_db()
    return trial


def failed(trial):
    return [(hop["code"], hop["cause"]) for hop in trial.hops if hop["cause"]]


def test_every_hop_is_reached_by_the_brands_own_rules_and_its_books_stay_empty(program, here):
    make_rules(program, [gift_card_rule(), percent_rule(1500)])
    first, second = send(program), send(program)
    for trial in (first, second):
        assert failed(trial) == []
        assert trial.is_passed
    assert first.copy_id == second.copy_id  # nothing changed: the same copy
    price = next(hop for hop in first.hops if hop["code"] == "price")
    assert (price["params"]["amount_minor"], price["params"]["position"]) == (1800, 2)
    assert not Entry.objects.filter(brand=program.brand).exists()
    twin = find_open_sandbox(program.brand)
    assert prove_books(brand_id=twin.pk).is_balanced
    page = text_of(
        sign_in_as(program.brand).get(reverse("portal:trial", args=[program.brand.slug]))
    )
    assert "By rule 2, “All products”: 18.00 EUR." in page
    assert page.count("step-done") == 7
    assert "Continue the set-up" in page

    make_rules(program, [percent_rule(500)], now=brand_now(program.brand))
    third = send(program)
    assert third.is_passed and third.copy_id != first.copy_id
    run_trial(trial_id=third.pk)  # delivered twice by the broker: nothing happens again
    assert len(TrialRun.objects.get(pk=third.pk).hops) == 7


def test_a_hop_that_fails_says_why_and_the_rest_is_not_reached(program, settings):
    settings.INTERNAL_URL = "http://127.0.0.1:9"
    make_rules(program)
    assert failed(send(program)) == [("link", "unreachable")]
    page = text_of(
        sign_in_as(program.brand).get(reverse("portal:trial", args=[program.brand.slug]))
    )
    assert "The program did not reach itself at http://127.0.0.1:9." in page
    assert page.count("Not reached.") == 6


def test_a_program_without_rules_says_so(program):
    assert failed(send(program)) == [("link", "no_rules")]
