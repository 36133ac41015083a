"""What is over is forgotten, and no figure on a page changes by it."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from affiliates.models import Asset
from core.clock import utc_now
from core.models import Image, JobRun
from portal.privacy.forgetting import forget_old
from portal.tasks import forget_old as run_job
from tests.makers import make_asset, make_enrollment, make_link, make_program, make_user
from tests.orders import make_click
from tests.portal.text import plain
from tests.safety import make_session
from tracking.models import Click
from tracking.selectors import count_clicks

pytestmark = pytest.mark.django_db


def test_an_old_click_loses_what_it_says_of_the_visit_and_still_counts():
    now = utc_now()
    link = make_link(make_enrollment(make_program()))
    ages = [settings.CLICK_DETAIL_DAYS + 40, settings.CLICK_DETAIL_DAYS + 1, 1]
    for days in ages:
        make_click(link, at=now - timedelta(days=days))
    Click.objects.update(net_key=7, country="DE", device=2, has_paid_marker=True)
    before = count_clicks([link.pk])

    forget_old(now=now)

    told = Click.objects.order_by("at").values_list("net_key", "device")
    assert list(told) == [(0, 0), (0, 0), (7, 2)]
    assert count_clicks([link.pk]) == before
    assert "clicks: 0" in forget_old(now=now)


def test_images_archived_long_ago_go_and_one_in_use_elsewhere_stays():
    now = utc_now()
    program = make_program()
    asset, recent = make_asset(program), make_asset(program)
    asset.archived_at = now - timedelta(days=settings.ARCHIVED_IMAGE_DAYS, hours=1)
    asset.save()

    forget_old(now=now)

    assert [one.pk for one in Asset.objects.all()] == [recent.pk]
    assert Image.objects.filter(pk=recent.image_id).exists()
    recent.archived_at = asset.archived_at
    recent.save()
    forget_old(now=now)
    assert not Image.objects.exists()


def test_sessions_that_are_over_go_and_one_in_use_stays():
    over, used = make_session(make_user()), make_session(make_user())
    UserSession.objects.filter(pk=over.pk).update(last_seen_at=timezone.now() - timedelta(days=15))

    forget_old(now=utc_now())

    assert [one.pk for one in UserSession.objects.all()] == [used.pk]


def test_the_job_leaves_its_outcome_and_runs_once_a_day():
    run_job()
    run_job()

    run = JobRun.objects.get(name="forget_old")
    assert run.is_ok
    assert "clicks: 0" in run.detail


@override_settings(CLICK_DETAIL_DAYS=47)
def test_everybody_reads_how_long_what_is_kept(client):
    page = plain(client.get(reverse("portal:privacy-statement")))

    assert "47 days" in page
    assert f"{settings.RAW_BODY_DAYS} days" in page
