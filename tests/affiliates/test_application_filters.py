"""The lists of applications and invitations, narrowed: what is found, what nothing says."""

from datetime import timedelta

import pytest
from django.urls import reverse

from affiliates.selectors_applications import pick_applications
from affiliates.selectors_invitations import pick_invitations
from affiliates.services.applications import reject_application
from affiliates.services.ticking import tick_point
from tests.makers import (
    NOW,
    Applying,
    get_owner,
    make_application,
    make_invitation,
    make_program,
    make_user,
    make_vetting_point,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


def find(brand, **asked):
    return [str(row.affiliate) for row in pick_applications(brand, asked)]


def test_applications_are_found_by_person_site_program_and_checklist(program):
    other = make_program(program.brand)
    point = make_vetting_point(program)
    ann = make_application(
        program, make_user("ann@mail.example", name="Ann"), Applying(publishes_at="https://tea.tv")
    )
    make_application(program, make_user("ben@mail.example", name="Ben"))
    make_application(other, make_user("cem@mail.example", name="Cem"))
    make_application(make_program(), make_user(name="Ann of another brand"))
    owner = get_owner(program.brand).pk
    tick_point(application_id=ann.pk, point_id=point.pk, actor_id=owner, now=NOW)

    brand = program.brand
    assert find(brand) == ["Ann", "Ben", "Cem"]
    assert find(brand, q="TEA.tv") == find(brand, q="ann@") == find(brand, q="Ann") == ["Ann"]
    assert find(brand, q=ann.public_id) == ["Ann"]
    assert find(brand, program=other.public_id) == ["Cem"]
    assert find(brand, checks="open") == ["Ben"]
    assert find(brand, checks="done") == ["Ann", "Cem"]  # nothing is checked in the other program
    assert find(brand, checks="\0", q="\0", program="x") == []
    assert find(brand, q="%") == []


def test_invitations_are_found_by_person_state_and_program(program):
    other = make_program(program.brand)
    make_invitation(program, "ann@mail.example")
    late = make_invitation(other, "ben@mail.example")
    later = NOW + timedelta(days=400)
    type(late).objects.filter(pk=late.pk).update(expires_at=NOW + timedelta(days=1), name="Ben")

    def found(**asked):
        rows = pick_invitations(program.brand, asked, now=later)
        return [row.email for row in rows.filter(email__gt="")]

    assert found(q="ann") == ["ann@mail.example"]
    assert found(q="Ben") == found(q=late.public_id) == ["ben@mail.example"]
    assert "ben@mail.example" in found(state="expired")
    assert found(program=other.public_id) == ["ben@mail.example"]
    assert found(q="nobody") == []
    assert len(found(state="no such state")) == 2


def test_who_applies_again_is_shown_with_what_was_refused_before(client, program):
    ann = make_user(name="Ann")
    first = make_application(program, ann)
    owner = get_owner(program.brand)
    refused = {"application_id": first.pk, "reason": "content", "note": "Too few posts"}
    reject_application(**refused, actor_id=owner.pk, now=NOW)
    other = make_application(make_program(), ann)
    reject_application(
        application_id=other.pk,
        reason="other",
        note="Of another brand",
        actor_id=get_owner(other.brand).pk,
        now=NOW,
    )
    again = make_application(program, ann)
    client.force_login(owner)

    queue = client.get(reverse("affiliates:application-list", args=[program.brand.slug]))

    assert "Refused here before" in plain(queue)
    assert "Too few posts" in plain(queue)
    assert "Of another brand" not in plain(queue)
    found = client.get(reverse("portal:search", args=[program.brand.slug]), {"q": "Ann"})
    assert again.public_id in found.content.decode()


@pytest.mark.parametrize("name", ["application-list", "invitation-list"])
def test_filters_that_leave_nothing_say_so_and_can_be_cleared(client, program, name):
    make_application(program, make_user(name="Ann"))
    make_invitation(program, "ann@mail.example")
    client.force_login(get_owner(program.brand))
    url = reverse(f"affiliates:{name}", args=[program.brand.slug])

    page = plain(client.get(url, {"q": "nobody"}))
    assert "Nothing fits these filters" in page
    assert "Clear filters" in page
    assert 'value="nobody"' in page
    assert "Nothing fits" not in plain(client.get(url, {"q": "ann"}))
