"""The list of creators: narrowed, sorted, paged, added up, and one decision about many."""

import re
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from affiliates.models import AffiliationStatus
from affiliates.services.membership import suspend_affiliation
from affiliates.services.vetting import add_tag
from brands.models import Role
from core.models import AuditEvent, Mail
from core.paging import cut_page
from portal.creators import pick_creators, rank_creators
from portal.views import brand_creators, creator_bulk
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_code,
    make_enrollment,
    make_group,
    make_kind,
    make_member,
    make_program,
    make_user,
)
from tests.orders import place_order, refund_order
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def people(program):
    """Return three creators: two orders, one order that was refunded in part, and none."""
    found = {
        name: make_enrollment(program, user=make_user(name=name)) for name in ("Ann", "ben", "Cem")
    }
    ann, ben = make_code(found["Ann"], "ANN"), make_code(found["ben"], "BEN")
    for number in ("1", "2"):
        place_order(ann, order_id=number)
    refund_order(place_order(ben, order_id="3"), net=4_000, now=NOW)
    return found


@pytest.fixture
def team(client: Client, program):
    client.force_login(get_owner(program.brand))
    return client


def names(program, **asked: str) -> list[str]:
    return [str(row) for row in pick_creators(program.brand, asked).order_by("pk")]


def test_it_is_narrowed_to_a_kind_of_creators(program, people, team):
    podcast = make_kind(program.brand, "Podcast").public_id
    place = people["ben"]
    place.group = make_group(program, "Voices", partner_type=podcast)
    place.save()

    assert names(program, type=podcast) == ["ben"]
    assert len(names(program)) == 3
    page = plain(team.get(reverse("affiliates:creator-list", args=[program.brand.slug])))
    assert f'<option value="{podcast}">Podcast</option>' in page


def ranked(program, sort: str):
    rows = pick_creators(program.brand, {})
    return rank_creators(program.brand, rows, sort=sort, programs=[program])


def bulk_url(program) -> str:
    return reverse("affiliates:creator-bulk", args=[program.brand.slug])


def ids(people, *who: str) -> list[str]:
    return [people[name].affiliation.public_id for name in who]


def test_filters_narrow_by_group_and_by_orders(program, people):
    group = make_group(program, "Gold")
    place = make_enrollment(program, user=make_user(name="Dee"), group=group)

    assert names(program, group=group.public_id) == ["Dee"]
    assert set(names(program, orders="with")) == {"Ann", "ben"}
    assert set(names(program, orders="without")) == {"Cem", str(place.affiliation)}
    assert len(names(program, orders="nonsense", group="", state="nonsense")) == 4


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Ann", "ben", "Cem"]),
        ("-orders", ["Ann", "ben", "Cem"]),
        ("orders", ["Cem", "ben", "Ann"]),
        ("revenue", ["Cem", "ben", "Ann"]),
        ("-commission", ["Ann", "ben", "Cem"]),
        ("", ["Cem", "ben", "Ann"]),
        ("rank; drop table", ["Cem", "ben", "Ann"]),
    ],
)
def test_a_sorted_list_goes_on_over_pages_without_gap_or_repeat(program, people, sort, expected):
    rows, order, _columns = ranked(program, sort)
    seen, before = [], ""
    for _page in range(3):
        page = cut_page(rows, before=before, order=order, size=1)
        seen += [str(row) for row in page.rows]
        before = page.cursor

    if sort in {"", "rank; drop table"}:  # joined at one moment: any order, but each of them once
        assert sorted(seen) == sorted(expected)
    else:
        assert seen == expected


def test_amounts_do_not_rank_where_programs_pay_in_several_currencies(program, people):
    other = make_program(program.brand, currency="USD")

    _rows, _order, columns = rank_creators(
        program.brand, pick_creators(program.brand, {}), sort="revenue", programs=[program, other]
    )

    assert {column.name for column in columns if column.sort} == {"creator", "last", "orders"}


def test_the_page_says_how_it_is_sorted_and_what_its_rows_come_to(team, program, people):
    page = plain(
        team.get(reverse("affiliates:creator-list", args=[program.brand.slug]) + "?sort=-orders")
    )

    assert page.count("aria-sort=") == 1 and 'aria-sort="descending"' in page
    assert "sort=orders" in page
    assert "3 creators, revenue 260.00 EUR, commission 26.00 EUR" in page


def test_a_bulk_decision_names_whom_it_means_and_whom_not_before_it_is_made(team, program, people):
    suspend_affiliation(
        affiliation_id=people["Cem"].affiliation_id,
        reason="Spam",
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )

    page = plain(
        team.get(bulk_url(program), {"what": "suspend", "creator": ids(people, "Ann", "Cem")})
    )

    assert "Suspend 1 creator" in page and "<li>Ann</li>" in page
    assert "Cem: It is so already" in page
    assert "20.00 EUR pending" in page
    people["Ann"].affiliation.refresh_from_db()
    assert people["Ann"].affiliation.status == AffiliationStatus.ACTIVE


def test_suspending_many_needs_a_reason_and_tells_each(team, program, people):
    said = {"what": "suspend", "creator": ids(people, "Ann", "ben")}

    assert team.post(bulk_url(program), said).status_code == 422
    team.post(bulk_url(program), said | {"reason": "Bought traffic"})

    events = AuditEvent.objects.filter(action="affiliation.suspended", reason="Bought traffic")
    assert events.count() == 2
    assert Mail.objects.filter(text__contains="Bought traffic").count() == 2
    again = team.post(bulk_url(program), said | {"reason": "Bought traffic"}, follow=True)
    assert "2 were left out." in plain(again)
    assert events.count() == 2


def test_moving_many_leaves_out_who_is_there_or_has_no_place(team, program, people):
    gold = make_group(program, "Gold")
    inside = make_enrollment(program, user=make_user(name="Dee"), group=gold)
    outside = make_enrollment(make_program(program.brand), user=make_user(name="Eve"))
    creators = [*ids(people, "Ann"), inside.affiliation.public_id, outside.affiliation.public_id]
    said = {"what": "move", "to_group": gold.public_id, "creator": creators}

    page = plain(team.get(bulk_url(program), said))
    team.post(bulk_url(program), said)

    assert "Move 1 creator to Gold" in page
    assert "Dee: It is so already" in page and "Eve: Not in the program of this group" in page
    people["Ann"].refresh_from_db()
    assert people["Ann"].group == gold


def test_tagging_many_adds_the_tag_once(team, program, people):
    add_tag(
        affiliation_id=people["ben"].affiliation_id,
        tag="tea",
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )

    team.post(
        bulk_url(program), {"what": "tag", "new_tag": " Tea ", "creator": ids(people, "Ann", "ben")}
    )

    assert set(names(program, tag="tea")) == {"Ann", "ben"}
    assert AuditEvent.objects.filter(action="affiliation.tagged").count() == 2


def test_creators_and_groups_of_another_brand_are_no_part_of_it(team, program, people):
    other = make_program(make_brand("Other"))
    stranger = make_enrollment(other)
    own = ids(people, "Ann")

    team.post(
        bulk_url(program),
        {
            "what": "suspend",
            "reason": "x",
            "creator": [stranger.affiliation.public_id, *own, "x\0"],
        },
    )
    team.post(
        bulk_url(program), {"what": "move", "to_group": make_group(other).public_id, "creator": own}
    )

    stranger.affiliation.refresh_from_db()
    assert stranger.affiliation.status == AffiliationStatus.ACTIVE
    assert not AuditEvent.objects.filter(action="enrollment.moved").exists()


def test_who_may_not_manage_may_not_decide_in_bulk(client: Client, program, people):
    client.force_login(make_member(program.brand, Role.ANALYST).user)

    answer = client.post(
        bulk_url(program), {"what": "tag", "new_tag": "tea", "creator": ids(people, "Ann")}
    )

    assert answer.status_code == 403
    listed = plain(client.get(reverse("affiliates:creator-list", args=[program.brand.slug])))
    assert "Needs the manager role" in listed and 'name="creator"' not in listed


def test_all_that_match_the_filter_are_named_with_it_and_whoever_comes_later_is_not_meant(
    team, program, people
):
    said = {"what": "tag", "new_tag": "tea", "all": "1", "orders": "with"}
    page = plain(team.get(bulk_url(program), said))
    late = make_enrollment(program, user=make_user(name="Late"))
    place_order(make_code(late, "LATE"), order_id="9")

    assert "Tag 2 creators with tea" in page and "With orders" in page
    [chosen] = re.findall('name="creator" value="([^"]+)"', page)
    team.post(bulk_url(program), {"what": "tag", "new_tag": "tea", "creator": chosen})

    assert set(names(program, tag="tea")) == {"Ann", "ben"}


def test_more_than_one_decision_takes_are_refused_with_the_filter_kept(
    team, program, people, monkeypatch
):
    monkeypatch.setattr(creator_bulk, "MOST", 2)

    answer = team.get(
        bulk_url(program), {"what": "suspend", "all": "1", "state": "active"}, follow=True
    )

    assert answer.redirect_chain[0][0].endswith("?state=active")
    assert "One decision is about 2 creators at most." in plain(answer)


def test_the_list_offers_all_only_where_a_page_does_not_show_them(
    team, program, people, monkeypatch
):
    listed = reverse("affiliates:creator-list", args=[program.brand.slug])
    assert 'name="all"' not in plain(team.get(listed))

    monkeypatch.setattr(brand_creators, "cut_page", partial(cut_page, size=2))
    page = plain(team.get(f"{listed}?state=active"))

    assert "All 3 that match the filter" in page
    assert '<input type="hidden" name="state" value="active">' in page
