"""A view of a picture counts once a visitor and day, from the address a creator embeds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from affiliates.selectors_resources import list_offered
from affiliates.services.assets import archive_asset
from brands.services.rules import RuleDraft
from core.clock import brand_now
from tests.addresses import CHROME
from tests.makers import get_owner, make_asset, make_enrollment, make_link, make_program
from tracking import redirect
from tracking.models import Click, Commission, Impression
from tracking.services import viewing
from tracking.services.counting import count_day
from tracking.views.impressions import views

pytestmark = pytest.mark.django_db(transaction=True)
VIEWS = RuleDraft(name="Views", kind="impression", amounts={"EUR": 250})


@pytest.fixture
def place():
    redirect.forget()
    views.forget()
    yield make_enrollment(make_program(drafts=[VIEWS]))
    redirect.forget()


def see(link, asset, *, agent=CHROME, address="203.0.113.7", **headers):
    url = reverse("tracking:impression", args=[link.current_slug, asset.public_id])
    headers = {"User-Agent": agent, "Sec-Fetch-Dest": "image", **headers}
    return Client(REMOTE_ADDR=address).get(url, headers=headers)


@pytest.fixture
def link(place):
    made = make_link(place)
    made.current_slug = made.slugs.get(is_current=True).slug
    return made


def test_a_picture_is_shown_and_its_view_counts_once_a_visitor(link):
    asset = make_asset(link.enrollment.program)

    answers = [see(link, asset), see(link, asset), see(link, asset, address="198.51.100.9")]

    for answer in answers:
        assert (answer.status_code, answer["Content-Type"]) == (200, asset.image.content_type)
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert not answer.cookies
    assert Impression.objects.count() == 2
    assert not Click.objects.exists()


def test_a_machine_and_who_wants_no_tracking_see_the_picture_and_do_not_count(link):
    asset = make_asset(link.enrollment.program)

    for headers in ({"agent": "Googlebot/2.1"}, {"Sec-GPC": "1"}, {"Sec-Purpose": "prefetch"}):
        assert see(link, asset, **headers).status_code == 200
    archive_asset(asset_id=asset.pk, **by_owner(link))
    assert see(link, asset).status_code == 200

    assert not Impression.objects.exists()


def by_owner(link):
    return {"actor_id": get_owner(link.brand).pk, "now": brand_now(link.brand)}


def test_a_picture_of_another_program_and_an_unknown_link_are_not_found(link):
    other = make_asset(make_program())
    assert see(link, other).status_code == 404
    link.current_slug = "no-such-link"
    assert see(link, other).status_code == 404


def test_a_flood_of_made_up_visitors_fills_no_more_than_its_bound(link, monkeypatch):
    monkeypatch.setattr(viewing, "MOST_A_DAY", 3)
    asset = make_asset(link.enrollment.program)

    for number in range(6):
        see(link, asset, address=f"203.0.{number}.1")

    assert Impression.objects.count() == 3


def test_the_snippet_of_a_program_that_pays_views_shows_the_picture_from_there(link):
    asset = make_asset(link.enrollment.program)

    (offered,) = list_offered([link.enrollment], now=brand_now(link.brand))

    assert offered.is_counting
    assert f"/i/{offered.link.partition('/r/')[2].partition('?')[0]}/" in offered.html
    assert f'/{asset.public_id}"' in offered.html


def test_views_of_a_day_are_paid_by_the_thousand_and_rounded_once(link):
    asset = make_asset(link.enrollment.program)
    at = datetime(2026, 8, 14, 12, tzinfo=UTC)
    Impression.objects.bulk_create(
        Impression(
            brand_id=link.brand_id,
            program_id=link.enrollment.program_id,
            enrollment_id=link.enrollment_id,
            link_id=link.pk,
            asset_id=asset.pk,
            visitor_key=number,
            day=at.date(),
            at=at,
        )
        for number in range(1002)
    )

    count_day(brand=link.brand, day=at.date(), now=at + timedelta(days=4))

    commission = Commission.objects.get()
    assert (commission.kind, commission.amount_minor) == ("impression", 251)  # 250.5, half up
