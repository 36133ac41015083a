"""The audit log: whole sentences, both values, the right thing behind each, nobody else's."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from affiliates.services.announcements import (
    AnnouncementFacts,
    draft_announcement,
    schedule_announcement,
)
from affiliates.services.goals import GoalFacts, create_goal
from affiliates.services.membership import suspend_affiliation
from affiliates.services.utm import FIELDS, create_template, delete_template
from brands.models import Role
from brands.services.programs import update_program
from brands.services.team import remove_member
from core import audit
from portal.audit_log import describe_events, pick_events
from tests.addresses import list_views
from tests.everything import make_everything
from tests.makers import get_owner, make_brand, make_member, make_program, make_user
from tests.portal.text import plain
from tests.reach import APPS, list_writes, reaches
from tests.world import fill_world, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = make_world()
    fill_world(made)
    return made


def lines(brand, **asked):
    return describe_events(pick_events(brand, asked), brand)


def test_a_line_names_who_what_and_both_values(world):
    owner = get_owner(world.brand)
    owner.name = "Mara"
    owner.save()
    program = world.anna.program
    update_program(program_id=program.pk, actor_id=owner.pk, now=world.shop.now, window_days=45)

    line = lines(world.brand)[0]

    assert plain(line.sentence) == f"Mara changed the settings of the program {program.name}"
    assert line.url == f"/b/{world.brand.slug}/program/?program={program.public_id}"
    assert [(plain(one.before), plain(one.after)) for one in line.changes] == [("30", "45")]


@pytest.mark.parametrize("language", ["fa", "th"])
def test_the_same_line_reads_in_the_readers_language(world, language):
    with translation.override(language):
        held = next(line for line in lines(world.brand, area="commissions"))

    assert "opened" not in held.sentence and "#1" in held.sentence


def test_facts_are_called_as_in_the_forms_and_codes_read_as_words(world):
    facts = {"actor_id": get_owner(world.brand).pk, "now": world.shop.now}
    suspend_affiliation(affiliation_id=world.ben.affiliation_id, reason="A test", **facts)
    update_program(program_id=world.anna.program_id, window_days=45, **facts)

    label = "A click counts for"
    hold, state = (line.changes[0] for line in lines(world.brand)[:2])

    assert (hold.label, plain(hold.before), plain(hold.after)) == (label, "30", "45")
    assert (state.label, plain(state.after)) == ("State", "Suspended")


def test_news_is_told_by_its_parts_with_the_brands_hour_and_without_what_is_empty(world):
    facts = {"actor_id": get_owner(world.brand).pk, "now": world.shop.now}
    news = draft_announcement(
        brand_id=world.brand.pk, facts=AnnouncementFacts(title="Cups", text="New ones"), **facts
    )
    day = datetime(2030, 1, 5, 9, 30, tzinfo=ZoneInfo(world.brand.time_zone))
    schedule_announcement(announcement_id=news.pk, send_at=day, **facts)

    planned, written = lines(world.brand)[:2]

    assert [(one.label, plain(one.after)) for one in planned.changes] == [
        ("Sent on", plain("5\u00a0Jan\u00a02030, 09:30"))
    ]
    assert {one.label: plain(one.after) for one in written.changes} == {
        "Title": "Cups",
        "Text": "New ones",
    }


def test_days_read_in_the_calendar_of_the_reader(world):
    facts = GoalFacts(
        program_id=world.anna.program_id,
        name="Ten",
        measure="joined",
        target=10,
        since=date(2026, 11, 8),
        until=date(2026, 12, 7),
    )
    owner_id = get_owner(world.brand).pk
    create_goal(brand_id=world.brand.pk, facts=facts, actor_id=owner_id, now=world.shop.now)

    with translation.override("fa"):
        told = [plain(change.after) for change in lines(world.brand)[0].changes]

    assert {plain("۱۷\u00a0آبان\u00a0۱۴۰۵"), plain("۱۶\u00a0آذر\u00a0۱۴۰۵")} <= set(told)


def test_the_filters_narrow_by_person_part_thing_and_day(world):
    brand, now = world.brand, world.shop.now.astimezone(ZoneInfo(world.brand.time_zone))
    today, later = (f"{now + timedelta(days=days):%Y-%m-%d}" for days in (0, 2))
    commission = world.shop.commission("1").public_id

    assert {line.event.action for line in lines(brand, area="commissions")} == {"commission.held"}
    assert [line.event.action for line in lines(brand, target=commission)] == ["commission.held"]
    assert {line.event.actor for line in lines(brand, who="others")} <= {
        world.anna.affiliation.affiliate.user,
        world.ben.affiliation.affiliate.user,
    }
    assert lines(brand, **{"from": later}) == []
    assert lines(brand, target=commission, to=today, who=get_owner(brand).public_id)
    assert len(lines(brand, who="nobody\0", **{"from": "never"})) == 0


def test_a_member_who_left_is_still_called_by_name(world):
    member = make_member(world.brand, Role.ANALYST)
    member.user.name = "Noor"
    member.user.save()
    facts = {"actor_id": get_owner(world.brand).pk, "now": world.shop.now}
    remove_member(member_id=member.pk, **facts)

    assert "removed Noor from the team" in plain(lines(world.brand, area="team")[0].sentence)


def test_what_was_deleted_is_called_by_its_last_name_in_all_its_lines(world):
    owner, now = get_owner(world.brand), world.shop.now
    facts = {"name": "Spring", "is_default": False, **dict.fromkeys(FIELDS, "x")}
    template = create_template(
        program_id=world.anna.program.pk, facts=facts, actor_id=owner.pk, now=now
    )
    delete_template(template_id=template.pk, actor_id=owner.pk, now=now)

    told = [plain(line.sentence) for line in lines(world.brand, area="links")[:2]]

    assert told == [
        f"{owner} deleted the UTM template Spring",
        f"{owner} made the UTM template Spring",
    ]


def test_an_unknown_action_and_a_lost_target_still_make_a_line(world):
    audit.record(
        brand_id=world.brand.pk,
        actor_id=None,
        action="thing.done",
        target=make_user(),
        now=world.shop.now,
        after={"odd": {"EUR": 1250, "x": [1, True, None]}},
    )

    line = lines(world.brand)[0]

    assert plain(line.sentence).startswith("Fairshare did thing.done to person")
    assert plain(line.changes[0].after) == "x: 1, Yes, –, 12.50 EUR"


def test_the_page_asks_as_much_for_many_lines_as_for_few(client, world):
    client.force_login(make_member(world.brand, Role.ANALYST).user)
    url = reverse("portal:audit-list", args=[world.brand.slug])
    with CaptureQueriesContext(connection) as few:
        page = client.get(url)
    for _ in range(8):
        make_program(world.brand)
    with CaptureQueriesContext(connection) as many:
        client.get(url)

    assert "opened a review of the commission of" in plain(page)
    assert len(many) <= len(few) + 1


def test_older_lines_follow_by_cursor_and_the_file_holds_all(client, world):
    client.force_login(get_owner(world.brand))
    for _ in range(18):
        make_program(world.brand)
    url = reverse("portal:audit-list", args=[world.brand.slug])
    page = client.get(url)
    older = client.get(url + page.context["next_url"])

    shown = [line.event.pk for answer in (page, older) for line in answer.context["lines"]]
    taken = client.post(reverse("portal:list-export", args=[world.brand.slug, "audit"]))

    stored = list(pick_events(world.brand, {}).values_list("pk", flat=True))
    assert shown == stored[1 : len(shown) + 1]
    assert len(shown) > 50
    assert "\u2068" not in taken.getvalue().decode()


def test_every_line_leads_to_a_page_that_is_there(client):
    world = make_everything("Anna")
    client.force_login(world.owner)
    urls = {line.url for line in lines(world.brand) if line.url}

    assert len(urls) > 8
    assert {url for url in urls if client.get(url).status_code != 200} == set()


def test_another_brands_log_is_not_there(client, world):
    client.force_login(get_owner(make_brand()))

    assert client.get(reverse("portal:audit-list", args=[world.brand.slug])).status_code == 404


# What these pages change is no decision, or its row is its own trace.
UNRECORDED = {
    "affiliates:news-read": "notes that one has read it",
    "brands:letter-test": "mails whoever asks for it",
    "core:image": "saves a picture into an answer, and no row",
    "core:image-letter": "saves a picture into an answer, and no row",
    "core:image-small": "saves a picture into an answer, and no row",
    "core:preferences": "the language and theme of the reader, on each page",
    "payouts:paypal-hook": "keeps the message, and nothing comes of it but a question to PayPal",
    "payouts:stripe-hook": "keeps the message, and nothing comes of it but a question to Stripe",
    "portal:notices-check": "mails the person",
    "tracking:link-check": "asks for pages anew, as the job does by itself",
    "tracking:own-orders": "counts a look-up, and changes nothing else",
    "tracking:store-codes-file": "notes when the codes were last taken as a file",
    "tracking:impression": "counts who saw a picture, as a link counts its clicks",
}


def test_every_page_that_changes_something_records_who_did():
    """By what its view calls: each service on the way to a row of a model records it (I-43)."""
    ours = {model.__name__ for model in apps.get_models() if model._meta.app_label in APPS}
    silent = {
        name
        for name, view in list_views()
        if list_writes(view, ours) and not reaches(view, {"core.audit.record"})
    }

    assert silent == UNRECORDED.keys()
