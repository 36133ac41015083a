"""Programs side by side, and programs that have as many creators as their brand wants."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from affiliates.models import Application, Enrollment
from affiliates.services.accepting import Consent, accept_invitation
from affiliates.services.applications import approve_application
from affiliates.services.errors import ProgramFull
from brands.domain.rules import Conditions
from brands.models import ProgramStatus
from brands.selectors import find_latest_terms
from brands.services.programs import set_program_status, update_program
from brands.services.rules import RuleDraft
from core.clock import database_now
from portal.compare import compare_offers, list_compared
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_brand,
    make_draft_program,
    make_enrollment,
    make_invitation,
    make_program,
    make_sandbox,
    make_user,
    percent_rule,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


def limit(program, count: int | None):
    by = {"actor_id": get_owner(program.brand).pk, "now": NOW}
    update_program(program_id=program.pk, **by, max_creators=count)
    program.refresh_from_db()


def told(*programs) -> dict[str, list[list[str]]]:
    facts = compare_offers(list_compared([one.public_id for one in programs], now=NOW))
    return {
        fact.label: [[plain(line) for line in lines] for _, lines in fact.cells] for fact in facts
    }


def compare_url(*ids: str) -> str:
    return f"{reverse('portal:compare')}?{'&'.join(f'program={one}' for one in ids)}"


def test_each_program_says_what_it_pays_when_and_how_it_credits():
    abroad = RuleDraft(
        name="North",
        kind="percent",
        rate_bps=500,
        conditions=Conditions(countries=("NO", "SE")),
    )
    one, other = make_program(), make_program(drafts=[abroad], currency="JPY")
    limit(other, 1)
    make_enrollment(other)

    facts = told(other, one)

    assert facts["Pays"] == [
        ["Earn a commission on orders you send"],
        ["Earn 10 % on every order"],
    ]
    assert facts["Countries"] == [["Orders from NO, SE"], ["Orders from every country"]]
    assert facts["Currency"] == [["JPY"], ["EUR"]]
    assert facts["Joining"] == [
        ["Full: nobody can join now"],
        ["The brand decides on each application"],
    ]
    assert facts["Clicks"][0] == ["A click counts for 30 days"]
    assert facts["Time to an answer"][1] == ["Too few answers to say"]
    assert "Of several clicks the last one decides." in facts["Who gets the credit"][1]


def test_the_directory_leads_to_a_page_whose_address_names_the_programs(client: Client):
    one, other = make_program(), make_program()
    assert f'value="{one.public_id}"' in plain(client.get(reverse("portal:directory")))

    page = plain(client.get(compare_url(one.public_id, other.public_id, one.public_id)))

    assert page.count('<th scope="col">') == 2
    assert "left out" not in page


def test_at_most_four_are_compared_and_it_says_so(client: Client):
    brand = make_brand()
    ids = [make_program(brand).public_id for _ in range(5)]

    page = plain(client.get(compare_url(*ids)))

    assert page.count('<th scope="col">') == 4
    assert "Only the first 4 are shown" in page


def test_what_has_no_page_for_anyone_is_not_compared(client: Client):
    live = make_program()
    hidden = [
        make_draft_program().public_id,
        make_program(make_sandbox(live.brand)).public_id,
        "prg_unknown",
    ]

    page = plain(client.get(compare_url(live.public_id, *hidden)))

    assert page.count('<th scope="col">') == 1
    assert "is left out" in page
    empty = client.get(compare_url("\0", "../x", "prg_" + "a" * 500))
    assert empty.status_code == 200
    assert "No program to compare yet" in plain(empty)


def test_a_paused_program_says_that_it_takes_nobody(client: Client):
    program = make_program()
    set_program_status(
        program_id=program.pk,
        status=ProgramStatus.PAUSED,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )

    assert told(program)["Joining"] == [["Not taking new creators now"]]


def test_a_full_program_says_so_and_takes_no_application(client: Client):
    program = make_program(drafts=[percent_rule(1000)])
    limit(program, 1)
    make_enrollment(program)
    client.force_login(make_user())
    home = reverse("portal:program", args=[program.brand.slug, program.slug])

    answer = client.post(
        f"{home}join/", {"publishes_at": "my.example", "accept": "on"}, follow=True
    )

    assert "as many creators as the brand wants" in plain(answer)
    assert "Full" in plain(client.get(reverse("portal:directory")))
    assert not Application.objects.filter(status="submitted").exists()


def test_a_full_program_takes_in_nobody_by_approval_or_invitation():
    program = make_program()
    waiting, ben = make_application(program), make_user()
    invitation = make_invitation(program, now=database_now())
    make_enrollment(program)
    limit(program, 1)
    by = {"actor_id": get_owner(program.brand).pk, "now": NOW + timedelta(hours=1)}

    with pytest.raises(ProgramFull):
        approve_application(application_id=waiting.pk, group_id=None, **by)
    with pytest.raises(ProgramFull):
        consent = Consent(ben.pk, find_latest_terms(program).pk)
        accept_invitation(invitation_id=invitation.pk, consent=consent, now=database_now())
    limit(program, 2)
    approve_application(application_id=waiting.pk, group_id=None, **by)

    assert Enrollment.objects.filter(program=program).count() == 2


def test_a_brand_sets_the_limit_and_is_told_that_nobody_leaves(client: Client):
    program = make_program()
    client.force_login(get_owner(program.brand))
    url = f"/b/{program.brand.slug}/program/settings/identity/?program={program.public_id}"
    data = {"name": program.name, "is_listed": "on", "max_creators": "20"}

    asked = plain(client.post(url, data))
    client.post(url, {**data, "confirm": "1"})

    assert "Who is in stays, also above the limit." in asked
    program.refresh_from_db()
    assert program.max_creators == 20
    assert client.post(url, {**data, "max_creators": "0"}).status_code == 422
