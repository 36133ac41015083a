"""Finding things of a brand: by any id or a word, and never what is another's."""

import pytest
from django.test import Client
from django.urls import reverse

from affiliates.services.codes import disable_code
from affiliates.services.links import archive_link
from tests.everything import make_everything
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_code,
    make_enrollment,
    make_link,
    make_program,
    make_user,
)
from tests.orders import place_order
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_enrollment(make_program(), user=make_user(name="Mina"))


@pytest.fixture
def team(client: Client, place):
    client.force_login(get_owner(place.brand))
    return client


def found(client: Client, brand, text: str) -> set[str]:
    page = client.get(reverse("portal:search", args=[brand.slug]), {"q": text})
    return {group["name"] for group in page.context["found"]}


def listed(client: Client, brand, **asked: str) -> list[str]:
    page = client.get(reverse("affiliates:shared-list", args=[brand.slug]), asked)
    rows = page.context["rows"]
    return [row.code.text if asked.get("kind") else row.slug for row in rows]


def test_every_kind_is_found_by_its_id_and_by_a_word(client: Client):
    world = make_everything("Anna")
    client.force_login(world.owner)

    for kind in ("creator", "order", "link", "code", "payout"):
        assert kind in found(client, world.brand, world.ids[f"{kind}_id"]), kind
    assert found(client, world.brand, "anna") >= {"creator", "order", "link", "code", "payout"}
    assert found(client, world.brand, world.creator.email) == {"creator"}


def test_nothing_of_another_brand_is_found(team, place):
    stranger = make_enrollment(make_program(make_brand("Other")), user=make_user(name="Zebra"))
    link = make_link(stranger, slug="zebra-cups")
    place_order(link, order_id="zebra-1")

    for text in ("zebra", link.public_id, stranger.affiliation.public_id, "zebra-cups"):
        assert found(team, place.brand, text) == set(), text
    assert listed(team, place.brand, q="zebra") == []


@pytest.mark.parametrize("text", ["", " ", "%", "_", "\0", "'; --", "x" * 500, "٪"])
def test_whatever_is_asked_is_answered(team, place, text):
    page = team.get(reverse("portal:search", args=[place.brand.slug]), {"q": text})

    assert page.status_code == 200


def test_many_found_lead_to_the_list_with_the_same_word(team, place):
    for number in range(6):
        make_code(place, f"TEA{number}")

    page = team.get(
        reverse("portal:search", args=[place.brand.slug]), {"q": "tea"}
    ).content.decode()

    assert "creators/links/?kind=codes&amp;q=tea" in page


def test_links_and_codes_narrow_by_word_state_and_program(team, place):
    old = make_link(place, slug="old-cups", url="https://shop.example/winter")
    archive_link(link_id=old.pk, actor_id=get_owner(place.brand).pk, now=NOW)
    ended, kept = make_code(place, "ENDED"), make_code(place, "KEPT")
    disable_code(code_id=ended.pk, actor_id=get_owner(place.brand).pk, now=NOW)
    other = make_program(place.brand)

    assert listed(team, place.brand, q="winter") == ["old-cups"]
    assert listed(team, place.brand, state="ended") == ["old-cups"]
    assert "old-cups" not in listed(team, place.brand, state="used", q="mina")
    assert listed(team, place.brand, program=other.public_id) == []
    assert listed(team, place.brand, kind="codes", state="ended") == ["ENDED"]
    assert listed(team, place.brand, kind="codes", q="kep") == [kept.text]


def test_a_row_says_what_the_link_or_code_brought(team, place):
    place_order(make_link(place, slug="tea-cups"))
    place_order(make_code(place, "TEA"))
    url = reverse("affiliates:shared-list", args=[place.brand.slug])

    for asked in ({"q": "tea-cups"}, {"kind": "codes", "q": "TEA"}):
        (row,) = team.get(url, asked).context["rows"]
        assert row.earned.orders == 1
        assert "10.00 EUR" in plain(team.get(url, asked))
