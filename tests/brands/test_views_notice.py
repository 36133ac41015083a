"""The pages on which a worse change is announced for a day, and taken back."""

from datetime import timedelta

import pytest

from brands.models import PendingChange, Program
from core.clock import database_now
from tests.brands.pages import World, sign_in_as, text_of
from tests.makers import make_enrollment, make_pending_change, make_program, make_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    program = make_enrollment(make_program()).program
    return World(program.brand, program)


@pytest.fixture
def client(world):
    return sign_in_as(world.brand)


def far() -> str:
    return str((database_now() + timedelta(days=20)).date())


def send(client, world, path, **data):
    return client.post(world.url(path), data)


def test_a_longer_hold_is_asked_for_a_day_and_saved_for_it(client, world):
    path, data = "program/settings/hold/", {"hold_days": "60", "hold_anchor": "paid"}
    preview = text_of(send(client, world, path, **data))
    assert "Worse for creators: needs 14 days' notice, so from" in preview.replace("&#x27;", "'")
    asked = send(client, world, path, **data, confirm="1")
    assert "A commission is released 60 days after" in text_of(asked)
    early = {"confirm": "1", "announce": "1", "applies_on": str(database_now().date())}
    assert send(client, world, path, **data, **early).status_code == 422
    done = send(client, world, path, **data, **{**early, "applies_on": far()})
    assert done.status_code == 303
    assert PendingChange.objects.get().changes == {"hold_days": 60}
    assert Program.objects.get(pk=world.program.pk).hold_days == 30
    assert "Take back" in text_of(client.get(world.url("program/")))


def test_own_text_is_announced_where_there_are_members(client, world):
    asked = send(client, world, "program/terms/", own_terms="No bidding on our name.")
    assert asked.status_code == 200 and "No bidding on our name." in text_of(asked)
    done = send(
        client,
        world,
        "program/terms/",
        own_terms="No bidding on our name.",
        announce="1",
        applies_on=far(),
    )
    assert done.status_code == 303
    page = text_of(client.get(world.url("program/terms/")))
    assert "What changed since version 1" in page


def test_a_higher_minimum_and_a_groups_longer_hold_are_announced(client, world):
    policy = {
        "rhythm": "monthly",
        "day_of_month": "5",
        "minimums": "90.00 EUR",
        "recovery_days": "90",
    }
    group = world.program.groups.get()
    facts = {"name": group.name, "partner_type": group.partner_type, "hold_days": "45"}
    for path, data in (
        ("program/payouts/policy/", policy),
        (f"program/groups/{group.public_id}/", facts),
    ):
        assert send(client, world, path, **data).status_code == 200
        done = send(client, world, path, **data, announce="1", applies_on=far())
        assert done.status_code == 303, path
    assert set(PendingChange.objects.values_list("subject", flat=True)) == {"payouts", "group"}


def test_worse_rules_offer_the_earliest_day(client, world):
    any_order = {"gift_cards": "any", "customer": "any", "signal": "any"}
    rule = {"name": "All", "kind": "percent", "rate_bps": "5", **any_order}
    assert send(client, world, "program/rules/1/", **rule).status_code == 303
    path = "program/rules/publish/"
    assert "Worse for creators" in text_of(client.get(world.url(path)))
    tomorrow = (database_now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    refused = send(client, world, path, base_version="1", effective_from=tomorrow)
    assert refused.status_code == 422 and "notice, so from" in text_of(refused)
    assert send(client, world, path, base_version="1").status_code == 303


def test_an_announced_change_is_taken_back(client, world):
    change = make_pending_change(world.program.groups.get(), now=database_now())
    url = world.url(f"program/changes/{change.public_id}/cancel/")
    assert client.get(url).status_code == 200
    assert [client.post(url).status_code for _ in range(2)] == [303, 303]
    change.refresh_from_db()
    assert change.cancelled_at is not None
    assert "Take back" not in text_of(client.get(world.url("program/")))


def test_version_n_says_what_changed_and_from_when(client, world):
    make_rules(
        world.program, now=database_now(), effective_from=database_now() + timedelta(days=20)
    )
    make_pending_change(world.program.groups.get(), now=database_now())
    program = world.program
    page = text_of(client.get(f"/p/{world.brand.slug}/{program.slug}/terms/3/"))
    assert "until then version 1 applies" in page
    assert "For the group Standard it is 45 days." in page
