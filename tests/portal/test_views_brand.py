"""Every page of a brand's day, for its owner, a member without the right, and a stranger."""

import pytest
from django.urls import reverse

from brands.models import Role
from tests.makers import get_owner, make_application, make_brand, make_member, make_user
from tests.world import fill_world, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = make_world()
    fill_world(world)
    return world


def list_pages(world) -> dict[str, str]:
    slug, order = world.brand.slug, world.shop.get("1")
    commission = world.shop.commission("1")
    creator = world.anna.affiliation.public_id
    code = world.anna.codes.first().public_id
    application = make_application(world.anna.program, make_user(name="Cleo"))
    return {
        "home": reverse("portal:brand-home", args=[slug]),
        "creators": reverse("affiliates:creator-list", args=[slug]),
        "creator": reverse("affiliates:creator-detail", args=[slug, creator]),
        "applications": reverse("affiliates:application-list", args=[slug]),
        "orders": reverse("tracking:order-list", args=[slug]),
        "without": reverse("tracking:order-list", args=[slug]) + "?tab=without",
        "order": reverse("tracking:order-detail", args=[slug, order.public_id]),
        "reviews": reverse("tracking:commission-list", args=[slug]),
        "commissions": reverse("tracking:commission-list", args=[slug]) + "?tab=all",
        "commission": reverse("portal:commission-brand", args=[slug, commission.public_id]),
        "application": reverse("affiliates:application-detail", args=[slug, application.public_id]),
        "MANAGE suspend": reverse("affiliates:creator-suspend", args=[slug, creator]),
        "MANAGE reinstate": reverse("affiliates:creator-reinstate", args=[slug, creator]),
        "MANAGE new code": reverse(
            "affiliates:code-create-brand", args=[slug, creator, world.anna.public_id]
        ),
        "MANAGE rename": reverse("affiliates:code-rename", args=[slug, code]),
        "MANAGE end": reverse("affiliates:code-disable-brand", args=[slug, code]),
        "MANAGE credit": reverse("tracking:order-credit", args=[slug, order.public_id]),
        **{
            f"CLEAR {what}": reverse(
                f"tracking:commission-{what}", args=[slug, commission.public_id]
            )
            for what in ("hold", "clear", "reject", "reopen", "adjust")
        },
    }


def test_the_owner_sees_every_page(world, client):
    client.force_login(get_owner(world.brand))
    for name, url in list_pages(world).items():
        assert client.get(url).status_code == 200, name


def test_a_reader_sees_pages_but_no_action(world, client):
    client.force_login(make_member(world.brand, Role.ANALYST).user)
    for name, url in list_pages(world).items():
        expected = 403 if name[0].isupper() else 200
        assert client.get(url).status_code == expected, name
        if name[0].isupper():
            assert client.post(url, {"reason": "x"}).status_code == 403, name


def test_a_stranger_and_another_brand_get_404(world, client):
    pages = list_pages(world)
    for user in (make_user(), get_owner(make_brand())):
        client.force_login(user)
        for name, url in pages.items():
            assert client.get(url).status_code == 404, name


def test_ids_of_another_brand_are_404_under_an_own_brand(world, client):
    other = make_brand()
    client.force_login(get_owner(other))
    for name, url in list_pages(world).items():
        foreign = url.replace(f"/b/{world.brand.slug}/", f"/b/{other.slug}/")
        expected = 200 if foreign.count("_") == 0 else 404
        assert client.get(foreign).status_code == expected, name


def test_a_visitor_logs_in_first(world, client):
    for url in list_pages(world).values():
        assert client.get(url).status_code == 302
