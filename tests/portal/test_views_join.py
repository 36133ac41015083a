"""Joining a program: who may, what is asked, what is kept when something is wrong."""

import pytest
from django.test import Client

from affiliates.models import Affiliation, Application, Enrollment
from brands.services.programs import update_program
from portal.selectors import join_link
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_brand,
    make_enrollment,
    make_program,
    make_sandbox,
    make_user,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

SAID = {"name": "Anna", "publishes_at": "https://anna.example", "version": "1", "accept": "on"}


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def applicant(client: Client):
    user = make_user()
    client.force_login(user)
    return user


def address(program) -> str:
    return f"/p/{program.brand.slug}/{program.slug}/join/"


def change(program, **settings):
    update_program(program_id=program.pk, actor_id=get_owner(program.brand).pk, now=NOW, **settings)


def test_who_is_not_signed_in_is_sent_through_sign_up_and_back(client: Client, program):
    page = client.get(address(program))

    assert page.status_code == 200
    back = address(program).replace("/", "%2F")
    assert f"/accounts/signup/?next={back}" in page.content.decode()
    assert f"/accounts/login/?next={back}" in page.content.decode()
    assert client.post(address(program), SAID).status_code == 200
    assert not Application.objects.exists()


def test_the_terms_are_never_accepted_for_the_reader(client: Client, program, applicant):
    page = client.get(address(program)).content.decode()

    assert 'name="accept"' in page
    assert "checked" not in page.partition('name="accept"')[2].partition(">")[0]


def test_an_application_is_kept_and_told(client: Client, program, applicant):
    response = client.post(address(program), {**SAID, "message": "I love cups"})

    application = Application.objects.get()
    assert (response.status_code, response.url) == (303, address(program).replace("join/", ""))
    assert application.publishes_at == "https://anna.example"
    assert application.message == "I love cups"
    assert application.affiliate.display_name == "Anna"
    assert "Your application is with" in plain(client.get(response.url))


def test_a_program_that_approves_by_itself_leads_to_the_creators_home(client, program, applicant):
    change(program, is_auto_approving=True)

    response = client.post(address(program), SAID, follow=True)

    assert response.redirect_chain == [(f"/me/?brand={program.brand.slug}", 303)]
    page = plain(response)
    assert "You are in." in page
    assert "Your link and code are ready." in page


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("accept", "To join, accept the terms of the program."),
        ("publishes_at", "Where you publish"),
        ("name", "Your name"),
    ],
)
def test_what_is_missing_is_named_and_the_rest_kept(client, program, applicant, missing, said):
    data = {**SAID, "message": "I love cups"}
    del data[missing]

    response = client.post(address(program), data)

    assert response.status_code == 422
    page = plain(response)
    assert "Nothing was saved yet" in page and said in page and "I love cups" in page
    assert not Application.objects.exists()


def test_terms_published_meanwhile_are_shown_before_anything_is_sent(client, program, applicant):
    client.get(address(program))
    change(program, window_days=45)

    response = client.post(address(program), SAID)

    assert response.status_code == 422
    page = plain(response)
    assert "The terms were published anew." in page
    assert 'name="version" value="2"' in page
    assert "checked" not in page.partition('name="accept"')[2].partition(">")[0]
    assert not Application.objects.exists()
    assert client.post(address(program), {**SAID, "version": "2"}).status_code == 303


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99999999999999999999"])
def test_a_version_that_never_was_is_refused(client, program, applicant, version):
    response = client.post(address(program), {**SAID, "version": version})

    assert response.status_code == 422
    assert not Application.objects.exists()


def test_nobody_applies_twice_or_when_he_is_in(client: Client, program):
    waiting = make_user()
    make_application(program, waiting)
    client.force_login(waiting)
    assert client.get(address(program)).status_code == 303
    assert client.post(address(program), SAID).status_code == 303
    assert Application.objects.filter(affiliate__user=waiting).count() == 1

    place = make_enrollment(program)
    client.force_login(place.affiliation.affiliate.user)
    assert client.post(address(program), SAID).status_code == 303


def test_a_creator_is_not_asked_for_his_name_again(client: Client, program):
    user = make_user(name="Ben")
    make_enrollment(make_program(), user=user)
    client.force_login(user)

    assert 'name="name"' not in client.get(address(program)).content.decode()
    data = {key: value for key, value in SAID.items() if key != "name"}
    assert client.post(address(program), data).status_code == 303


def test_a_test_creator_joins_a_sandbox_by_its_address(client: Client, applicant):
    sandbox = make_sandbox(make_brand())
    program = make_program(sandbox)
    change(program, is_auto_approving=True)
    assert client.post(address(program), SAID).status_code == 404
    key = join_link(program).partition("?")[2]

    response = client.post(f"{address(program)}?{key}", SAID, follow=True)

    assert Enrollment.objects.get(program=program).affiliation.affiliate.user == applicant
    assert "Sandbox." in plain(response)


def test_a_member_joins_his_sandbox_without_a_key(client: Client):
    sandbox = make_sandbox(make_brand())
    program = make_program(sandbox)
    change(program, is_auto_approving=True)
    client.force_login(get_owner(sandbox))

    assert client.post(address(program), SAID).status_code == 303
    assert Affiliation.objects.filter(brand=sandbox).count() == 1


def test_a_real_program_needs_no_key_in_its_address():
    program = make_program()

    assert join_link(program).endswith(address(program))
