"""From nothing to a live program, and the settings of one."""

import pytest

from affiliates.models import Invitation
from brands.models import Member, PayoutPolicy, Program, ProgramStatus, Terms
from brands.selectors import find_latest_rules, find_latest_terms, list_setup_steps
from core.models import Brand
from tests.brands.pages import make_world, sign_in, sign_in_as, text_of
from tests.makers import (
    NOW,
    make_application,
    make_brand,
    make_connection,
    make_invitation,
    make_user,
)
from tests.shop import Shop

pytestmark = pytest.mark.django_db

PROGRAM = {"name": "Main", "currency": "EUR", "landing_url": "https://shop.example/"}
IDENTITY = {"name": "Main", "about": "", "is_listed": "on"}


def states(brand: Brand) -> dict[str, str]:
    return {step.code: step.state for step in list_setup_steps(brand)}


def test_a_brand_is_created_by_whoever_signs_in():
    user = make_user()
    response = sign_in(user).post("/brands/new/", {"name": "Saffron", "time_zone": "Europe/Berlin"})

    assert (response.status_code, response["Location"]) == (303, "/b/saffron/setup/")
    assert Member.objects.get(brand__slug="saffron").user == user


def test_a_brand_without_a_name_is_asked_again():
    response = sign_in(make_user()).post(
        "/brands/new/", {"name": " ", "time_zone": "Europe/Berlin"}
    )

    assert response.status_code == 422
    assert 'href="#id_name"' in response.content.decode()
    assert not Brand.objects.exists()


def test_the_guided_way_ends_live():
    brand = make_brand()
    client, base = sign_in_as(brand), f"/b/{brand.slug}"
    assert states(brand)["program"] == "next"

    response = client.post(f"{base}/programs/new/", PROGRAM)
    program = Program.objects.get(brand=brand)
    query = f"?program={program.public_id}"
    assert response["Location"] == f"{base}/setup/rules/{query}"
    assert program.domains == ["shop.example"]
    assert states(brand)["rules"] == "next"

    response = client.post(f"{base}/setup/rules/{query}", {"kind": "percent", "rate_bps": "10"})
    assert (response.status_code, response["Location"]) == (303, f"{base}/setup/")
    rule_set = find_latest_rules(program)
    assert rule_set is not None
    assert [rule.rate_bps for rule in rule_set.rules.all()] == [1000]
    assert states(brand) | {"store": "next", "live": "to_do"} == states(brand)

    shop = Shop(make_connection(brand))
    assert states(brand) | {"terms": "done", "store": "waits", "test": "next"} == states(brand)
    shop.pay("1")
    assert states(brand)["store"] == "done"
    assert client.post(f"{base}/program/status/live/{query}").status_code == 303
    program.refresh_from_db()
    assert program.status == ProgramStatus.LIVE
    assert states(brand) | {"invite": "to_do", "live": "done"} == states(brand)
    page = text_of(client.get(f"{base}/setup/"))
    assert f"{base}/creators/invitations/new/{query}" in page
    link = make_invitation(program)
    assert states(brand)["invite"] == "done"
    Invitation.objects.filter(pk=link.pk).update(revoked_at=NOW)
    assert states(brand)["invite"] == "to_do"
    make_application(program)
    assert states(brand)["invite"] == "done"
    page = text_of(client.get(f"{base}/setup/"))
    assert "7 of 8 done" in page


def test_a_program_in_a_new_currency_gets_its_usual_minimum():
    brand = make_brand(currency="EUR")

    sign_in_as(brand).post(f"/b/{brand.slug}/programs/new/", PROGRAM | {"currency": "JPY"})

    assert PayoutPolicy.objects.get(brand=brand).minimums == {"EUR": 5000, "JPY": 5000}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"landing_url": "ftp://shop.example/"}, "https://"),
        ({"landing_url": "https://shop.example/", "domains": "other.example"}, "Allowed:"),
        ({"domains": "10.0.0.1"}, "10.0.0.1"),
        ({"currency": "XXX"}, "XXX"),
    ],
)
def test_a_wrong_program_keeps_what_was_typed(wrong: dict[str, str], says: str):
    brand = make_brand()

    response = sign_in_as(brand).post(f"/b/{brand.slug}/programs/new/", PROGRAM | wrong)

    assert response.status_code == 422
    assert says in text_of(response)
    assert 'value="Main"' in response.content.decode()
    assert not Program.objects.exists()


def test_the_example_follows_what_is_typed_without_publishing():
    world = make_world(has_rules=False)
    client = sign_in_as(world.brand)

    url, preview = world.url("setup/rules/"), {"preview": "1"}
    percent = client.post(url, preview | {"kind": "percent", "rate_bps": "12.5"})
    flat = client.post(url, preview | {"kind": "flat_order", "amount": "5"})
    wrong = client.post(url, preview | {"kind": "flat_order", "amount": "five"})

    assert wrong.status_code == 200
    assert "An order of 120.00 EUR pays 15.00 EUR." in text_of(percent)
    assert "An order of 120.00 EUR pays 5.00 EUR." in text_of(flat)
    assert find_latest_rules(world.program) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "percent", "rate_bps": ""},
        {"kind": "percent", "rate_bps": "101"},
        {"kind": "flat_order", "amount": ""},
        {"kind": "flat_order", "amount": "5.001"},
        {"kind": "flat_order", "amount": "-5"},
        {},
    ],
)
def test_a_wrong_first_rule_is_asked_again(wrong: dict[str, str]):
    world = make_world(has_rules=False)

    response = sign_in_as(world.brand).post(world.url("setup/rules/"), wrong)

    assert response.status_code == 422
    assert find_latest_rules(world.program) is None


def test_persian_digits_are_read():
    world = make_world(has_rules=False)

    response = sign_in_as(world.brand).post(
        world.url("setup/rules/"), {"kind": "percent", "rate_bps": "۱۲٫۵٪"}
    )

    assert response.status_code == 303
    rule_set = find_latest_rules(world.program)
    assert rule_set is not None
    assert rule_set.rules.get().rate_bps == 1250


def test_a_program_without_rules_says_what_is_missing_to_go_live():
    world = make_world(has_rules=False)
    client = sign_in_as(world.brand)

    assert "Say what creators earn" in text_of(client.get(world.url("program/status/live/")))
    response = client.post(world.url("program/status/live/"), follow=True)

    assert "Publish rules first" in text_of(response)


def test_settings_say_what_changes_before_anything_is_saved():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/settings/hold/")

    preview = client.post(url, {"hold_days": "60", "hold_anchor": "paid"})

    assert preview.status_code == 200
    text = text_of(preview)
    assert "Orders from now use 60 days. 0 pending commissions keep their dates." in text
    assert "published as version 2" in text
    world.program.refresh_from_db()
    assert world.program.hold_days == 30

    saved = client.post(url, {"hold_days": "60", "hold_anchor": "paid", "confirm": "1"})
    assert saved.status_code == 303
    world.program.refresh_from_db()
    assert world.program.hold_days == 60
    assert Terms.objects.filter(program=world.program).count() == 2


def test_going_back_from_the_preview_keeps_what_was_typed():
    world = make_world()

    response = sign_in_as(world.brand).post(
        world.url("program/settings/hold/"),
        {"hold_days": "45", "hold_anchor": "paid", "back": "1"},
    )

    assert response.status_code == 200
    assert 'value="45"' in response.content.decode()


def test_the_hold_stays_in_the_range_of_the_installation():
    world = make_world()

    response = sign_in_as(world.brand).post(
        world.url("program/settings/hold/"), {"hold_days": "7", "hold_anchor": "paid"}
    )

    assert response.status_code == 422
    assert "30 to 60 days" in text_of(response)


def test_nothing_changed_saves_nothing():
    world = make_world()
    data = IDENTITY | {"name": world.program.name}

    response = sign_in_as(world.brand).post(
        world.url("program/settings/identity/"), data, follow=True
    )

    assert "Nothing was changed." in text_of(response)


def test_every_tracking_setting_goes_through_preview_and_save():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/settings/tracking/")
    data = {
        "landing_url": "https://www.shop.example/spring",
        "domains": "shop.example, www.shop.example",
        "window_days": "60",
        "click_policy": "first",
        "precedence": "click",
        "code_policy": "with_click",
        "self_referral": "hold",
        "duplicate_order": "reject",
        "second_account": "hold",
        "is_binding_customers": "on",
        "ref_aliases": "via, aff",
    }

    preview = text_of(client.post(url, data))
    client.post(url, data | {"confirm": "1"})

    assert "Safari may forget a visitor after 7 days" in preview
    program = Program.objects.get(pk=world.program.pk)
    assert program.domains == ["shop.example", "www.shop.example"]
    assert program.ref_aliases == ["via", "aff"]
    assert (program.window_days, program.click_policy, program.self_referral) == (
        60,
        "first",
        "hold",
    )
    assert (program.duplicate_order, program.second_account) == ("reject", "hold")
    assert program.is_binding_customers
    assert not program.is_honouring_gpc


def test_what_counts_takes_caps_by_currency():
    world = make_world()
    url = world.url("program/settings/base/")
    data = {"is_base_with_tax": "on", "cap_order": "50 EUR, 5,000 JPY", "budget_minor": "1000"}

    sign_in_as(world.brand).post(url, data | {"confirm": "1"})

    program = Program.objects.get(pk=world.program.pk)
    assert program.cap_order == {"EUR": 5000, "JPY": 5000}
    assert program.budget_minor == 100_000
    assert program.is_base_with_tax
    assert not program.is_base_without_gift_cards


@pytest.mark.parametrize("caps", ["50", "abc", "5 XXX", "1 EUR, 2 EUR", "0 EUR", "1.5 JPY"])
def test_a_cap_that_cannot_be_is_asked_again(caps: str):
    world = make_world()

    response = sign_in_as(world.brand).post(
        world.url("program/settings/base/"), {"cap_order": caps, "confirm": "1"}
    )

    is_plain_number_of_the_programs_currency = caps == "50"
    assert response.status_code == (303 if is_plain_number_of_the_programs_currency else 422)


def test_closing_says_what_it_does_and_does_it():
    world = make_world()
    client = sign_in_as(world.brand)
    client.post(world.url("program/status/live/"))

    page = text_of(client.get(world.url("program/status/closed/")))
    client.post(world.url("program/status/closed/"))

    assert "Commissions that were earned keep their dates and are paid." in page
    world.program.refresh_from_db()
    assert world.program.status == ProgramStatus.CLOSED


def test_a_step_that_is_none_is_not_found():
    world = make_world()

    assert sign_in_as(world.brand).get(world.url("program/status/paused/")).status_code == 404
    assert sign_in_as(world.brand).get(world.url("program/settings/nothing/")).status_code == 404


def test_own_text_becomes_a_version_of_the_terms():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/terms/")

    client.post(url, {"own_terms": "No bids on our <name>."})

    terms = find_latest_terms(world.program)
    assert terms is not None
    assert (terms.version, terms.own_text) == (2, "No bids on our <name>.")
    page = client.get(url).content.decode()
    assert "No bids on our &lt;name&gt;." in page
    assert client.get(url + "&version=1").status_code == 200
    assert client.get(url + "&version=9").status_code == 404


def test_an_analyst_cannot_write_terms():
    world = make_world()

    response = sign_in_as(world.brand, "analyst").post(
        world.url("program/terms/"), {"own_terms": "Mine"}
    )

    assert response.status_code == 403


def test_a_group_is_added_and_changed():
    world = make_world()
    client = sign_in_as(world.brand)
    data = {"name": "Premium", "partner_type": "influencer", "hold_days": "45"}

    client.post(world.url("program/groups/new/"), data)
    group = world.program.groups.get(name="Premium")
    client.post(world.url(f"program/groups/{group.public_id}/"), data | {"hold_days": ""})

    group.refresh_from_db()
    assert group.hold_days is None
    again = client.post(world.url("program/groups/new/"), data)
    assert again.status_code == 422
    assert "has this name" in text_of(again)
    short = client.post(world.url("program/groups/new/"), data | {"name": "B", "hold_days": "1"})
    assert "30 to 60 days" in text_of(short)
