"""The rules editor: a draft, an example, a publication, two people at once."""

from datetime import timedelta

import pytest
from django.test import Client

from brands.models import RuleSet
from brands.selectors import find_latest_rules, list_rules_of
from core.clock import database_now
from tests.brands.pages import World, make_world, sign_in_as, text_of
from tests.makers import flat_rule, gift_card_rule, make_group, make_rules, percent_rule

pytestmark = pytest.mark.django_db

PERCENT = {"gift_cards": "any", "customer": "any", "signal": "any", "kind": "percent"}
BEANS = PERCENT | {"name": "Beans", "rate_bps": "15", "skus": "BEAN-1, BEAN-2"}


def change(client: Client, world: World, action: str) -> int:
    return client.post(world.url("program/rules/change/"), {"action": action}).status_code


def publish(client: Client, world: World, base: int, when: str = "") -> int:
    data = {"base_version": base, "effective_from": when}
    return client.post(world.url("program/rules/publish/"), data).status_code


def sentences(world: World) -> list[str]:
    latest = find_latest_rules(world.program)
    assert latest is not None
    return [rule.name for rule in list_rules_of(latest)]


def test_a_rule_is_added_moved_and_published():
    world = make_world()
    client = sign_in_as(world.brand)

    added = client.post(world.url("program/rules/new/"), BEANS)
    page = text_of(client.get(world.url("program/rules/")))
    moved = change(client, world, "up:2")
    preview = text_of(client.get(world.url("program/rules/publish/")))
    published = publish(client, world, base=1)

    assert (added.status_code, moved, published) == (303, 303, 303)
    assert "This is your draft" in page
    assert "Never reached: rule 1 already fits every order it fits." in page
    assert "Articles" in preview
    assert sentences(world) == ["Beans", "All products"]
    assert "This is your draft" not in text_of(client.get(world.url("program/rules/")))


def test_a_draft_changes_nothing_until_it_is_published():
    world = make_world()
    client = sign_in_as(world.brand)

    client.post(world.url("program/rules/new/"), BEANS)

    assert sentences(world) == ["All products"]
    other = sign_in_as(world.brand, "manager")
    assert "This is your draft" not in text_of(other.get(world.url("program/rules/")))


def test_a_removed_rule_comes_back_by_undo():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/rules/")

    change(client, world, "delete:1")
    emptied = text_of(client.get(url))
    change(client, world, "undo")

    assert "1. All products pay 10 %" not in emptied
    assert "1. All products pay 10 %" in text_of(client.get(url))
    change(client, world, "discard")
    assert "This is your draft" not in text_of(client.get(url))


@pytest.mark.parametrize(
    "action", ["up:9", "delete:0", "fly:1", "delete:", "", "up:-1", "rebase:x"]
)
def test_a_change_of_nothing_is_not_found(action: str):
    world = make_world()

    assert change(sign_in_as(world.brand), world, action) == 404


def test_an_empty_draft_is_not_published():
    world = make_world()
    client = sign_in_as(world.brand)
    change(client, world, "delete:1")

    response = client.get(world.url("program/rules/publish/"), follow=True)

    assert "Add a rule first" in text_of(response)


def test_a_rule_is_edited_with_every_condition():
    world = make_world()
    group = make_group(world.program)
    client = sign_in_as(world.brand)
    data = PERCENT | {
        "name": "Everything",
        "kind": "flat_order",
        "amounts": "5.00 EUR, 800 JPY",
        "is_pro_rata": "on",
        "products": "cup",
        "excluded_collections": "sale",
        "gift_cards": "none",
        "groups": str(group.pk),
        "countries": "de, at",
        "customer": "new",
        "signal": "code",
        "codes": "Anna10",
        "min_order_value": "20 EUR",
        "max_order_value": "500 EUR",
        "cap_order": "50 EUR",
    }

    assert client.post(world.url("program/rules/1/"), data).status_code == 303
    form = client.get(world.url("program/rules/1/")).content.decode()
    assert publish(client, world, base=1) == 303

    latest = find_latest_rules(world.program)
    assert latest is not None
    (rule,) = list_rules_of(latest)
    assert rule.amounts == {"EUR": 500, "JPY": 800}
    assert rule.conditions.countries == ("DE", "AT")
    assert rule.conditions.codes == ("anna10",)
    assert rule.conditions.groups == (group.pk,)
    assert rule.conditions.min_order_value == {"EUR": 2000}
    assert (rule.is_pro_rata, rule.cap_order) == (True, {"EUR": 5000})
    assert 'value="5.00 EUR, 800 JPY"' in form


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"rate_bps": ""}, "rate_bps"),
        ({"rate_bps": "0"}, "rate_bps"),
        ({"kind": "flat_item"}, "amounts"),
        ({"kind": "flat_item", "amounts": "five"}, "amounts"),
        ({"countries": "Germany"}, "countries"),
        ({"min_order_value": "9 EUR", "max_order_value": "8 EUR"}, "max_order_value"),
    ],
)
def test_a_rule_that_cannot_be_is_asked_again(wrong: dict[str, str], field: str):
    world = make_world()

    response = sign_in_as(world.brand).post(world.url("program/rules/new/"), BEANS | wrong)

    assert response.status_code == 422
    assert f'href="#id_{field}"' in response.content.decode()


def test_a_rule_beyond_the_list_is_not_found():
    world = make_world()

    assert sign_in_as(world.brand).get(world.url("program/rules/2/")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("total=80", "An order of 80.00 EUR pays 12.00 EUR."),
        ("total=80&sku=OTHER", "An order of 80.00 EUR pays 8.00 EUR."),
        ("total=80&is_gift_card=on", "An order of 80.00 EUR pays 0.00 EUR."),
        ("total=80&customer=returning", "An order of 80.00 EUR pays 5.00 EUR."),
        ("total=80&code=ANNA10", "An order of 80.00 EUR pays 1.00 EUR."),
        ("total=", "An order of 120.00 EUR"),
        ("total=a&sku=%00", "An order of 120.00 EUR"),
    ],
)
def test_an_own_example_is_priced_by_the_draft(asked: str, says: str):
    world = make_world(has_rules=False)
    client = sign_in_as(world.brand)
    make_rules(world.program, [gift_card_rule(), flat_rule({"EUR": 100}, name="Code")])
    # The conditions are the editor's own work: a draft over the published list.
    client.post(
        world.url("program/rules/2/"),
        PERCENT | {"name": "Anna", "kind": "flat_order", "amounts": "1 EUR", "codes": "anna10"},
    )
    returning = {"name": "Back", "kind": "flat_order", "amounts": "5 EUR", "customer": "returning"}
    client.post(world.url("program/rules/new/"), PERCENT | returning)
    other = PERCENT | {"name": "Other", "rate_bps": "10", "skus": "OTHER"}
    client.post(world.url("program/rules/new/"), other)
    client.post(world.url("program/rules/new/"), PERCENT | {"name": "All", "rate_bps": "15"})

    assert says in text_of(client.get(f"{world.url('program/rules/')}&{asked}"))


def test_an_order_no_rule_fits_says_so():
    world = make_world()
    client = sign_in_as(world.brand)
    client.post(world.url("program/rules/1/"), BEANS)

    page = text_of(client.get(world.url("program/rules/") + "&total=80"))

    assert "An order of 80.00 EUR pays 0.00 EUR." in page
    assert "This line earns 0: no rule of the program fits it." in page


def test_who_comes_second_compares_and_then_publishes():
    world = make_world()
    mine, theirs = sign_in_as(world.brand), sign_in_as(world.brand, "manager")
    mine.post(world.url("program/rules/new/"), BEANS)
    theirs.post(world.url("program/rules/1/"), PERCENT | {"name": "Twelve", "rate_bps": "12"})
    publish(theirs, world, base=1)

    refused = mine.post(world.url("program/rules/publish/"), {"base_version": 1}, follow=True)
    compared = change(mine, world, "rebase:2")
    published = publish(mine, world, base=2)

    text = text_of(refused)
    assert "Version 2 was published by" in text
    assert "Compare, then publish yours as 3." in text
    assert "All products pay 12 %" in text
    assert (compared, published) == (303, 303)
    assert sentences(world) == ["All products", "Beans"]


def test_rules_of_tomorrow_leave_today_alone():
    world = make_world()
    client = sign_in_as(world.brand)
    client.post(world.url("program/rules/new/"), BEANS)
    tomorrow = (database_now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")

    response = client.post(
        world.url("program/rules/publish/"),
        {"base_version": 1, "effective_from": tomorrow},
        follow=True,
    )

    assert "Until it begins, the one before applies." in text_of(response)
    # Berlin is ahead of UTC: the time was read by the brand's clock.
    start = RuleSet.objects.get(program=world.program, version=2).effective_from
    assert start.strftime("%Y-%m-%dT%H:%M") < tomorrow


def test_rules_do_not_begin_yesterday():
    world = make_world()
    client = sign_in_as(world.brand)
    client.post(world.url("program/rules/new/"), BEANS)

    assert publish(client, world, base=1, when="2020-01-01T00:00") == 422
    assert sentences(world) == ["All products"]


def test_a_name_is_never_markup():
    world = make_world(has_rules=False)
    make_rules(world.program, [percent_rule(name="<b>Ten</b>")])

    html = sign_in_as(world.brand).get(world.url("program/rules/")).content.decode()

    assert "<b>Ten" not in html
