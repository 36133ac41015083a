"""An order that a brand places in its own store is followed from the moment it says so."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.clock import brand_now
from portal.watching import read_since, watch_order
from tests.brands.pages import sign_in_as, text_of
from tests.makers import make_code, make_connection, make_enrollment, make_program
from tests.shop import Shop, code
from tracking.models import RefusedDelivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_enrollment(make_program())


@pytest.fixture
def shop(place):
    make_code(place, "CUPS10")
    return Shop(make_connection(place.brand))


def reached(watch):
    return [(hop.code, hop.state) for hop in watch.hops if hop.state != "future"]


def test_an_order_of_before_is_not_taken_for_the_one_that_is_watched_for(place, shop):
    shop.pay("old", discounts=code("CUPS10"))
    since = shop.now
    shop.refund("old", "1", "10.00")

    before = watch_order(place.brand, since=since)
    shop.pay("new", discounts=code("CUPS10"))
    after = watch_order(place.brand, since=since)

    assert (before.hops, before.is_over) == ([], False)
    assert after.order is not None and after.order.external_order_id == "new"
    assert reached(after) == [
        (hop, "done") for hop in ("order", "known", "credit", "price", "release")
    ]
    assert after.is_over


def test_it_goes_on_as_far_as_the_order_does_and_says_why_no_further(place, shop):
    since = shop.now - timedelta(seconds=1)
    shop.pay("7")

    watch = watch_order(place.brand, since=since)

    assert reached(watch) == [("order", "done"), ("known", "done"), ("credit", "problem")]
    assert "No click and no code" in watch.hops[2].text
    assert [hop.state for hop in watch.hops[3:]] == ["future", "future"]


def test_a_signature_that_does_not_fit_is_said(place, shop):
    since = shop.now - timedelta(seconds=1)
    RefusedDelivery.objects.create(
        brand=place.brand,
        connection=shop.connection,
        at=shop.now,
        code="signature.wrong",
        size_bytes=2,
        body_sha256="0" * 64,
    )

    watch = watch_order(place.brand, since=since)

    assert reached(watch) == [("order", "problem")]
    assert watch.is_over


def test_the_page_watches_only_once_it_is_asked_to(place, shop):
    client = sign_in_as(place.brand)
    url = reverse("portal:trial", args=[place.brand.slug])
    now = brand_now(place.brand)

    quiet = text_of(client.get(url))
    watching = text_of(client.get(f"{url}?since={int(now.timestamp())}"))

    assert "Watch for my order" in quiet and "Watching since" not in quiet
    assert "No new order has come yet." in watching
    assert 'hx-trigger="every 5s"' in watching


@pytest.mark.parametrize("odd", ["", "-1", "1e9", "9" * 30, "٣", "0", "99999999999"])
def test_a_moment_that_is_none_is_not_watched_from(odd):
    program = make_program()

    assert read_since(odd, now=brand_now(program.brand)) is None
