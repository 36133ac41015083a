"""The checklist of a program: worded, ordered and shortened by its team; ticks keep their words."""

import pytest
from django.db import IntegrityError, transaction

from brands.models import Role, VettingPoint
from brands.selectors import list_vetting_points
from brands.services.vetting import (
    MAX_POINTS,
    AlreadyOnList,
    TooManyPoints,
    move_point,
    rename_point,
    retire_point,
)
from core.models import AuditEvent
from tests.brands.pages import sign_in_as
from tests.makers import NOW, get_owner, make_program, make_vetting_point
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


def by(program):
    return {"actor_id": get_owner(program.brand).pk, "now": NOW}


def words_of(program):
    return [point.words for point in list_vetting_points(program)]


def url(program, tail=""):
    return f"/b/{program.brand.slug}/program/{tail}?program={program.public_id}"


def test_points_stand_in_the_order_a_brand_gives_them_and_each_change_is_on_record(program):
    first, second, third = (make_vetting_point(program, words) for words in ("One", "Two", "Three"))

    move_point(point_id=third.pk, step=-2, **by(program))
    move_point(point_id=third.pk, step=-1, **by(program))
    rename_point(point_id=first.pk, words="First", **by(program))
    retire_point(point_id=second.pk, **by(program))
    retire_point(point_id=second.pk, **by(program))

    assert words_of(program) == ["Three", "First"]
    told = AuditEvent.objects.filter(target_type="brands.vettingpoint").order_by("pk")
    assert [event.action.partition(".")[2] for event in told] == [
        *["added"] * 3,
        "moved",
        "renamed",
        "retired",
    ]
    assert (told[4].before, told[4].after) == ({"words": "One"}, {"words": "First"})


def test_a_list_has_each_point_once_and_no_more_than_people_go_through(program):
    point, *_others = [make_vetting_point(program, f"Point {n}") for n in range(MAX_POINTS)]

    with pytest.raises(TooManyPoints):
        make_vetting_point(program, "One more")
    retire_point(point_id=point.pk, **by(program))
    with pytest.raises(AlreadyOnList):
        make_vetting_point(program, "POINT 3")
    with pytest.raises(AlreadyOnList):
        rename_point(point_id=list_vetting_points(program)[0].pk, words="point 3", **by(program))
    with pytest.raises(IntegrityError), transaction.atomic():
        VettingPoint.objects.filter(words="Point 1").update(words="point 2")
    make_vetting_point(program, point.words)  # one that was taken off may come again

    assert len(words_of(program)) == MAX_POINTS


def test_a_manager_begins_with_what_is_suggested_and_goes_on_in_own_words(program):
    client = sign_in_as(program.brand, Role.MANAGER)
    page = plain(client.get(url(program, "questions/")))
    assert "Many teams begin with these" in page
    assert "No paid search on our name" in page

    client.post(url(program, "checklist/new/"), {"words": "No paid search on our name"})
    again = client.post(url(program, "checklist/new/"), {"words": " no  paid search on our name "})
    assert again.status_code == 422
    assert "has this point already" in plain(again)
    assert "no  paid search" in plain(again)
    (point,) = list_vetting_points(program)
    client.post(url(program, f"checklist/{point.public_id}/"), {"words": "No ads on our name"})
    client.post(url(program, "checklist/new/"), {"words": "Live"})
    client.post(url(program, f"checklist/{point.public_id}/move/"), {"to": "later"})

    assert words_of(program) == ["Live", "No ads on our name"]
    client.post(url(program, f"checklist/{point.public_id}/retire/"))
    assert words_of(program) == ["Live"]
    assert client.get(url(program, f"checklist/{point.public_id}/")).status_code == 404


def test_who_may_only_read_sees_the_list_and_why_nothing_changes(program):
    point = make_vetting_point(program)
    client = sign_in_as(program.brand, Role.ANALYST)

    page = client.get(url(program, "questions/"))
    assert "The site is live" in plain(page)
    assert "Needs the manager role" in plain(page)
    for tail in ("checklist/new/", f"checklist/{point.public_id}/retire/"):
        assert client.post(url(program, tail), {"words": "More"}).status_code == 403
    assert words_of(program) == ["The site is live"]
    stranger = sign_in_as(make_program().brand)
    assert stranger.post(url(program, f"checklist/{point.public_id}/retire/")).status_code == 404
