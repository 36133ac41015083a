"""A creator's programs: his places, his applications, terms to accept."""

import pytest
from django.test import Client

from affiliates.services.applications import reject_application
from affiliates.services.membership import suspend_affiliation
from brands.services.programs import update_program
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_application,
    make_enrollment,
    make_program,
    make_user,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_enrollment(make_program())


def change(program):
    update_program(
        program_id=program.pk, actor_id=get_owner(program.brand).pk, now=NOW, window_days=45
    )


def test_places_and_applications_stand_with_what_happens_next(client: Client, place):
    user = get_creator(place)
    waiting, refused = make_program(), make_program()
    make_application(waiting, user)
    reject_application(
        application_id=make_application(refused, user).pk,
        reason="content",
        note="Coffee only",
        actor_id=get_owner(refused.brand).pk,
        now=NOW,
    )
    client.force_login(user)

    page = plain(client.get("/me/programs/"))

    assert place.program.name in page and waiting.name in page
    assert "the answer comes here and by e-mail" in page
    assert "Not approved" in page and "Coffee only" in page


def test_new_terms_wait_and_are_accepted_by_their_version(client: Client, place):
    change(place.program)
    client.force_login(get_creator(place))
    assert "Version 2 of the terms waits for you" in plain(client.get("/me/programs/"))

    response = client.post(f"/me/programs/{place.public_id}/accept/", {"version": "2"}, follow=True)

    assert "You accepted version 2 of the terms." in plain(response)
    assert "waits for you" not in plain(response)


@pytest.mark.parametrize("version", ["1", "3", "", "x", "9" * 30])
def test_only_the_newest_version_can_be_accepted(client: Client, place, version):
    change(place.program)
    client.force_login(get_creator(place))

    response = client.post(
        f"/me/programs/{place.public_id}/accept/", {"version": version}, follow=True
    )

    assert "published anew meanwhile" in plain(response)
    place.refresh_from_db()
    assert place.terms.version == 1


def test_nobody_accepts_for_another(client: Client, place):
    change(place.program)
    client.force_login(get_creator(make_enrollment()))

    assert client.post(f"/me/programs/{place.public_id}/accept/").status_code == 404
    client.logout()
    assert client.post(f"/me/programs/{place.public_id}/accept/").status_code == 302


def test_a_suspension_names_its_day_and_reason(client: Client, place):
    suspend_affiliation(
        affiliation_id=place.affiliation_id,
        reason="No disclosure.",
        actor_id=get_owner(place.brand).pk,
        now=NOW,
    )
    client.force_login(get_creator(place))

    page = plain(client.get("/me/programs/"))

    assert "No disclosure." in page and "is frozen, not lost" in page


def test_nothing_yet_teaches_what_will_be_here(client: Client):
    client.force_login(make_user())

    assert "Your programs will appear here" in plain(client.get("/me/programs/"))


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_programs(
    client: Client, place, django_assert_max_num_queries
):
    client.force_login(get_creator(place))
    for _ in range(4):
        make_enrollment(make_program(place.brand), user=get_creator(place))
    client.get("/me/programs/")
    with django_assert_max_num_queries(9):
        client.get("/me/programs/")
