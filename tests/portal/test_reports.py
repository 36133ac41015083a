"""The home's figures against orders and clicks whose sums are known."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.services.brands import move_clock
from core.clock import brand_now
from core.ids import uuid7
from core.money import Money
from portal.reports import PERIOD_DAYS, change_bps, compare_periods, list_top_creators
from portal.todo import list_owed, list_tasks
from tests.makers import get_owner, make_application, make_brand, make_sandbox
from tests.shop import code, line, stamp
from tests.world import fill_world, make_world
from tracking.models import Click, Verdict

pytestmark = pytest.mark.django_db

BERLIN_MIDNIGHT = datetime(2026, 8, 11, 22, 0, tzinfo=UTC)
"""The first instant of 12 August in Berlin."""


@pytest.fixture
def world():
    return make_world()


def click(world, at: datetime, visitor: int, verdict: Verdict = Verdict.COUNTED) -> Click:
    link = world.anna.links.first()
    return Click.objects.create(
        id=uuid7(at),
        brand_id=world.brand.pk,
        program_id=world.anna.program_id,
        enrollment_id=world.anna.pk,
        link_id=link.pk,
        at=at,
        visitor_key=visitor,
        net_key=1,
        verdict=verdict,
    )


def compare(world, now: datetime | None = None):
    return compare_periods(brand=world.brand, now=now or world.shop.now)


def test_unique_clicks_leave_out_bots_and_a_browser_that_comes_again(world):
    now = world.shop.now
    for visitor, verdict in [(1, 16), (1, 17), (2, 16), (3, Verdict.BOT), (4, Verdict.NO_CONSENT)]:
        click(world, now, visitor, verdict)

    period = compare(world).now

    assert (period.clicks, period.unique) == (4, 3)


def test_a_day_begins_at_midnight_of_the_brand(world):
    click(world, BERLIN_MIDNIGHT - timedelta(seconds=1), 1)
    click(world, BERLIN_MIDNIGHT, 2)

    days = {
        day.day.isoformat(): day.clicks
        for day in compare(world, BERLIN_MIDNIGHT + timedelta(hours=1)).now.days
    }

    assert (days["2026-08-11"], days["2026-08-12"]) == (1, 1)
    assert list(days)[-1] == "2026-08-12"
    assert len(days) == PERIOD_DAYS


def test_the_two_periods_touch_and_nothing_older_counts(world):
    now = BERLIN_MIDNIGHT + timedelta(hours=1)
    for days, visitor in ((0, 1), (29, 2), (30, 3), (59, 4), (60, 5)):
        click(world, now - timedelta(days=days), visitor)

    compared = compare(world, now)

    assert (compared.now.clicks, compared.before.clicks) == (2, 2)


def test_revenue_and_commission_are_net_of_refunds_and_only_of_credited_orders(world):
    fill_world(world)

    total = compare(world).now.total("EUR")

    assert (total.orders, total.revenue, total.commission) == (2, 17_500, 1_750)


def test_unpaid_test_and_cancelled_orders_are_not_counted(world):
    shop = world.shop
    unpaid = shop.order("1", status="pending", discounts=code("COFFEE10"))
    del unpaid["paid_at"]
    shop.send("order.created", unpaid)
    shop.pay("2", test=True, discounts=code("COFFEE10"))
    shop.pay("3", discounts=code("COFFEE10"))
    at = stamp(shop.now)
    cancelled = shop.order("3", status="cancelled", cancelled_at=at, discounts=code("COFFEE10"))
    assert shop.send("order.cancelled", cancelled) == 200

    assert compare(world).now.orders == 0


def test_currencies_stand_apart(world):
    shop = world.shop
    shop.pay("1", discounts=code("COFFEE10"))
    yen = [line("1", "5005", discount="0", tax="0")]
    shop.pay("2", currency="JPY", total="5005", lines=yen, discounts=code("TEA10", "0"))

    compared = compare(world)

    assert compared.now.total("EUR").revenue == 10_000
    assert compared.now.total("JPY").revenue == 5_005
    assert [row.orders for row in list_top_creators(compared, currency="JPY")] == [1]
    assert {row.currency for row in list_owed(world.brand)} == {"EUR", "JPY"}


def test_totals_are_the_sums_of_days_and_of_creators(world):
    rng = Random(4)
    for number in range(12):
        placed = world.shop.now - timedelta(days=rng.randint(0, 29))
        world.shop.pay(
            str(number),
            placed_at=stamp(placed),
            total=f"{rng.randint(10, 99)}.00",
            discounts=code(rng.choice(["COFFEE10", "TEA10"])),
        )

    period = compare(world).now
    parts = [sums for (_party, currency), sums in period.by_creator.items() if currency == "EUR"]

    assert period.orders == 12
    assert period.total("EUR").revenue == sum(part.revenue for part in parts)
    assert period.total("EUR").commission == sum(part.commission for part in parts)


def test_conversion_and_amount_per_click_say_nothing_without_clicks(world):
    world.shop.pay("1", discounts=code("COFFEE10"))
    assert compare(world).now.conversion_bps is None
    assert compare(world).now.per_click("EUR") is None

    for visitor in range(3):
        click(world, world.shop.now, visitor)

    assert compare(world).now.conversion_bps == 3333
    assert compare(world).now.per_click("EUR") == Money(333, "EUR")


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [(112, 100, 1200), (0, 10, -10_000), (5, 0, None), (1, 3, -6700)],
)
def test_a_change_is_in_whole_percents(value, before, expected):
    assert change_bps(value, before) == expected


def test_a_sandbox_looks_back_from_its_own_clock():
    brand = make_brand()
    sandbox = make_sandbox(brand)
    move_clock(
        brand_id=sandbox.pk, seconds=40 * 86_400, actor_id=get_owner(brand).pk, now=brand_now(brand)
    )
    sandbox.refresh_from_db()

    compared = compare_periods(brand=sandbox, now=brand_now(sandbox))

    ahead = (
        compared.now.days[-1].day
        - compare_periods(brand=brand, now=brand_now(brand)).now.days[-1].day
    )
    assert ahead.days in {40, 41}


def test_tasks_name_what_waits(world, client):
    fill_world(world)
    make_application(world.anna.program)
    shop = world.shop
    yen = [line("1", "5005", discount="0", tax="0")]
    shop.pay("9", currency="JPY", total="5005", lines=yen, discounts=code("TEA10", "0"))
    shop.post(b'{"type": "order.paid", "data": 7}', event_id="evt_bad")

    tasks = list_tasks(brand=world.brand, owed=list_owed(world.brand), now=shop.now)

    assert [task.code for task in tasks] == [
        "applications",
        "reviews",
        "minimum_missing",
        "deliveries",
    ]
    client.force_login(get_owner(world.brand))
    page = client.get(reverse("portal:brand-home", args=[world.brand.slug])).content.decode()
    for words in (
        "application waits",
        "commission to review",
        "no minimum payout",
        "not processed",
    ):
        assert words in page


def test_the_home_asks_as_much_for_a_busy_brand_as_for_a_quiet_one(world, client):
    client.force_login(get_owner(world.brand))
    world.shop.pay("1", discounts=code("COFFEE10"))
    url = reverse("portal:brand-home", args=[world.brand.slug])
    client.get(url)
    few = count_queries(client, url)

    for number in range(2, 9):
        world.shop.pay(str(number), discounts=code("TEA10" if number % 2 else "COFFEE10"))
        click(world, world.shop.now, number)

    assert count_queries(client, url) == few


def count_queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_each_figure_of_the_home_leads_to_the_orders_it_is_made_of(world, client):
    fill_world(world)
    long_ago = stamp(world.shop.now - timedelta(days=40))
    world.shop.pay("old", placed_at=long_ago, discounts=code("COFFEE10"))
    client.force_login(get_owner(world.brand))
    home = client.get(reverse("portal:brand-home", args=[world.brand.slug]))
    query = f"{home.context['rows_query']}&currency=EUR"

    orders = client.get(f"{reverse('tracking:order-list', args=[world.brand.slug])}?{query}")
    url = reverse("tracking:commission-list", args=[world.brand.slug])
    commissions = client.get(f"{url}?tab=all&{query}")

    figures = home.context["figures"]
    assert orders.context["total"] == figures["orders"][0] == 2
    assert list(commissions.context["sums"]) == [figures["commission"][0]]
