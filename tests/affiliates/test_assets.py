"""What a brand gives its creators to publish: who sees it, and with whose link."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from affiliates.domain.segments import Segment
from affiliates.models import Asset, AssetKind, Code, Link
from affiliates.selectors_resources import list_offered
from affiliates.services.assets import AssetFacts, archive_asset, update_asset
from affiliates.services.links import DestinationRefused
from affiliates.services.membership import suspend_affiliation
from brands.models import PartnerType, Role
from core.models import AuditEvent, Image
from tests.core.hostile_images import encode
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_asset,
    make_code,
    make_enrollment,
    make_group,
    make_link,
    make_member,
    make_program,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def place(program):
    return make_enrollment(program)


def titles(place, *, now=NOW) -> list[str]:
    return [row.asset.title for row in list_offered([place], now=now)]


def make_text(program, text="Try it", **facts):
    return make_asset(program, AssetKind.TEXT, text=text, **facts)


def test_a_text_comes_with_the_creators_own_link_and_code(place):
    code = Code.objects.get(enrollment=place)
    make_text(place.program, "Buy at {link} with {code}", url="")

    (row,) = list_offered([place], now=NOW)

    slug = Link.objects.get(enrollment=place).slugs.get().slug
    assert row.text == f"Buy at {row.link} with {code.text}"
    assert row.link.endswith(f"/r/{slug}")
    assert row.missing == ""


def test_an_image_comes_as_html_that_leads_to_the_page_by_the_creators_link(place):
    asset = make_asset(place.program, title='Cups "new" <now>')

    (row,) = list_offered([place], now=NOW)

    assert row.link.endswith("?to=https%3A%2F%2Fshop.example%2Fcups")
    assert f'<a href="{row.link}" rel="sponsored">' in row.html
    assert f"/images/{asset.image.sha256}/full" in row.html
    assert 'width="40" height="20" alt="Cups &quot;new&quot; &lt;now&gt;"' in row.html


def test_each_creator_sees_what_is_for_him_while_it_is_offered(program):
    coupon = make_group(program, "Coupons", partner_type=PartnerType.COUPON)
    anna, ben = make_enrollment(program), make_enrollment(program, group=coupon)
    today = date(2026, 8, 12)
    for title, facts in {
        "all": {},
        "group": {"audience": Segment(groups=(coupon.public_id,))},
        "kind": {"audience": Segment(partner_types=("coupon",))},
        "both": {"audience": Segment((anna.group.public_id,), ("coupon",))},
        "last day": {"ends_on": today},
        "first day": {"starts_on": today},
        "over": {"ends_on": today - timedelta(1)},
        "later": {"starts_on": today + timedelta(1)},
    }.items():
        make_text(program, title=title, **facts)
    make_text(make_program(), title="another program")
    archived = make_text(program, title="archived")
    archive_asset(asset_id=archived.pk, actor_id=get_owner(program.brand).pk, now=NOW)

    assert titles(anna) == ["first day", "last day", "all"]
    assert titles(ben) == ["first day", "last day", "kind", "group", "all"]


def test_a_day_is_the_brands(place):
    """22:30 in UTC is the next day in Berlin."""
    make_text(place.program, starts_on=date(2026, 8, 13))

    assert titles(place) == []
    assert titles(place, now=NOW.replace(hour=22, minute=30)) == ["Cups"]


def test_what_cannot_be_filled_in_is_said_and_not_shown(place):
    make_text(place.program, "Code {code}")
    Code.objects.filter(enrollment=place).update(disabled_at=NOW)
    assert [row.missing for row in list_offered([place], now=NOW)] == ["code"]

    Link.objects.filter(enrollment=place).update(archived_at=NOW)
    assert [row.missing for row in list_offered([place], now=NOW)] == ["link"]


def test_a_suspended_creator_is_offered_nothing(place):
    make_text(place.program)
    suspend_affiliation(
        affiliation_id=place.affiliation_id,
        reason="x",
        actor_id=get_owner(place.brand).pk,
        now=NOW,
    )
    place.affiliation.refresh_from_db()

    assert titles(place) == []


def test_a_page_outside_the_program_is_refused_and_nothing_is_kept(program):
    with pytest.raises(DestinationRefused):
        make_asset(program, url="https://elsewhere.example/")
    assert not Asset.objects.exists()


def test_the_database_holds_what_each_kind_needs(program):
    asset = make_text(program)
    for broken in ({"text": ""}, {"kind": "link", "url": ""}, {"kind": "image"}, {"kind": "film"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Asset.objects.filter(pk=asset.pk).update(**broken)


def test_a_change_keeps_the_image_and_says_what_it_was(program):
    asset = make_asset(program, title="Before")

    update_asset(
        asset_id=asset.pk,
        facts=AssetFacts(title="After"),
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )

    asset.refresh_from_db()
    assert asset.image == Image.objects.get()
    event = AuditEvent.objects.get(action="asset.updated")
    assert (event.before["title"], event.after["title"]) == ("Before", "After")


def test_a_manager_adds_an_image_and_a_creator_copies_it(client: Client, place):
    url = f"/b/{place.brand.slug}/program/resources/"
    client.force_login(make_member(place.brand).user)
    said = {"title": "Autumn", "url": "shop.example/autumn", "note": "From September"}

    wrong = client.post(f"{url}new/", {**said, "picture": SimpleUploadedFile("a.png", b"<svg/>")})
    right = client.post(
        f"{url}new/", {**said, "picture": SimpleUploadedFile("a.png", encode("PNG"))}, follow=True
    )

    assert wrong.status_code == 422
    assert "no image that can be used here" in plain(wrong) and "From September" in plain(wrong)
    assert "Autumn" in plain(right) and "Always" in plain(right)
    client.force_login(get_creator(place))
    page = client.get("/me/resources/")
    assert "Autumn" in plain(page) and "From September" in plain(page)
    assert "to=https%3A%2F%2Fshop.example%2Fautumn" in page.content.decode()
    assert "&lt;a href=&quot;http" in page.content.decode()


def test_an_analyst_reads_and_does_not_change(client: Client, program):
    asset = make_text(program)
    client.force_login(make_member(program.brand, Role.ANALYST).user)
    url = f"/b/{program.brand.slug}/program/resources/"

    assert "Needs the manager role" in plain(client.get(url))
    for path in ("new/", f"{asset.public_id}/", f"{asset.public_id}/archive/"):
        assert client.post(url + path).status_code == 403


def test_archiving_is_undone_by_the_same_button(client: Client, program):
    asset = make_text(program)
    client.force_login(get_owner(program.brand))
    url = f"/b/{program.brand.slug}/program/resources/"

    client.post(f"{url}{asset.public_id}/archive/")
    assert "Cups" not in plain(client.get(url))
    assert "Cups" in plain(client.get(f"{url}?show=archived"))

    client.post(f"{url}{asset.public_id}/archive/")
    assert "Cups" in plain(client.get(url))


def test_lists_ask_the_database_the_same_number_of_questions_however_long(
    client: Client, place, django_assert_num_queries
):
    make_asset(place.program)
    with django_assert_num_queries(5):
        list_offered([place], now=NOW)
    make_text(place.program)
    make_link(place)
    make_code(place)
    with django_assert_num_queries(5):
        list_offered([place], now=NOW)


@pytest.mark.parametrize("country", ["", "US", "DE", "nowhere"])
def test_every_country_names_its_words_and_says_that_it_is_no_advice(
    client: Client, place, country: str
):
    client.force_login(get_creator(place))

    page = plain(client.get(f"/me/resources/?tab=disclosure&country={country}"))

    assert "This is not legal advice" in page
    assert ("Werbung" in page) == (country == "DE")
    assert ("16 CFR Part 255" in page) == (country == "US")


def test_what_a_brand_asks_creators_to_write_stands_beside_the_law(client: Client, place):
    owner = get_owner(place.brand)
    client.force_login(owner)
    url = f"/b/{place.brand.slug}/program/settings/identity/?program={place.program.public_id}"
    said = {"name": place.program.name, "disclosure": "#cups-ad", "confirm": "1"}

    client.post(url, said)

    client.force_login(get_creator(place))
    assert "#cups-ad" in plain(client.get("/me/resources/?tab=disclosure"))
