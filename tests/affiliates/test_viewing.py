"""A brand looks with a creator's eyes: at its own part alone, changing nothing, on record."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from affiliates import middleware as viewing
from affiliates.models import Affiliate, Viewing
from brands.models import Member, Role
from core.models import AuditEvent
from payouts.services.methods import set_bank_method
from tests.addresses import Asker, list_addresses
from tests.everything import BANK, Everything, make_everything
from tests.makers import (
    NOW,
    make_announcement,
    make_application,
    make_asset,
    make_brand,
    make_code,
    make_enrollment,
    make_link,
    make_member,
    make_program,
    make_user,
    send_news,
)
from tests.orders import place_order
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

REASON = "You asked why order 7 is missing"
SECRET = "Zebra"  # in everything that belongs to the other brand


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    """Return a brand whose creator is in another brand too, with rows of every kind there."""
    world = make_everything("Anna")
    brand = make_brand(f"{SECRET} brand")
    other = make_program(brand)
    place = make_enrollment(other, user=world.creator)
    link = make_link(place, slug=f"{SECRET}-link".lower())
    make_code(place, f"{SECRET}9".upper())
    place_order(link, order_id=f"{SECRET}-1")
    make_asset(other, title=f"{SECRET} asset")
    send_news(make_announcement(brand, f"{SECRET} news"))
    set_bank_method(
        affiliation_id=place.affiliation_id, details=BANK, actor_id=world.creator.pk, now=NOW
    )
    make_application(make_program(brand), world.creator)
    make_member(brand, user=world.creator)
    return world


@pytest.fixture
def looking(world: Everything) -> Asker:
    return look(world, world.owner)


def look(world: Everything, user) -> Asker:
    asker = Asker(user)
    url = reverse("affiliates:viewing-open", args=[world.brand.slug, world.ids["creator_id"]])
    asker.client.post(url, {"reason": REASON})
    asker.cookies = {name: one.value for name, one in asker.client.cookies.items()}
    return asker


def of_creators():
    return [address for address in list_addresses() if address.side == "creator"]


def shown():
    return [address for address in of_creators() if address.name in viewing.SHOWN]


def variants(address, world: Everything, himself: Asker) -> list[str]:
    """Return a page with each tab, where it has any, and with the other brand asked for."""
    url = address.url(world)
    others = Affiliate.objects.get(user=world.creator).affiliations.exclude(brand=world.brand)
    tabs = ["clicks", "link", "code", "sub", "product", "news", "disclosure"]
    tabs = tabs if b"tab=" in b"".join(himself.ask(url)) else []
    asked = [f"tab={tab}" for tab in tabs] + [f"brand={one.brand.slug}" for one in others]
    return [url, *(f"{url}?{query}" for query in asked)]


def names_other(page) -> bool:
    return SECRET.lower().encode() in b"".join(page).lower()


def test_every_page_on_the_list_exists():
    assert {address.name for address in shown()} == viewing.SHOWN


def test_nothing_of_another_brand_is_seen_that_the_creator_sees(world, looking):
    himself = Asker(world.creator)
    seen, seen_by_himself = [], []
    for address in shown():
        urls = variants(address, world, himself)
        for url in urls:
            page = looking.ask(url)
            assert page.status_code == 200, url
            seen += [url] if names_other(page) else []
        if any(names_other(himself.ask(url)) for url in urls):
            seen_by_himself.append(address.name)

    assert seen == []
    assert len(seen_by_himself) >= 9, "the control: he himself sees it on these pages"


def test_rows_of_another_brand_are_missing_pages(world, looking):
    other = Affiliate.objects.get(user=world.creator).affiliations.exclude(brand=world.brand).get()
    place = other.enrollments.get()
    link = place.links.earliest("pk").public_id
    urls = [
        reverse("affiliates:link-detail", args=[link]),
        reverse("affiliates:link-qr-png", args=[link]),
        reverse("portal:commission-story", args=[place.commissions.get().public_id]),
        reverse("payouts:statement", args=[other.public_id, "EUR", f"{NOW:%Y-%m}"]),
    ]

    assert [looking.ask(url).status_code for url in urls] == [404] * len(urls)
    himself = Asker(world.creator)
    assert [himself.ask(url).status_code for url in urls] == [200] * len(urls)


def test_nothing_can_be_changed_and_no_account_page_opens(world, looking):
    before = AuditEvent.objects.count()
    for address in of_creators():
        url = address.url(world)
        posted = looking.ask(url, "POST", address.form)
        assert posted.status_code == 403, address.name
        assert "Nothing was changed" in plain(posted), address.name
        read = looking.ask(url)
        assert read.status_code == (200 if address.name in viewing.SHOWN else 403), address.name

    assert AuditEvent.objects.count() == before


def test_joining_is_refused_too(world, looking):
    url = reverse("portal:join", args=[world.brand.slug, world.program.slug])

    assert looking.ask(url, "POST").status_code == 403
    assert looking.ask(url).status_code != 403


def test_payout_details_stay_masked(world, looking):
    page = looking.ask(reverse("payouts:creator-payouts")).content.decode()

    assert BANK["iban"][-4:] in page
    assert BANK["iban"] not in page.replace(" ", "")


def test_the_bar_names_whose_pages_these_are_and_no_account_menu_is_there(world, looking):
    page = looking.ask("/me/")

    assert "You see what Anna sees." in plain(page)
    assert world.creator.email not in page.content.decode()


def test_the_rest_of_the_site_stays_the_members_own(world, looking):
    page = looking.ask(reverse("brands:team", args=[world.brand.slug]))

    assert page.status_code == 200
    assert "You see what" not in plain(page)


def test_a_reason_is_required(world, client: Client):
    client.force_login(world.owner)
    url = reverse("affiliates:viewing-open", args=[world.brand.slug, world.ids["creator_id"]])

    page = client.post(url, {"reason": "  "})

    assert page.status_code == 422
    assert not Viewing.objects.filter(reason="").exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MANAGER, 303), (Role.FINANCE, 403), (Role.ANALYST, 403)]
)
def test_owner_and_manager_may_look_others_not(world, client: Client, role, status):
    client.force_login(make_member(world.brand, role).user)
    url = reverse("affiliates:viewing-open", args=[world.brand.slug, world.ids["creator_id"]])

    assert client.post(url, {"reason": REASON}).status_code == status


def test_leaving_ends_it_on_both_records(world, looking):
    place = [world.brand.slug, world.ids["creator_id"]]

    looking.client.post(reverse("affiliates:viewing-leave", args=place))

    actions = AuditEvent.objects.filter(target_id=world.ids["creator_id"], reason=REASON)
    assert [one.action for one in actions.order_by("pk")][-2:] == [
        "viewing.started",
        "viewing.left",
    ]
    assert "You see what" not in plain(looking.client.get("/me/"))
    page = plain(Asker(world.creator).ask(reverse("affiliates:viewing-list")))
    assert REASON in page and f"{world.owner.name} of {world.brand.name}" in page


def test_it_ends_by_itself(world, looking):
    Viewing.objects.update(started_at=NOW - timedelta(hours=2), ends_at=NOW - timedelta(hours=1))

    assert looking.ask("/me/").status_code == 303
    assert looking.ask(reverse("affiliates:news-read"), "POST").status_code == 303


def test_it_ends_with_the_right_to_look(world):
    member = make_member(world.brand, Role.MANAGER)
    looking = look(world, member.user)
    assert looking.ask("/me/").status_code == 200

    Member.objects.filter(pk=member.pk).update(role=Role.ANALYST)

    assert looking.ask("/me/").status_code == 303


def test_the_session_of_one_is_of_no_use_to_another(world, looking):
    viewing_id = looking.client.session[viewing.SESSION_KEY]
    other = Asker(make_user())
    session = other.client.session
    session[viewing.SESSION_KEY] = viewing_id
    session.save()

    assert other.ask("/me/").status_code == 303
