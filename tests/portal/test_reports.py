"""The home's figures against orders and clicks whose sums are known."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.services.brands import move_clock
from core.clock import brand_now
from core.ids import uuid7
from core.money import Money
from portal.performance import Answer, Measures, Question, Span, answer, change_bps
from portal.report_asked import read_home
from portal.todo import list_owed, list_tasks
from tests.makers import get_owner, make_application, make_brand, make_program, make_sandbox
from tests.portal.text import plain
from tests.shop import code, line, stamp
from tests.world import fill_world, make_world
from tracking.models import Click, Verdict

pytestmark = pytest.mark.django_db

BERLIN_MIDNIGHT = datetime(2026, 8, 11, 22, 0, tzinfo=UTC)
"""The first instant of 12 August in Berlin."""
TODAY = date(2026, 8, 12)
BERLIN = ZoneInfo("Europe/Berlin")


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


def count(world, span: Span | None = None) -> Answer:
    """Count the last 30 days, or those asked for, in euro."""
    today = world.shop.now.astimezone(BERLIN).date()
    span = span or Span(today - timedelta(days=29), today)
    return answer(world.brand, Question(span, None, "day", "creator", "EUR"), span)


def test_unique_clicks_leave_out_bots_and_a_browser_that_comes_again(world):
    now = world.shop.now
    for visitor, verdict in [(1, 16), (1, 17), (2, 16), (3, Verdict.BOT), (4, Verdict.NO_CONSENT)]:
        click(world, now, visitor, verdict)

    assert count(world).total.clicks == 3


def test_a_day_begins_at_midnight_of_the_brand(world):
    click(world, BERLIN_MIDNIGHT - timedelta(seconds=1), 1)
    click(world, BERLIN_MIDNIGHT, 2)

    days = {
        day.isoformat(): sums.clicks
        for day, sums in count(world, Span(TODAY - timedelta(days=1), TODAY)).by_step.items()
    }

    assert days == {"2026-08-11": 1, "2026-08-12": 1}


def test_the_two_periods_touch_and_nothing_older_counts(world):
    for days, visitor in ((0, 1), (29, 2), (30, 3), (59, 4), (60, 5)):
        click(world, BERLIN_MIDNIGHT - timedelta(days=days), visitor)
    _period, choice = read_home({}, currencies=["EUR"], today=TODAY)

    now = answer(world.brand, choice.question, choice.question.span)
    before = answer(world.brand, choice.question, choice.question.before)

    assert (now.total.clicks, before.total.clicks) == (2, 2)


@pytest.mark.parametrize(
    ("asked", "since", "until", "before"),
    [
        ({}, "2026-07-14", "2026-08-12", "2026-06-14"),
        ({"period": "7"}, "2026-08-06", "2026-08-12", "2026-07-30"),
        ({"period": "month"}, "2026-08-01", "2026-08-12", "2026-07-20"),
        ({"period": "last_month", "compare": "year"}, "2026-07-01", "2026-07-31", "2025-07-01"),
        ({"period": "9999999999", "compare": "none"}, "2026-07-14", "2026-08-12", None),
    ],
)
def test_the_homes_address_picks_its_days_and_what_stands_beside(asked, since, until, before):
    _period, choice = read_home(asked, currencies=["EUR"], today=TODAY)
    question = choice.question

    assert question.span == Span(date.fromisoformat(since), date.fromisoformat(until))
    assert (question.before and question.before.since.isoformat()) == before


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

    assert count(world).total.orders == 0


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

    found = count(world)
    parts = found.by_key.values()

    assert found.total.orders == 12
    assert found.total.net == sum(part.net for part in parts)
    assert found.total.commission == sum(part.commission for part in parts)


def test_conversion_and_amount_per_click_say_nothing_without_clicks(world):
    world.shop.pay("1", discounts=code("COFFEE10"))
    before = Measures("EUR", False, count(world).total)
    for visitor in range(3):
        click(world, world.shop.now, visitor)
    after = Measures("EUR", False, count(world).total)

    assert (before.conversion_bps, before.per_click) == (None, None)
    assert (after.conversion_bps, after.per_click) == (3333, Money(333, "EUR"))


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [(112, 100, 1200), (0, 10, -10_000), (5, 0, None), (1, 3, -6700)],
)
def test_a_change_is_in_whole_percents(value, before, expected):
    assert change_bps(value, before) == expected


def test_a_sandbox_looks_back_from_its_own_clock(client):
    brand = make_brand()
    make_program(brand)
    sandbox = make_sandbox(brand)
    make_program(sandbox)
    move_clock(
        brand_id=sandbox.pk, seconds=40 * 86_400, actor_id=get_owner(brand).pk, now=brand_now(brand)
    )
    client.force_login(get_owner(brand))

    ends = [
        client.get(reverse("portal:brand-home", args=[one.slug])).context["asked"].span.until
        for one in (sandbox, brand)
    ]

    assert (ends[0] - ends[1]).days in {40, 41}


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
    click(world, world.shop.now, 1)
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
    urls = {one.name: one.url for one in home.context["figures"]}
    texts = {one.name: plain(one.text) for one in home.context["figures"]}

    orders = client.get(urls["orders"])
    commissions = client.get(urls["commission"])

    assert (orders.context["total"], texts["orders"], texts["revenue"]) == (2, "2", "175.00 EUR")
    assert list(commissions.context["sums"]) == [Money(1_750, "EUR")]
    assert texts["commission"] == "17.50 EUR"


def test_a_figure_says_what_it_counts_and_which_way_it_went(world, client):
    url = reverse("portal:brand-home", args=[world.brand.slug])
    client.force_login(get_owner(world.brand))
    today = brand_now(world.brand)
    for number, days in enumerate((1, 2, 8)):
        placed = stamp(today - timedelta(days=days))
        world.shop.pay(str(number), placed_at=placed, discounts=code("COFFEE10"))

    def read(query: str) -> dict[str, str]:
        return {one.name: plain(one.change) for one in client.get(url + query).context["figures"]}

    assert read("?period=7")["orders"] == "+100 %, higher than before"
    assert read("?period=7&compare=year")["orders"] == "no comparison"
    assert read("?period=7&compare=none")["orders"] == ""
    assert "Orders credited ÷ unique clicks" in client.get(url).content.decode()


def test_the_home_shows_one_currency_at_a_time(world, client):
    shop = world.shop
    shop.pay("1", discounts=code("COFFEE10"))
    yen = [line("1", "5005", discount="0", tax="0")]
    shop.pay("2", currency="JPY", total="5005", lines=yen, discounts=code("TEA10", "0"))
    client.force_login(get_owner(world.brand))
    url = reverse("portal:brand-home", args=[world.brand.slug])

    page = client.get(f"{url}?period=90&currency=JPY")

    assert page.context["currencies"][:2] == ["EUR", "JPY"]
    assert plain(page.context["figures"][0].text) == "5,005 JPY"
    assert [row["measures"].sums.orders for row in page.context["top"]] == [1]
    assert {row.currency for row in list_owed(world.brand)} == {"EUR", "JPY"}


def test_before_the_first_order_the_home_says_what_makes_one(client):
    brand = make_brand()
    client.force_login(get_owner(brand))

    page = client.get(reverse("portal:brand-home", args=[brand.slug]))

    assert "figures" not in page.context
    assert "Until your program runs" in page.content.decode()
