"""Pages for anyone: landing, directory, program, terms, and where a person is sent."""

import pytest
from django.test import Client

from affiliates.services.membership import suspend_affiliation
from brands.models import ProgramStatus
from brands.services.programs import set_program_status, update_program
from portal.selectors import join_link
from tests.makers import (
    NOW,
    flat_rule,
    get_creator,
    get_owner,
    gift_card_rule,
    make_application,
    make_brand,
    make_draft_program,
    make_enrollment,
    make_member,
    make_program,
    make_sandbox,
    make_user,
    percent_rule,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


def address(program, rest: str = "") -> str:
    return f"/p/{program.brand.slug}/{program.slug}/{rest}"


def set_status(program, status):
    set_program_status(
        program_id=program.pk, status=status, actor_id=get_owner(program.brand).pk, now=NOW
    )


def test_the_landing_page_lists_open_programs_and_the_ways_in(client: Client):
    program = make_program()

    page = plain(client.get("/"))

    assert program.name in page
    assert "Earn 10 % on every order" in page
    assert "Log in" in page and "Sign up" in page


def test_an_empty_installation_says_what_will_be_there(client: Client):
    assert "Programs will be listed here" in plain(client.get("/programs/"))


def test_drafts_sandboxes_and_closed_programs_are_not_listed(client: Client):
    draft, closed = make_draft_program(), make_program()
    set_status(closed, ProgramStatus.CLOSED)
    hidden = make_program(make_sandbox(make_brand()))

    page = plain(client.get("/programs/"))

    for program in (draft, closed, hidden):
        assert program.name not in page


def test_the_directory_asks_the_same_number_of_questions_for_any_number_of_programs(
    client: Client, django_assert_num_queries
):
    make_program()
    with django_assert_num_queries(8):
        client.get("/programs/")
    for _ in range(3):
        make_program(drafts=[gift_card_rule(), percent_rule()])
    with django_assert_num_queries(8):
        client.get("/programs/")


def test_the_directory_goes_on_by_a_cursor(client: Client, monkeypatch):
    brand = make_brand()
    names = [make_program(brand).name for _ in range(51)]

    first = client.get("/programs/")
    second = client.get(first.context["next_url"].replace("?", "/programs/?"))

    assert names[0] not in plain(first)
    assert names[0] in plain(second) and names[-1] not in plain(second)


def test_a_program_page_tells_the_offer_from_the_live_rules(client: Client):
    program = make_program(drafts=[gift_card_rule(), percent_rule(1250)])

    page = plain(client.get(address(program)))

    assert "Earn 12.5 % on every order" in page
    assert "An order of 120.00 EUR pays 15.00 EUR." in page
    assert "Gift cards pay nothing" in page
    assert "A click counts for 30 days" in page
    assert "Paid monthly on day 5, from 50.00 EUR" in page
    assert "Bank transfer" in page
    assert address(program, "terms/1/") in page
    assert address(program, "join/") in page


def test_a_flat_rule_is_told_in_its_own_currency(client: Client):
    program = make_program(drafts=[flat_rule({"JPY": 500})], currency="JPY")

    page = plain(client.get(address(program)))

    assert "Earn 500 JPY for every order" in page
    assert "An order of 12,000 JPY pays 500 JPY." in page


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ProgramStatus.PAUSED, "Not taking new creators now. Existing links keep earning."),
        (ProgramStatus.CLOSED, "Clicks no longer earn; earned commissions are paid."),
    ],
)
def test_a_program_that_is_not_live_says_so_and_has_no_join_button(client, status, said):
    program = make_program()
    set_status(program, status)

    page = plain(client.get(address(program)))

    assert said in page
    assert address(program, "join/") not in page
    assert client.get(address(program, "join/")).status_code == 303


def test_a_draft_is_seen_by_its_team_alone(client: Client):
    program = make_draft_program()
    assert client.get(address(program)).status_code == 404
    client.force_login(make_user())
    assert client.get(address(program)).status_code == 404

    client.force_login(get_owner(program.brand))

    assert "only your team sees this page" in plain(client.get(address(program)))


def test_a_sandbox_program_opens_to_its_team_its_creators_and_its_join_address(client: Client):
    sandbox = make_sandbox(make_brand())
    program = make_program(sandbox)
    stranger = make_user()
    client.force_login(stranger)
    assert client.get(address(program)).status_code == 404
    assert client.get(address(program) + "?key=wrong").status_code == 404

    link = join_link(program).partition("localhost:8000")[2] or join_link(program)
    key = link.partition("?")[2]

    page = client.get(f"{address(program)}?{key}")
    assert "Sandbox." in plain(page)
    assert f"join/?{key}" in page.content.decode()
    client.force_login(make_member(sandbox).user)
    assert client.get(address(program)).status_code == 200


def test_the_key_of_one_program_opens_no_other(client: Client):
    sandbox = make_sandbox(make_brand())
    one, other = make_program(sandbox), make_program(sandbox)
    key = join_link(one).partition("?")[2]

    assert client.get(f"{address(other)}?{key}").status_code == 404


def test_a_person_reads_where_he_stands(client: Client):
    program = make_program()
    applicant = make_user()
    make_application(program, applicant)
    client.force_login(applicant)
    assert "Your application is with" in plain(client.get(address(program)))

    place = make_enrollment(program)
    client.force_login(get_creator(place))
    assert "You are in this program" in plain(client.get(address(program)))

    suspend_affiliation(
        affiliation_id=place.affiliation_id,
        reason="No disclosure",
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
    assert client.get(address(program, "join/")).status_code == 303


def test_terms_say_what_runs_and_what_changed(client: Client):
    program = make_program()
    update_program(
        program_id=program.pk, actor_id=get_owner(program.brand).pk, now=NOW, window_days=45
    )

    first, second = (plain(client.get(address(program, f"terms/{n}/"))) for n in (1, 2))

    assert "A click counts for 30 days." in first
    assert "This is an earlier version." in first
    assert "What changed since version 1" in second
    assert "A click counts for 45 days." in second
    assert "A click counts for 30 days." in second  # among what no longer applies


@pytest.mark.parametrize("rest", ["terms/2/", "terms/0/", "terms/99999999999/"])
def test_a_version_that_never_was_is_not_there(client: Client, rest):
    assert client.get(address(make_program(), rest)).status_code == 404


@pytest.mark.parametrize("path", ["/p/none/none/", "/p/none/none/join/", "/p/none/none/terms/1/"])
def test_an_unknown_program_is_not_there(client: Client, path):
    assert client.get(path).status_code == 404


def test_everyone_is_sent_to_where_his_work_is(client: Client):
    assert client.get("/home/").status_code == 302
    client.force_login(make_user())
    assert client.get("/home/").url == "/programs/"

    brand = make_brand()
    client.force_login(get_owner(brand))
    assert client.get("/home/").url == f"/b/{brand.slug}/"

    place = make_enrollment(make_program(brand))
    client.force_login(get_creator(place))
    assert client.get("/home/").url == "/me/"


def test_who_is_both_chooses(client: Client):
    brand = make_brand()
    make_enrollment(make_program(), user=get_owner(brand))
    client.force_login(get_owner(brand))

    page = client.get("/home/")

    assert page.status_code == 200
    assert f"/b/{brand.slug}/" in page.content.decode() and "/me/" in page.content.decode()
