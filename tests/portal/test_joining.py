"""What became of applications: each step counts the same people, month by month."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from affiliates.services.applications import approve_application, reject_application
from portal.joining import list_joining
from portal.performance import Span
from tests.makers import (
    NOW,
    Applying,
    get_owner,
    make_application,
    make_code,
    make_program,
)
from tests.orders import place_order
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


def test_every_application_stands_in_one_state_and_only_approved_ones_bring_orders(client):
    program = make_program()
    owner = get_owner(program.brand)
    approved, idle, rejected, _waiting, early = (
        make_application(program, said=Applying(now=NOW - timedelta(days=days, hours=5)))
        for days in (0, 0, 0, 0, 400)
    )
    for row in (approved, idle):
        later = NOW - timedelta(hours=2)
        approve_application(application_id=row.pk, group_id=None, actor_id=owner.pk, now=later)
    for row in (rejected, early):
        reject_application(
            application_id=row.pk, reason="full", note="", actor_id=owner.pk, now=NOW
        )
    make_application(make_program())  # of another brand
    place = program.enrollments.get(affiliation__affiliate=approved.affiliate)
    place_order(make_code(place, "ANN"), order_id="1")
    today = NOW.date()

    total, month = list_joining(program.brand, Span(today - timedelta(days=3), today))

    assert (total.sent, total.waiting, total.rejected, total.approved) == (4, 1, 1, 2)
    assert (total.clicked, total.ordered, total.ordered_bps) == (0, 1, 5000)
    assert total.took == timedelta(hours=3)
    assert month.month == date(today.year, today.month, 1)
    assert month.sent == 4
    assert list_joining(program.brand, Span(date(2001, 1, 1), date(2001, 1, 2))) == []
    client.force_login(owner)
    url = reverse("portal:report-funnel", args=[program.brand.slug])
    page = client.get(url, {"from": "2026-08-01", "to": "2026-08-31"})
    assert "Time to decision" in plain(page)
