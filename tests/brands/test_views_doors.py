"""Every configuration page: owner, a member without the right, a stranger, nobody."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from brands.models import Role
from tests.brands.pages import World, make_world, sign_in, sign_in_as, text_of
from tests.makers import (
    make_connection,
    make_draft_program,
    make_group,
    make_member,
    make_rules,
    make_user,
    percent_rule,
)

READ = ["setup/", "programs/", "program/", "program/rules/", "program/terms/", "program/groups/"]
READ += ["program/stores/", "program/payouts/", "team/", "sandbox/"]
STORE = ["program/stores/{store}/", "program/stores/{store}/settings/"]
MANAGE = ["programs/new/", "program/settings/identity/", "program/settings/tracking/"]
MANAGE += ["program/settings/hold/", "program/settings/base/", "program/status/live/"]
MANAGE += ["program/rules/new/", "program/rules/1/", "program/rules/publish/", "setup/rules/"]
MANAGE += ["program/groups/new/", "program/groups/{group}/", "program/stores/new/"]
MANAGE += ["program/stores/{store}/switch/"]
MONEY = ["program/payouts/policy/", "program/payouts/rails/csv/", "program/payouts/rails/stripe/"]
TEAM = ["team/invite/", "team/{member}/", "team/{member}/remove/"]
POSTS = ["program/rules/change/", "sandbox/change/"]

pytestmark = pytest.mark.django_db


def fill(world: World, path: str) -> str:
    names = {}
    if "{store}" in path:
        names["store"] = make_connection(world.brand).public_id
    if "{group}" in path:
        names["group"] = make_group(world.program).public_id
    if "{member}" in path:
        names["member"] = make_member(world.brand).pk
    return world.url(path.format(**names))


@pytest.mark.parametrize("path", READ + STORE + MANAGE + MONEY + TEAM)
def test_an_owner_opens_every_page(path: str):
    world = make_world(has_rules=path != "setup/rules/")

    response = sign_in_as(world.brand).get(fill(world, path))

    assert response.status_code == 200


@pytest.mark.parametrize("path", READ + STORE)
def test_an_analyst_reads(path: str):
    world = make_world()

    assert sign_in_as(world.brand, Role.ANALYST).get(fill(world, path)).status_code == 200


@pytest.mark.parametrize("path", [*READ[1:], STORE[1]])
def test_an_action_outside_the_role_names_the_role_it_needs(path: str):
    world = make_world()

    html = text_of(sign_in_as(world.brand, Role.ANALYST).get(fill(world, path)))

    assert "Needs the" in html


@pytest.mark.parametrize(
    ("path", "role"),
    [(path, Role.FINANCE) for path in MANAGE]
    + [(path, Role.MANAGER) for path in MONEY + TEAM]
    + [(path, Role.ANALYST) for path in MANAGE + MONEY + TEAM],
)
def test_a_member_without_the_right_is_refused(path: str, role: str):
    world = make_world()
    client, url = sign_in_as(world.brand, role), fill(world, path)

    assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403


@pytest.mark.parametrize("path", READ + STORE + MANAGE + MONEY + TEAM)
def test_a_stranger_finds_nothing(path: str):
    world = make_world()
    client, url = sign_in(make_user()), fill(world, path)

    assert client.get(url).status_code == 404
    assert client.get(url.replace(world.brand.slug, "no-such-brand")).status_code == 404


@pytest.mark.parametrize("path", READ + STORE + MANAGE + MONEY + TEAM)
def test_nobody_logs_in_first(path: str, client: Client):
    world = make_world()

    response = client.get(fill(world, path))

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", POSTS)
def test_what_changes_is_only_posted(path: str):
    world = make_world()

    assert sign_in_as(world.brand).get(world.url(path)).status_code == 405
    assert sign_in_as(world.brand, Role.ANALYST).post(world.url(path)).status_code == 403
    assert sign_in(make_user()).post(world.url(path)).status_code == 404


@pytest.mark.parametrize("path", ["program/", "program/rules/", "program/groups/new/"])
def test_a_program_of_another_brand_is_not_found(path: str):
    world, other = make_world(), make_world()

    response = sign_in_as(world.brand).get(
        f"{world.base}/{path}", {"program": other.program.public_id}
    )

    assert response.status_code == 404


@pytest.mark.parametrize("path", [*STORE, "program/stores/{store}/switch/"])
def test_a_store_of_another_brand_is_not_found(path: str):
    world, other = make_world(), make_world()
    store = make_connection(other.brand).public_id

    assert sign_in_as(world.brand).get(world.url(path.format(store=store))).status_code == 404


def test_a_group_and_a_member_of_another_brand_are_not_found():
    world, other = make_world(), make_world()
    group, member = make_group(other.program), make_member(other.brand)
    client = sign_in_as(world.brand)

    assert client.get(world.url(f"program/groups/{group.public_id}/")).status_code == 404
    assert client.get(world.url(f"team/{member.pk}/")).status_code == 404
    assert client.post(world.url(f"team/{member.pk}/remove/")).status_code == 404


@pytest.mark.parametrize("path", READ)
def test_a_page_asks_as_much_for_many_rows_as_for_one(path: str):
    world = make_world()
    add_rows(world)
    client = sign_in_as(world.brand)
    client.get(world.url(path))
    with CaptureQueriesContext(connection) as few:
        client.get(world.url(path))
    for _ in range(3):
        add_rows(world)

    with CaptureQueriesContext(connection) as many:
        client.get(world.url(path))

    assert len(many) == len(few)


def add_rows(world: World) -> None:
    make_group(world.program)
    make_connection(world.brand)
    make_member(world.brand)
    make_rules(world.program, [percent_rule(), percent_rule(500, name="Rest")])
    make_draft_program(world.brand)
