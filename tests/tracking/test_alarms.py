"""Hours are counted once over, an alarm is opened and told once, and closed when it is well."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from affiliates.models import Enrollment
from brands.models import Program, StoreConnection
from core.models import AuditEvent, Brand, Mail
from tests.makers import NOW, get_owner, make_code, make_enrollment, make_link, make_member
from tests.orders import find_store, make_click, place_order
from tests.racing import race
from tracking.domain.events import ClickSignal, Subscription
from tracking.domain.token import make_token
from tracking.models import HourCount, RefusedDelivery, TrackingAlarm, TrackingWatch, Verdict
from tracking.services.alarms import AlarmClosed, dismiss_alarm, list_watched, watch_brand
from tracking.services.hours import HISTORY, LATE, count_next, floor_hour
from tracking.tasks import watch_brand as watch_brand_task

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PLATFORMS = ["generic", "shopify", "woocommerce"]


@pytest.fixture
def link(db):
    return make_old_link()


def make_old_link():
    """Make a link in a program and a store that have been there for long."""
    link = make_link(make_enrollment())
    find_store(link.brand)
    Program.objects.update(status_at=NOW - 90 * DAY)
    StoreConnection.objects.update(created_at=NOW - 90 * DAY)
    Enrollment.objects.update(joined_at=NOW - 90 * DAY)
    link.enrollment.program.refresh_from_db()
    return link


def count(brand, now=NOW):
    while count_next(brand_id=brand.pk, now=now):
        pass


def watch(brand, now=NOW):
    count(brand, now)
    return [a.kind for a in watch_brand(brand_id=brand.pk, platforms=PLATFORMS, now=now)]


def fill(brand, *, until=NOW, days=35, **row):
    """Let so much have come in each hour, as counted."""
    HourCount.objects.bulk_create(
        HourCount(brand_id=brand.pk, hour=floor_hour(until) - n * HOUR, **row)
        for n in range(1, int(days * 24) + 1)
    )


def be_counted(brand, now):
    TrackingWatch.objects.update_or_create(brand=brand, defaults={"counted_until": floor_hour(now)})


def judge(brand, now):
    """Judge what the rows say, without counting anew what no click is behind."""
    be_counted(brand, now)
    return [a.kind for a in watch_brand(brand_id=brand.pk, platforms=PLATFORMS, now=now)]


def test_clicks_are_counted_by_program_hour_and_verdict(link):
    at = floor_hour(NOW) - HOUR
    make_click(link, at=at)
    make_click(link, at=at + HOUR / 2)
    make_click(link, at=at, verdict=Verdict.BOT)
    make_click(link, at=floor_hour(NOW))  # of an hour that is not over

    count(link.brand)

    row = HourCount.objects.get(brand_id=link.brand_id)
    assert (row.program_id, row.connection_id, row.hour) == (link.enrollment.program_id, 0, at)
    assert (row.clicks, row.verdicts) == (2, {"counted": 2, "bot": 1})


def test_orders_are_counted_by_store_and_by_each_program_they_touch(link):
    at = floor_hour(NOW) - HOUR
    code = make_code(link.enrollment, "ANNA")
    place_order(link, now=at)
    place_order(code, now=at)
    place_order(link, code, now=at)
    forged = (ClickSignal("x" * 50, "note_attribute"),)
    place_order(link, now=at, clicks=forged)
    place_order(link, now=at, clicks=())
    place_order(link, now=at, is_test=True)
    place_order(link, now=at, subscription=Subscription("renewal", "s1"))

    count(link.brand)

    store = HourCount.objects.get(program_id=0, brand_id=link.brand_id)
    assert (store.orders, store.has_token, store.has_code, store.has_both) == (5, 2, 1, 1)
    assert (store.has_none, store.valid, store.unreadable) == (1, 2, 1)
    assert store.carriers == {"note": 2, "note_attribute": 1}
    assert store.deliveries == 7
    mine = HourCount.objects.exclude(connection_id=0).get(program_id=link.enrollment.program_id)
    assert (mine.orders, mine.has_token, mine.has_code, mine.has_both) == (3, 1, 1, 1)
    assert (mine.valid, mine.unreadable, mine.has_none) == (2, 0, 0)


def test_a_token_is_as_good_as_its_click(link):
    at = floor_hour(NOW) - HOUR
    for clicked, verdict in ((at - 40 * DAY, Verdict.COUNTED), (at, Verdict.BOT)):
        click = make_click(link, at=clicked, verdict=verdict)
        token = make_token(settings.CLICK_TOKEN_KEYS, click.id, link.pk)
        place_order(link, now=at, clicks=(ClickSignal(token, "note"),))

    count(link.brand)

    row = HourCount.objects.exclude(connection_id=0).get(program_id=link.enrollment.program_id)
    assert (row.valid, row.expired, row.not_counted, row.has_token) == (0, 1, 1, 2)


def test_an_hour_is_counted_anew_while_news_of_it_may_come(link):
    at = floor_hour(NOW) - HOUR
    count(link.brand)
    place_order(link, now=at)
    count(link.brand, NOW + HOUR)
    assert HourCount.objects.get(program_id=0).orders == 1

    place_order(link, now=at)
    count(link.brand, NOW + LATE - HOUR)
    assert HourCount.objects.get(program_id=0, orders__gt=0).orders == 2
    place_order(link, now=at)
    count(link.brand, NOW + LATE)
    place_order(link, now=at)
    count(link.brand, NOW + LATE + HOUR)
    assert HourCount.objects.get(program_id=0, orders__gt=0).orders == 3


def test_history_is_counted_a_week_at_a_time_and_no_further_back(link):
    early = floor_hour(NOW) - HISTORY
    make_click(link, at=early + HOUR)
    make_click(link, at=early - 9 * DAY)
    turns = 0
    while count_next(brand_id=link.brand_id, now=NOW):
        turns += 1

    assert turns == HISTORY.days / 7 - 1
    assert list(HourCount.objects.values_list("hour", flat=True)) == [early + HOUR]
    assert count_next(brand_id=link.brand_id, now=NOW) is False


def test_refusals_that_are_forgotten_stay_counted(link):
    store = find_store(link.brand)
    facts = {"brand": link.brand, "connection": store, "code": "bad", "size_bytes": 1}
    RefusedDelivery.objects.create(at=NOW - HOUR, body_sha256="x", **facts)
    count(link.brand)
    RefusedDelivery.objects.all().delete()
    count(link.brand, NOW + HOUR)

    assert HourCount.objects.get(connection_id=store.pk).unproven == 1


def test_a_clock_that_is_set_back_counts_on(link):
    count(link.brand, NOW + 9 * DAY)
    count(link.brand, NOW)
    assert TrackingWatch.objects.get().counted_until == floor_hour(NOW)


def test_a_stop_opens_one_alarm_mailed_once_to_owners_and_managers(link):
    program = link.enrollment.program
    manager, finance = make_member(link.brand), make_member(link.brand, "finance")
    fill(link.brand, program_id=program.pk, clicks=20, until=NOW - DAY)

    assert judge(link.brand, NOW) == ["clicks"]
    assert judge(link.brand, NOW + HOUR) == []

    alarm = TrackingAlarm.objects.get()
    assert (alarm.program, alarm.connection, alarm.closed_at) == (program, None, None)
    assert alarm.evidence == {
        "hours": 6, "observed": 0, "expected": 120, "of": 0, "of_before": 0
    }  # fmt: skip
    told = Mail.objects.filter(kind="team_alarm")
    assert sorted(told.values_list("to", flat=True)) == sorted(
        [get_owner(link.brand).email, manager.user.email]
    )
    assert finance.user.email not in told.values_list("to", flat=True)
    assert "120" in told[0].text
    assert "it was" not in told[0].text
    assert AuditEvent.objects.filter(action="tracking_alarm.opened").count() == 1


def test_it_is_closed_by_itself_when_clicks_come_again(link):
    program = link.enrollment.program
    fill(link.brand, program_id=program.pk, clicks=20, until=NOW - DAY)
    judge(link.brand, NOW)
    later = NOW + 8 * HOUR
    fill(link.brand, program_id=program.pk, clicks=15, until=later, days=0.25)

    assert judge(link.brand, later) == []

    alarm = TrackingAlarm.objects.get()
    assert (alarm.closed_at, alarm.closed_by, alarm.reason) == (later, None, "")
    assert AuditEvent.objects.filter(action="tracking_alarm.closed").count() == 1


def test_a_dismissed_alarm_is_not_opened_again_for_four_weeks(link):
    owner = get_owner(link.brand)
    fill(link.brand, program_id=link.enrollment.program_id, clicks=20, until=NOW - DAY)
    judge(link.brand, NOW)
    alarm = TrackingAlarm.objects.get()

    dismiss_alarm(alarm_id=alarm.pk, reason="Holidays", actor_id=owner.pk, now=NOW)

    alarm.refresh_from_db()
    assert (alarm.closed_at, alarm.closed_by, alarm.reason) == (NOW, owner, "Holidays")
    assert judge(link.brand, NOW + HOUR) == []
    with pytest.raises(AlarmClosed):
        dismiss_alarm(alarm_id=alarm.pk, reason="Again", actor_id=owner.pk, now=NOW)


@pytest.mark.parametrize("status", ["paused", "closed", "draft"])
def test_a_program_that_is_not_live_raises_none_and_its_alarm_ends(link, status):
    fill(link.brand, program_id=link.enrollment.program_id, clicks=20, until=NOW - DAY)
    judge(link.brand, NOW)
    Program.objects.update(status=status)
    assert link.brand in list_watched()

    assert judge(link.brand, NOW + HOUR) == []

    assert TrackingAlarm.objects.get().closed_at == NOW + HOUR
    assert judge(link.brand, NOW + 2 * HOUR) == []
    assert list_watched() == []


def test_a_suspended_brand_raises_none(link):
    fill(link.brand, program_id=link.enrollment.program_id, clicks=20, until=NOW - DAY)
    Brand.objects.update(status="suspended")
    assert judge(link.brand, NOW) == []


def test_a_store_is_judged_by_itself_and_only_while_it_reports(link):
    store, brand = find_store(link.brand), link.brand
    fill(brand, connection_id=store.pk, deliveries=9, until=NOW - DAY)
    StoreConnection.objects.update(is_active=False)
    assert judge(brand, NOW) == []
    StoreConnection.objects.update(is_active=True, platform="csv")
    assert judge(brand, NOW) == []
    StoreConnection.objects.update(platform="generic")

    assert judge(brand, NOW) == ["deliveries"]

    assert TrackingAlarm.objects.get().connection == store
    StoreConnection.objects.update(uninstalled_at=NOW)
    judge(brand, NOW + HOUR)
    assert TrackingAlarm.objects.get().closed_at == NOW + HOUR


def test_orders_without_a_token_open_the_alarm_of_their_store_with_both_shares(link):
    store, brand = find_store(link.brand), link.brand
    rows = {"connection_id": store.pk, "orders": 10, "deliveries": 10}
    fill(brand, **rows, has_token=3, has_none=7, until=NOW - DAY, days=30)
    fill(brand, **rows, has_none=10, days=1)

    assert judge(brand, NOW) == ["share"]

    (letter,) = Mail.objects.filter(kind="team_alarm")
    assert "it was 0 of 60" in letter.text
    assert "were to be expected" not in letter.text


def test_nothing_is_judged_before_all_hours_are_counted(link):
    fill(link.brand, program_id=link.enrollment.program_id, clicks=20, until=NOW - DAY)
    be_counted(link.brand, NOW - HOUR)
    assert watch_brand(brand_id=link.brand_id, platforms=PLATFORMS, now=NOW) == []


def test_the_task_counts_and_judges(link, monkeypatch):
    place_order(link, now=NOW - HOUR)
    monkeypatch.setattr("tracking.tasks.brand_now", lambda _brand: NOW)
    watch_brand_task(brand_id=link.brand_id)
    watch_brand_task(brand_id=link.brand_id)
    assert HourCount.objects.get(program_id=0).orders == 1
    assert not TrackingAlarm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_once_and_open_one_alarm():
    link = make_old_link()
    fill(link.brand, program_id=link.enrollment.program_id, clicks=20, until=NOW - 2 * DAY)
    be_counted(link.brand, NOW - HOUR)
    make_click(link, at=NOW - HOUR)

    def work():
        count(link.brand)
        watch_brand(brand_id=link.brand_id, platforms=PLATFORMS, now=NOW)

    assert race(work, work, work, refusals=()) == [None, None, None]

    assert TrackingAlarm.objects.count() == 1
    assert Mail.objects.filter(kind="team_alarm").count() == 1
    assert HourCount.objects.get(hour=floor_hour(NOW) - HOUR).clicks == 1


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"program": True, "connection": True},
        {"program": True, "closed_by": True, "reason": "Not closed"},
        {"program": True, "closed_by": True, "closed_at": NOW},
    ],
)
def test_the_database_holds_what_an_alarm_is(link, facts):
    known = {
        "program": link.enrollment.program,
        "connection": find_store(link.brand),
        "closed_by": get_owner(link.brand),
    }
    row = {name: known[name] if value is True else value for name, value in facts.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackingAlarm.objects.create(brand=link.brand, kind="clicks", opened_at=NOW, **row)


def test_the_database_holds_one_open_alarm_of_a_kind(link):
    row = {"brand": link.brand, "program": link.enrollment.program, "kind": "clicks"}
    TrackingAlarm.objects.create(opened_at=NOW, closed_at=NOW, **row)
    TrackingAlarm.objects.create(opened_at=NOW, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackingAlarm.objects.create(opened_at=NOW, **row)
