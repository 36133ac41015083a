import io

import pytest
from django.db import IntegrityError, transaction

from affiliates.models import Link, LinkSlug
from affiliates.selectors import find_link_by_slug, get_current_slug, list_links, short_url
from affiliates.services.codes import disable_code, rename_code
from affiliates.services.errors import AffiliationSuspended, ProgramClosed
from affiliates.services.links import (
    DestinationRefused,
    SlugInvalid,
    SlugTaken,
    TagsInvalid,
    archive_link,
    change_slug,
    edit_destination,
    edit_tags,
    restore_link,
)
from affiliates.services.membership import suspend_affiliation
from affiliates.wording import render_slug_taken
from brands.models import ProgramStatus
from brands.services.programs import set_program_status
from core.models import AuditEvent, OutboxEvent
from core.qr import make_qr_png, make_qr_svg
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_code,
    make_code_batch,
    make_enrollment,
    make_link,
)

pytestmark = pytest.mark.django_db


def rename(link, slug):
    return change_slug(
        link_id=link.pk, slug=slug, actor_id=get_creator(link.enrollment).pk, now=NOW
    )


def test_a_changed_slug_keeps_working_and_nobody_else_gets_it():
    anna, ben = make_link(slug="anna"), make_link(slug="ben")
    rename(anna, "anna-cups")
    with pytest.raises(SlugTaken) as caught:
        rename(ben, "anna")
    assert caught.value.code == "slug.retired"
    with pytest.raises(SlugTaken):
        make_link(slug="ANNA")
    assert find_link_by_slug("anna") == anna
    assert find_link_by_slug("Anna-Cups") == anna
    assert get_current_slug(anna) == "anna-cups"
    assert get_current_slug(ben) == "ben"


def test_a_slug_in_use_is_refused_whatever_its_case():
    make_link(slug="anna")
    with pytest.raises(SlugTaken) as caught:
        make_link(slug="Anna")
    assert caught.value.code == "slug.in_use"
    assert "Anna" in render_slug_taken("Anna", caught.value.code)
    assert "belonged" in render_slug_taken("Anna", "slug.retired")


def test_a_slug_of_an_archived_link_stays_given():
    link = make_link(slug="anna")
    archive_link(link_id=link.pk, actor_id=get_creator(link.enrollment).pk, now=NOW)
    with pytest.raises(SlugTaken) as caught:
        make_link(slug="anna")
    assert caught.value.code == "slug.retired"


def test_ones_own_older_slug_may_be_shown_again():
    link = make_link(slug="anna")
    rename(link, "cups")
    rename(link, "Anna")
    assert get_current_slug(link) == "anna"
    assert LinkSlug.objects.filter(link=link).count() == 2
    assert rename(link, "anna") == link


def test_the_database_itself_gives_a_slug_once():
    link, other = make_link(slug="anna"), make_link()
    for fields in ({"slug": "ANNA", "is_current": False}, {"slug": "x y z", "is_current": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LinkSlug.objects.create(link=other, brand=other.brand, created_at=NOW, **fields)
    assert find_link_by_slug("anna") == link


@pytest.mark.parametrize(
    "slug", ["", "ab", "-abc", "a b c", "a/b/c", "x" * 41, "\u00e4nna", "a\n12"]
)
def test_what_cannot_be_a_slug_is_refused(slug):
    with pytest.raises(SlugInvalid):
        make_link(slug=slug)


def test_an_unknown_slug_leads_nowhere():
    for slug in ("nothing", "", "a\0b"):
        assert find_link_by_slug(slug) is None


def test_a_link_leads_only_to_the_programs_own_pages():
    with pytest.raises(DestinationRefused) as caught:
        make_link(url="https://evil.example/")
    assert caught.value.refused.code == "url.outside"
    assert not Link.objects.filter(destination_url__contains="evil").exists()


def test_a_link_may_be_pointed_at_another_page():
    link = make_link()
    actor = get_creator(link.enrollment).pk
    edit_destination(
        link_id=link.pk, destination_url=" https://shop.example/tea ", actor_id=actor, now=NOW
    )
    with pytest.raises(DestinationRefused):
        edit_destination(
            link_id=link.pk, destination_url="http://shop.example/", actor_id=actor, now=NOW
        )
    link.refresh_from_db()
    assert link.destination_url == "https://shop.example/tea"
    change = AuditEvent.objects.get(action="link.destination_changed")
    assert change.before == {"destination_url": "https://shop.example/cups"}


def test_tags_are_kept_by_their_plain_names():
    link = make_link()
    actor = get_creator(link.enrollment).pk
    tags = {"utm": {"utm_source": "anna", "medium": " "}, "sub_ids": ["spring", "top"]}
    edit_tags(link_id=link.pk, actor_id=actor, now=NOW, **tags)
    link.refresh_from_db()
    assert (link.utm, link.sub_ids, link.name) == ({"source": "anna"}, ["spring", "top"], "")
    for wrong in ({"utm": {"evil": "1"}}, {"utm": {"source": "x" * 101}}, {"sub_ids": ["a"] * 6}):
        with pytest.raises(TagsInvalid):
            edit_tags(link_id=link.pk, actor_id=actor, now=NOW, **wrong)


def test_archiving_can_be_undone():
    link = make_link()
    actor = get_creator(link.enrollment).pk
    assert archive_link(link_id=link.pk, actor_id=actor, now=NOW).archived_at == NOW
    assert restore_link(link_id=link.pk, actor_id=actor, now=NOW).archived_at is None


def test_nothing_new_begins_for_a_suspended_creator_or_in_a_closed_program():
    suspended, closed = make_enrollment(), make_enrollment()
    suspend_affiliation(
        affiliation_id=suspended.affiliation_id,
        reason="Spam",
        actor_id=get_owner(suspended.brand).pk,
        now=NOW,
    )
    set_program_status(
        program_id=closed.program_id,
        status=ProgramStatus.CLOSED,
        actor_id=get_owner(closed.brand).pk,
        now=NOW,
    )
    with pytest.raises(AffiliationSuspended):
        make_link(suspended)
    with pytest.raises(ProgramClosed):
        make_link(closed)


def test_a_list_of_links_asks_the_database_once(django_assert_num_queries):
    enrollment = make_enrollment()
    for _ in range(3):
        make_link(enrollment)
    with django_assert_num_queries(1):
        rows = list_links([enrollment.affiliation])
        assert all(row.current_slug and row.enrollment.program.name for row in rows)


def test_a_new_link_is_told_to_others():
    link = make_link(slug="anna")
    event = OutboxEvent.objects.filter(topic="link.created").latest("pk")
    assert event.payload["link"] == link.public_id


def test_a_qr_code_is_an_svg_or_a_png_of_the_short_address():
    url = short_url("anna")
    assert b"<svg" in make_qr_svg(url)
    assert make_qr_svg(url) != make_qr_svg(short_url("ben"))
    assert io.BytesIO(make_qr_png(url)).read(8) == b"\x89PNG\r\n\x1a\n"


@pytest.mark.django_db
def test_a_link_applies_a_code_of_its_own_creator_that_is_in_use():
    place = make_enrollment()
    code, other = make_code(place), make_code(make_enrollment(place.program))
    single, ended = make_code_batch(place).codes.first(), make_code(place)
    disable_code(code_id=ended.pk, actor_id=get_owner(place.brand).pk, now=NOW)

    link = make_link(place, code=code)

    assert link.code == code
    for wrong in (other, single, ended):
        with pytest.raises(TagsInvalid):
            make_link(place, code=wrong)
        with pytest.raises(TagsInvalid):
            edit_tags(link_id=link.pk, actor_id=get_owner(place.brand).pk, now=NOW, code=wrong)


@pytest.mark.django_db
def test_a_renamed_code_is_applied_under_its_new_text_and_an_ended_one_may_stay():
    place = make_enrollment()
    actor_id = get_owner(place.brand).pk
    link = make_link(place, code=make_code(place))

    code = rename_code(code_id=link.code_id, text="BETTER10", actor_id=actor_id, now=NOW)
    link.refresh_from_db()
    assert link.code == code

    disable_code(code_id=code.pk, actor_id=actor_id, now=NOW)
    kept = edit_tags(link_id=link.pk, actor_id=actor_id, now=NOW, name="Tea", code=code)
    assert (kept.name, kept.code) == ("Tea", code)
    assert edit_tags(link_id=link.pk, actor_id=actor_id, now=NOW, code=None).code is None
