"""The page of tracking: hops with their last success, shares, alarms; who sees and who decides."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from affiliates.models import Enrollment, Link
from brands.models import Program, StoreConnection
from core.clock import database_now
from portal.todo import list_tasks
from tests.makers import (
    get_owner,
    make_alarm,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_member,
    make_program,
    make_user,
)
from tests.orders import find_store, make_click, place_order
from tests.portal.text import plain
from tracking.domain.events import ClickSignal
from tracking.domain.hops import judge_program
from tracking.models import HourCount, RefusedDelivery, TrackingAlarm, Verdict
from tracking.selectors_health import (
    list_new_orders,
    read_program,
    read_stores,
    sum_shares,
    sum_weeks,
)
from tracking.services.hours import count_next

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return database_now()


@pytest.fixture
def link(now):
    link = make_link(make_enrollment())
    find_store(link.brand)
    let_be_old(now)
    return link


def let_be_old(now):
    """Let creators have joined long ago: their clicks of last week count."""
    Enrollment.objects.update(joined_at=now - timedelta(days=90))


@pytest.fixture
def alarm(link, now):
    return make_alarm(link.enrollment.program, now=now - HOUR)


def count(brand, now):
    while count_next(brand_id=brand.pk, now=now):
        pass


def page_url(brand):
    return reverse("tracking:health", args=[brand.slug])


def dismiss_url(alarm):
    return reverse("tracking:alarm-dismiss", args=[alarm.brand.slug, alarm.public_id])


def open_page(client, brand, user=None):
    client.force_login(user or get_owner(brand))
    return plain(client.get(page_url(brand)))


def test_a_brand_at_its_beginning_reads_what_to_do(client, link):
    page = open_page(client, link.brand)

    for said in ("Never yet", "No link was opened yet", "No order has come yet"):
        assert said in page
    assert "Nothing was counted yet" in page
    assert "None was raised" in page


def test_a_program_reads_its_hops_from_what_was_counted_and_the_newest(link, now):
    program, brand = link.enrollment.program, link.brand
    make_click(link, at=now - 30 * HOUR)
    order = place_order(link, now=now - 29 * HOUR)
    count(brand, now)
    make_click(link, at=now, verdict=Verdict.BOT)

    newest = list_new_orders(brand)
    health = read_program(program, newest, now=now)

    assert (health.facts.opened_at, health.facts.counted_at) == (now, now - 29 * HOUR)
    assert (health.facts.counted, health.facts.uncounted) == (2, 0)
    assert health.last_valid == order
    assert health.facts.valid_at == order.placed_at
    assert (health.facts.streak, health.facts.orders) == (0, 1)
    assert health.facts.live_links == Link.objects.count()
    assert {hop.state for hop in judge_program(health.facts, now=now)} == {"works"}


def test_a_last_click_of_long_ago_is_found_to_the_second_and_others_not_at_all(link, now):
    at = now - timedelta(days=40)
    make_click(link, at=at)
    other = make_link(make_enrollment(make_program(link.brand)))
    make_click(other, at=now)
    count(link.brand, now)

    facts = read_program(link.enrollment.program, [], now=now).facts

    assert (facts.opened_at, facts.counted_at, facts.counted) == (at, at, 0)


def test_a_store_reads_its_tokens_carriers_and_refusals(link, now):
    brand, store = link.brand, find_store(link.brand)
    silent = make_connection(brand)
    carried = place_order(link, now=now - 3 * HOUR)
    place_order(link, now=now - 2 * HOUR, clicks=())
    place_order(link, now=now - 2 * HOUR, clicks=())
    count(brand, now)
    RefusedDelivery.objects.create(
        brand=brand, connection=store, at=now, code="bad", size_bytes=1, body_sha256="x"
    )

    one, other = read_stores(brand, [store, silent], list_new_orders(brand), now=now)

    assert (one.facts.streak, one.facts.token_at, one.last_token) == (2, carried.placed_at, carried)
    assert (one.facts.orders, one.facts.tokens, one.carriers) == (3, 1, [("note", 1)])
    assert (one.facts.refused, one.facts.processed_at) == (1, None)
    assert (other.facts.orders, other.facts.received_at, other.carriers) == (0, None, [])


def test_shares_split_all_orders_of_the_brand_by_what_they_carried_of_the_program(link, now):
    brand, program = link.brand, link.enrollment.program
    code = make_code(link.enrollment, "ANNA")
    other = make_link(make_enrollment(make_program(brand)))
    let_be_old(now)
    at = now - 2 * HOUR
    for signals in ((link,), (link,), (code,), (link, code), (other,)):
        place_order(*signals, now=at)
    place_order(link, now=at, clicks=())
    place_order(link, now=at, clicks=(ClickSignal("x" * 50, "note"),))
    place_order(link, now=now - timedelta(days=5))
    count(brand, now)

    shares = sum_shares(program, now=now)

    day = shares[1]
    assert (day.orders, day.token, day.code, day.both, day.other, day.none) == (7, 2, 1, 1, 2, 1)
    assert (day.valid, day.unreadable) == (3, 1)
    assert (shares[7].orders, shares[30].token) == (8, 3)
    weeks = sum_weeks(program, now=now, zone=ZoneInfo(brand.time_zone))
    assert (len(weeks), sum(week.orders for week in weeks.values())) == (12, 8)


def test_the_page_says_what_to_do_for_the_shop_at_hand(client, link, now):
    StoreConnection.objects.filter(pk=find_store(link.brand).pk).update(platform="shopify")
    HourCount.objects.create(
        brand_id=link.brand_id,
        connection_id=find_store(link.brand).pk,
        hour=now - 20 * HOUR,
        orders=60,
        has_token=50,
        has_none=10,
    )
    for _ in range(12):
        place_order(link, now=now - HOUR, clicks=())

    page = open_page(client, link.brand)

    assert "The last 12 orders of" in page
    assert "missing in the theme" in page
    assert (
        reverse(
            "brands:connection-detail", args=[link.brand.slug, find_store(link.brand).public_id]
        )
        in page
    )


def test_an_alarm_stands_on_the_page_with_its_figures_and_in_the_to_do_list(client, alarm, now):
    page = open_page(client, alarm.brand)
    assert "Clicks stopped" in page
    assert "where 40 were to be expected" in page
    assert dismiss_url(alarm) in page
    (task,) = [t for t in list_tasks(brand=alarm.brand, owed=[], now=now) if t.code == "alarms"]
    assert task.count == 1
    home = client.get(reverse("portal:brand-home", args=[alarm.brand.slug]))
    assert "1 alarm of tracking" in plain(home)


def test_an_open_alarm_of_another_program_is_shown_and_its_past_ones_are_not(client, link, now):
    other = make_program(link.brand)
    alarm = make_alarm(other, now=now - HOUR)
    assert dismiss_url(alarm) in open_page(client, link.brand)
    TrackingAlarm.objects.update(closed_at=now)
    assert "None was raised" in open_page(client, link.brand)
    page = plain(client.get(f"{page_url(link.brand)}?program={other.public_id}"))
    assert f"Clicks stopped: {other.name}" in page


def test_a_manager_dismisses_it_with_a_reason_and_it_stays_in_the_history(client, alarm):
    manager = make_member(alarm.brand)
    client.force_login(manager.user)
    assert client.post(dismiss_url(alarm), {"reason": " "}).status_code == 422

    answer = client.post(dismiss_url(alarm), {"reason": "Holidays"}, follow=True)

    alarm.refresh_from_db()
    assert (alarm.closed_by, alarm.reason) == (manager.user, "Holidays")
    page = answer.content.decode()
    assert "not raised again for four weeks" in page
    assert "Holidays" in page
    again = client.post(dismiss_url(alarm), {"reason": "Twice"}, follow=True).content.decode()
    assert "over already" in again


@pytest.mark.parametrize("role", ["finance", "analyst"])
def test_others_of_the_team_read_and_do_not_decide(client, alarm, role):
    reader = make_member(alarm.brand, role).user
    page = open_page(client, alarm.brand, reader)
    assert "Needs the manager role" in page
    assert dismiss_url(alarm) not in page
    assert client.post(dismiss_url(alarm), {"reason": "x"}).status_code == 403


def test_strangers_find_nothing(client, alarm):
    client.force_login(make_user())
    assert client.get(page_url(alarm.brand)).status_code == 404
    other = make_brand()
    client.force_login(get_owner(other))
    url = reverse("tracking:alarm-dismiss", args=[other.slug, alarm.public_id])
    assert client.post(url, {"reason": "x"}).status_code == 404
    alarm.refresh_from_db()
    assert alarm.closed_at is None


def test_a_brand_without_a_program_is_led_to_its_set_up(client):
    brand = make_brand()
    client.force_login(get_owner(brand))
    assert client.get(page_url(brand)).url == reverse("brands:setup", args=[brand.slug])


def test_the_page_reads_as_much_with_many_orders_as_with_one(
    client, link, now, django_assert_max_num_queries
):
    place_order(link, now=now - HOUR)
    client.force_login(get_owner(link.brand))
    Program.objects.update(status_at=now)
    client.get(page_url(link.brand))
    for _ in range(5):
        place_order(link, now=now - HOUR)
    count(link.brand, now)
    with django_assert_max_num_queries(45):
        client.get(page_url(link.brand))
