"""The next payout: what is expected in it, and what is missing, at fixed times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from brands.models import PayoutPolicy
from ledger.selectors import list_party_balances
from payouts.services.methods import set_bank_method
from portal.forecast import Forecast, list_forecasts
from tests.makers import get_creator, get_owner, make_enrollment, make_link, make_program
from tests.orders import approve_payouts, get_commission, place_order, release_due
from tests.portal.text import plain
from tests.tracking.events import make_line
from tracking.services.holds import hold_commission

pytestmark = pytest.mark.django_db

JOINED = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)


@pytest.fixture
def link():
    return make_link(make_enrollment(make_program(now=JOINED), now=JOINED), now=JOINED)


def order(link, at: datetime, net: int = 10_000):
    return place_order(link, now=at, lines=(make_line("l1", net=net),), total=net)


def look(link, now: datetime = NOW) -> Forecast:
    place = link.enrollment.affiliation
    balances = list_party_balances(brand_id=place.brand_id, party_ids=[place.pk])
    (one,) = list_forecasts(affiliations=[place], balances=balances, now=now)
    return one


def add_bank(link, at: datetime = JOINED):
    place = link.enrollment.affiliation
    set_bank_method(
        affiliation_id=place.pk,
        details={"account_name": "Anna", "iban": "DE02120300000000202051"},
        actor_id=get_creator(link.enrollment).pk,
        now=at,
    )


def test_expected_is_what_is_released_and_what_will_be_by_the_end_of_the_day(link):
    order(link, JOINED)
    release_due(link.brand, now=NOW)
    order(link, datetime(2026, 9, 5, 21, 59, tzinfo=UTC), net=20_000)  # 23:59 in Berlin
    order(link, datetime(2026, 9, 5, 22, 1, tzinfo=UTC), net=40_000)  # the day after

    one = look(link)

    assert one.run_date == date(2026, 10, 5)
    assert one.released.amount_minor == 1000
    assert one.due.amount_minor == 2000
    assert one.expected.amount_minor == 3000


def test_a_month_whose_run_is_approved_is_over(link):
    add_bank(link)
    order(link, JOINED, net=100_000)
    now = datetime(2026, 9, 3, 12, tzinfo=UTC)
    release_due(link.brand, now=now)
    assert look(link, now).run_date == date(2026, 9, 5)

    approve_payouts(link.brand, now=now)
    order(link, now)

    one = look(link, now)
    assert one.run_date == date(2026, 10, 5)
    assert one.tasks[0].text and "on its way" not in one.tasks[0].text


def test_a_brand_that_pays_every_week_is_expected_to_pay_this_week(link):
    PayoutPolicy.objects.filter(brand=link.brand).update(rhythm="weekly", weekday=4)
    order(link, JOINED)
    release_due(link.brand, now=NOW)

    assert look(link).run_date == date(2026, 9, 11)


def test_what_is_missing_is_judged_by_the_day_of_the_run(link):
    add_bank(link, at=NOW)  # payouts pause for three days, which are over by then
    order(link, datetime(2026, 9, 1, 12, tzinfo=UTC), net=40_000)

    (task,) = look(link).tasks

    assert plain(task.text).startswith("10.00 EUR more is needed to reach the minimum of 50.00 EUR")
    assert task.view_name == "portal:creator-earnings"


def test_a_method_changed_just_before_the_run_is_named(link):
    order(link, datetime(2026, 8, 1, 12, tzinfo=UTC), net=100_000)
    add_bank(link)
    now = datetime(2026, 10, 4, 12, tzinfo=UTC)
    add_bank_again = {"account_name": "Anna", "iban": "DE75512108001245126199"}
    set_bank_method(
        affiliation_id=link.enrollment.affiliation_id,
        details=add_bank_again,
        actor_id=get_creator(link.enrollment).pk,
        now=now,
    )
    release_due(link.brand, now=now)

    assert any("payouts resume on" in plain(task.text) for task in look(link, now).tasks)


def test_what_a_review_holds_is_not_expected(link):
    held = get_commission(order(link, datetime(2026, 9, 1, 12, tzinfo=UTC)))
    hold_commission(commission_id=held.pk, reason="x", actor_id=get_owner(link.brand).pk, now=NOW)

    assert look(link).due.amount_minor == 0


def test_nothing_is_expected_where_there_is_no_money(link):
    place = link.enrollment.affiliation

    assert list_forecasts(affiliations=[place], balances={}, now=NOW + timedelta(days=1)) == []
