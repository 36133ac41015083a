"""One creator of a brand: money on top, and each thing to look up under an address of its own."""

import pytest
from django.urls import reverse

from brands.models import Role
from tests.makers import get_owner, make_link, make_member
from tests.portal.text import plain
from tests.shop import code
from tests.world import fill_world, make_world

pytestmark = pytest.mark.django_db

CODE, NOTE, CHANGE = "COFFEE10", "New note", "Before and after"
CODES = "Codes, the newest first"


@pytest.fixture
def world():
    world = make_world()
    fill_world(world)
    return world


@pytest.fixture
def url(world, client):
    client.force_login(get_owner(world.brand))
    creator = world.anna.affiliation.public_id
    return reverse("affiliates:creator-detail", args=[world.brand.slug, creator])


@pytest.mark.parametrize(
    ("tab", "shown"),
    [
        ("orders", "Commissions, the newest first"),
        ("links", CODES),
        ("payouts", "Nothing was paid yet."),
        ("notes", NOTE),
        ("history", CHANGE),
        ("'; drop", "Commissions, the newest first"),
    ],
)
def test_each_tab_has_an_address_and_shows_its_own_thing_alone(url, client, tab, shown):
    page = plain(client.get(url, {"tab": tab}))

    assert shown in page and "In payout" in page
    others = {CODES, NOTE, CHANGE} - {shown}
    assert not any(other in page for other in others)


def test_links_and_codes_stand_with_what_they_brought(world, url, client):
    make_link(world.anna, slug="spring")

    page = client.get(url, {"tab": "links"})

    assert "/r/spring" in plain(page)
    assert (CODE, 2) in [(row.code.text, row.earned.orders) for row in page.context["codes"]]


def test_older_orders_follow_on_the_next_page_and_none_twice(world, url, client):
    for number in range(10, 20):
        world.shop.pay(str(number), discounts=code(CODE))

    first = client.get(url)
    second = client.get(url + first.context["next_url"])

    shown = [row.pk for page in (first, second) for row, _badge in page.context["rows"]]
    assert len(shown) == len(set(shown)) == 12
    assert second.context["next_url"] == ""


def test_a_reader_sees_what_a_manager_could_do(world, url, client):
    client.force_login(make_member(world.brand, Role.ANALYST).user)

    page = plain(client.get(url))

    assert "Open as creator" in page and "Needs the manager role" in page
    assert "/suspend/" not in page
