"""Views of pictures are forgotten after a while; what proves that they were paid for stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db.models import Sum

from portal.books import prove_books
from portal.privacy.forgetting import forget_old
from tests.makers import make_asset, make_enrollment, make_link, make_program
from tests.tracking.test_impressions import VIEWS
from tracking.models import Award, Commission, Impression, ViewCount
from tracking.services.counting import ViewsForgotten, count_day
from tracking.services.forgetting import COUNTED_AFTER, forget_views

pytestmark = pytest.mark.django_db

DAY = date(2026, 8, 14)
LATE = datetime(2026, 8, 14, 21, 59, tzinfo=UTC)  # a minute before midnight in Berlin
LATER = LATE + timedelta(days=settings.CLICK_DETAIL_DAYS)


@pytest.fixture
def link():
    return make_link(make_enrollment(make_program(drafts=[VIEWS])))


def see(link, asset_id, number, at=LATE, first=0):
    Impression.objects.bulk_create(
        Impression(
            brand_id=link.brand_id,
            program_id=link.enrollment.program_id,
            enrollment_id=link.enrollment_id,
            link_id=link.pk,
            asset_id=asset_id,
            visitor_key=visitor,
            day=at.date(),
            at=at,
        )
        for visitor in range(first, first + number)
    )


def test_a_count_of_each_day_link_and_picture_stays_and_proves_the_commission(link):
    one, two = make_asset(link.enrollment.program).pk, make_asset(link.enrollment.program).pk
    see(link, one, 700)
    see(link, two, 500)
    see(link, one, 3, at=LATE + timedelta(minutes=2), first=9000)  # the next day in Berlin
    count_day(brand=link.brand, day=DAY, now=LATE + timedelta(days=3))

    gone = forget_views(now=LATER + timedelta(minutes=1))
    kept = ViewCount.objects.filter(brand_id=link.brand_id, day=DAY)

    assert (gone, Impression.objects.count()) == (1200, 3)
    assert list(kept.order_by("asset_id").values_list("asset_id", "views")) == [
        (one, 700),
        (two, 500),
    ]
    award = Award.objects.get()
    assert kept.aggregate(n=Sum("views"))["n"] == award.facts["count"]
    assert prove_books(brand_id=link.brand_id).is_balanced


def test_forgotten_twice_or_in_halves_each_view_is_summed_once(link):
    asset = make_asset(link.enrollment.program).pk
    see(link, asset, 4, at=LATE - timedelta(hours=9))
    see(link, asset, 6, at=LATE, first=4)

    first = forget_views(now=LATER - timedelta(hours=1))
    second = forget_views(now=LATER + timedelta(minutes=1))
    third = forget_views(now=LATER + timedelta(minutes=1))

    assert (first, second, third) == (4, 6, 0)
    assert ViewCount.objects.get().views == 10


def test_a_forgotten_day_is_not_counted_anew_to_nothing(link):
    see(link, make_asset(link.enrollment.program).pk, 1000)
    count_day(brand=link.brand, day=DAY, now=LATE + timedelta(days=3))
    forget_views(now=LATER + timedelta(days=1))

    with pytest.raises(ViewsForgotten):
        count_day(brand=link.brand, day=DAY, now=LATER + timedelta(days=1))

    assert Commission.objects.get().amount_minor == 250


def test_views_that_may_still_be_counted_are_kept_whatever_the_setting(link, settings):
    settings.CLICK_DETAIL_DAYS = 30
    see(link, make_asset(link.enrollment.program).pk, 2)

    assert "views: 0" in forget_old(now=LATE + COUNTED_AFTER)
    assert "views: 2" in forget_old(now=LATE + COUNTED_AFTER + timedelta(seconds=1))
