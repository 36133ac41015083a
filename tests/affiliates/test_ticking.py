"""The checklist on an application: ticked by members, kept in its words, never in the way."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from affiliates.models import Tick
from affiliates.selectors_vetting import find_checklists
from affiliates.services.applications import AlreadyDecided, reject_application
from affiliates.services.ticking import tick_point, untick_point
from brands.models import Role
from brands.services.vetting import rename_point, retire_point
from core.models import AuditEvent
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_member,
    make_program,
    make_user,
    make_vetting_point,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def application(program):
    return make_application(program, make_user(name="Anna"))


@pytest.fixture
def points(program):
    return [make_vetting_point(program, words) for words in ("Live", "Fits", "No ads")]


@pytest.fixture
def team(client, program):
    client.force_login(get_owner(program.brand))
    return client


def by(program):
    return {"actor_id": get_owner(program.brand).pk, "now": NOW}


def tick(application, point):
    return tick_point(application_id=application.pk, point_id=point.pk, **by(application.program))


def read(application):
    checklist = find_checklists([application])[application.pk]
    return {check.words: check.tick is not None for check in checklist.checks}


def check_url(application, point):
    args = [application.brand.slug, application.public_id, point.public_id]
    return reverse("affiliates:application-check", args=args)


def queue(program, **query):
    return reverse("affiliates:application-list", args=[program.brand.slug], query=query)


def test_a_tick_keeps_who_when_and_its_words_whatever_becomes_of_the_point(application, points):
    live, _fits, no_ads = points
    first = tick(application, live)
    assert tick(application, live) == first
    tick(application, no_ads)

    rename_point(point_id=live.pk, words="Site and shop are live", **by(application.program))
    retire_point(point_id=no_ads.pk, **by(application.program))

    checklist = find_checklists([application])[application.pk]
    assert read(application) == {"Live": True, "Fits": False, "No ads": True}
    assert (checklist.done, checklist.total, checklist.missing) == (1, 2, ["Fits"])
    untick_point(application_id=application.pk, point_id=live.pk, **by(application.program))
    untick_point(application_id=application.pk, point_id=live.pk, **by(application.program))
    assert list(read(application)) == ["Site and shop are live", "Fits", "No ads"]
    told = AuditEvent.objects.filter(target_id=application.public_id).order_by("pk")
    assert [(event.action.partition(".")[2], event.after.get("vetting_point")) for event in told][
        1:
    ] == [("checked", "Live"), ("checked", "No ads"), ("unchecked", "Live")]


def test_a_member_ticks_in_the_queue_without_or_with_a_script(team, application, points):
    assert "0 of 3 checked" in plain(team.get(queue(application.program)))

    done = team.post(check_url(application, points[0]), {"to": "on"}, follow=True)
    assert "1 of 3 checked" in plain(done)
    assert "2 points are not checked. You can approve all the same" in plain(done)

    part = team.post(check_url(application, points[1]), {"to": "on"}, HTTP_HX_REQUEST="true")
    assert "2 of 3 checked" in plain(part)
    assert "<html" not in part.content.decode()
    team.post(check_url(application, points[0]), {"to": "off"})
    assert read(application) == {"Live": False, "Fits": True, "No ads": False}


def test_approving_with_points_unchecked_is_allowed_and_on_record(team, application, points):
    tick(application, points[0])
    group = {"group": application.program.groups.get().public_id}
    approve = "affiliates:application-approve"
    team.post(reverse(approve, args=[application.brand.slug, application.public_id]), group)

    approved = AuditEvent.objects.get(action="application.approved")
    assert approved.after["unchecked"] == ["Fits", "No ads"]
    with pytest.raises(AlreadyDecided):
        tick(application, points[1])
    late = team.post(check_url(application, points[1]), {"to": "on"}, HTTP_HX_REQUEST="true")
    assert "Fits" not in plain(late)
    creator = application.program.enrollments.get().affiliation
    page = reverse("affiliates:creator-detail", args=[application.brand.slug, creator.public_id])
    assert "Not checked" in plain(team.get(page, {"tab": "history"}))


def test_a_refused_application_shows_what_was_checked_before(team, application, points):
    tick(application, points[0])
    refused = {"application_id": application.pk, "reason": "full", "note": ""}
    reject_application(**refused, **by(application.program))

    page = plain(team.get(queue(application.program, tab="rejected")))

    assert "Live" in page
    assert "Fits" not in page
    assert "checklist/" not in page


def test_only_who_may_manage_ticks_and_only_points_of_the_program(client, application, points):
    other = make_vetting_point(make_program(application.brand), "Elsewhere")
    foreign = make_vetting_point(make_program(), "Abroad")
    client.force_login(make_member(application.brand, Role.ANALYST).user)
    assert client.post(check_url(application, points[0])).status_code == 403
    page = client.get(queue(application.program)).content.decode()
    assert "0 of 3 checked" in plain(page)
    assert 'role="checkbox"' not in page

    client.force_login(get_owner(application.brand))
    for wrong in (other, foreign):
        assert client.post(check_url(application, wrong)).status_code == 404
    retire_point(point_id=points[0].pk, **by(application.program))
    assert client.post(check_url(application, points[0])).status_code == 404
    assert not Tick.objects.exists()


def test_a_longer_queue_asks_the_database_no_more(team, application, points):
    tick(application, points[0])
    with CaptureQueriesContext(connection) as few:
        team.get(queue(application.program))
    for _ in range(3):
        tick(make_application(application.program), points[0])
    with CaptureQueriesContext(connection) as many:
        page = team.get(queue(application.program))

    assert plain(page).count("1 of 3 checked") == 4
    assert len(many) <= len(few)
