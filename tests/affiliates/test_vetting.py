"""Tags and notes: the team's own, found again, never shown to the creator."""

import pytest
from django.urls import reverse

from affiliates.domain.segments import Segment
from affiliates.models import Note
from affiliates.selectors import list_creators, list_tags, search_creators
from affiliates.selectors_resources import list_recipients
from affiliates.services.vetting import MAX_TAGS, TooManyTags, add_tag, remove_tag
from core.models import AuditEvent
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_announcement,
    make_application,
    make_enrollment,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def anna(program):
    return make_enrollment(program, user=make_user(name="Anna")).affiliation


def tag(affiliation, word):
    owner = get_owner(affiliation.brand)
    return add_tag(affiliation_id=affiliation.pk, tag=word, actor_id=owner.pk, now=NOW)


def find(brand, word):
    found = search_creators(list_creators(brand), text="", state="", program_id="", tag=word)
    return [str(one) for one in found]


def test_a_tag_is_one_word_whatever_its_case_and_finds_its_creators(program, anna):
    make_enrollment(program, user=make_user(name="Ben"))

    tag(anna, " Coffee  Week ")
    tag(anna, "coffee week")

    assert list_tags(anna.brand) == ["coffee week"]
    assert find(anna.brand, "coffee week") == ["Anna"]
    assert AuditEvent.objects.filter(action="affiliation.tagged").count() == 1
    owner = get_owner(anna.brand)
    remove_tag(affiliation_id=anna.pk, tag="coffee week", actor_id=owner.pk, now=NOW)
    assert list_tags(anna.brand) == []


def test_a_creator_has_at_most_twenty_tags(anna):
    for number in range(MAX_TAGS):
        tag(anna, f"tag {number}")

    with pytest.raises(TooManyTags):
        tag(anna, "one more")


def test_news_may_be_for_those_with_a_tag_only(program, anna):
    make_enrollment(program, user=make_user(name="Ben"))
    tag(anna, "coffee")

    news = make_announcement(anna.brand, audience=Segment(tags=("coffee", "tea")))

    assert [str(one) for one in list_recipients(news, now=NOW)] == ["Anna"]


def test_a_note_on_an_application_is_kept_with_the_person_and_hidden_from_him(client, program):
    user = make_user(name="Anna")
    application = make_application(program, user)
    slug, owner = program.brand.slug, get_owner(program.brand)
    client.force_login(owner)
    url = reverse("affiliates:application-note", args=[slug, application.public_id])

    client.post(url, {"text": "Met at the fair. <b>Kind</b>."})
    long = client.post(url, {"text": "long " * 500})

    assert long.status_code == 422
    assert "long long" in long.content.decode()
    assert Note.objects.get().written_by == owner
    queue = client.get(reverse("affiliates:application-list", args=[slug])).content.decode()
    assert "Met at the fair. &lt;b&gt;Kind&lt;/b&gt;." in queue
    approve = reverse("affiliates:application-approve", args=[slug, application.public_id])
    client.post(approve, {"group": program.groups.get().public_id})
    affiliation = program.enrollments.get().affiliation
    page = reverse("affiliates:creator-detail", args=[slug, affiliation.public_id]) + "?tab=notes"
    assert "Met at the fair" in client.get(page).content.decode()
    client.force_login(user)
    for mine in ("portal:creator-home", "affiliates:program-list"):
        assert "Met at the fair" not in client.get(reverse(mine)).content.decode()


def test_a_member_tags_and_untags_on_the_creators_page(client, anna):
    client.force_login(get_owner(anna.brand))
    url = reverse("affiliates:creator-tag", args=[anna.brand.slug, anna.public_id])
    page = (
        reverse("affiliates:creator-detail", args=[anna.brand.slug, anna.public_id]) + "?tab=notes"
    )

    client.post(url, {"tag": "Coffee"})
    assert "?tag=coffee" in client.get(page).content.decode()

    client.post(url, {"remove": "coffee"})
    long = client.post(url, {"tag": "kept " * 12})
    assert long.status_code == 422
    assert "kept kept" in long.content.decode()
    assert client.post(url, {"tag": "\0"}).status_code == 422
    anna.refresh_from_db()
    assert anna.tags == []
    client.force_login(get_creator(anna.enrollments.get()))
    assert client.post(url, {"tag": "mine"}).status_code == 404
