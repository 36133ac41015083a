"""Reports: the right days, one currency at a time, and behind each number the rows that make it."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from portal.performance import (
    GROUPINGS,
    Measures,
    Question,
    Span,
    Sums,
    answer,
    list_steps,
    span_before,
    span_year_before,
)
from portal.report_asked import MAX_BARS, MAX_DAYS, read_choice
from portal.report_words import explain_change
from tests.makers import get_owner, make_brand, make_link
from tests.portal.test_reports import click
from tests.portal.text import plain
from tests.shop import code, line, stamp
from tests.world import fill_world, make_world

ANYTIME = Span(date(2020, 1, 1), date(2030, 1, 1))
days = st.dates(date(2019, 1, 1), date(2030, 12, 31))


@pytest.fixture
def world(db):
    made = make_world()
    fill_world(made)
    return made


def ask(span: Span = ANYTIME, **changes) -> Question:
    facts = {"before": None, "step": "month", "group": "creator", "currency": "EUR"} | changes
    return Question(span=span, **facts)


def measures(orders: int, revenue: int) -> Measures:
    return Measures("EUR", False, Sums(orders=orders, net=revenue))


@given(days, st.integers(0, 800))
def test_the_span_before_touches_and_is_as_long_or_as_many_whole_months(since, length):
    span = Span(since, date.fromordinal(since.toordinal() + length))
    before = span_before(span)

    assert before.until.toordinal() == since.toordinal() - 1
    is_months = since.day == 1 and date.fromordinal(span.until.toordinal() + 1).day == 1
    assert before.since.day == 1 if is_months else before.days == span.days


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2026-03-01", "2026-03-30", ("2026-01-30", "2026-02-28")),
    ],
)
def test_whole_months_are_compared_with_whole_months(since, until, before):
    found = span_before(Span(date.fromisoformat(since), date.fromisoformat(until)))

    assert (found.since.isoformat(), found.until.isoformat()) == before


def test_a_year_before_29_february_is_the_28th():
    found = span_year_before(Span(date(2028, 2, 29), date(2028, 2, 29)))

    assert found == Span(date(2027, 2, 28), date(2027, 2, 28))


@given(days, st.integers(0, 3000), st.sampled_from(["day", "week", "month", "odd"]))
def test_any_period_fits_in_a_chart_and_each_day_is_in_one_step(since, length, step):
    asked = {
        "from": since.isoformat(),
        "to": date.fromordinal(since.toordinal() + length).isoformat(),
        "step": step,
    }
    question = read_choice(asked, currencies=["EUR"], today=date(2026, 8, 12)).question
    steps = list_steps(question.span, question.step)

    assert len(steps) <= MAX_BARS and question.span.days <= MAX_DAYS
    assert steps == sorted(set(steps)) and steps[0] <= question.span.since


def test_odd_filters_are_the_usual_report():
    asked = {"from": "2026-13-01", "to": "x", "currency": "XXX", "by": "'", "creator": "a\0b"}
    choice = read_choice(asked, currencies=["EUR", "JPY"], today=date(2026, 8, 12))

    assert choice.question.span == Span(date(2026, 7, 14), date(2026, 8, 12))
    assert (choice.question.currency, choice.question.group) == ("EUR", "creator")
    assert choice.question.creator == "ab"


def test_the_hour_that_comes_twice_belongs_to_its_day(world):
    """Berlin, 25 October 2026: 02:30 comes twice, and the day has 25 hours."""
    for number, hour in enumerate([22, 23], start=20):
        at = datetime(
            2026, 10, 24 if hour == 22 else 25, hour if hour == 22 else 22, 59, tzinfo=UTC
        )
        world.shop.pay(str(number), placed_at=stamp(at), discounts=code("COFFEE10"))

    found = answer(world.brand, ask(step="day"), Span(date(2026, 10, 24), date(2026, 10, 26)))

    assert {day.day: sums.orders for day, sums in found.by_step.items()} == {24: 0, 25: 2, 26: 0}


def test_the_last_instant_of_a_month_is_in_it(world):
    last = datetime(2026, 9, 30, 21, 59, 59, tzinfo=UTC)
    world.shop.pay("20", placed_at=stamp(last), discounts=code("COFFEE10"))
    world.shop.pay(
        "21", placed_at=stamp(last.replace(hour=22, minute=0, second=0)), discounts=code("COFFEE10")
    )

    found = answer(world.brand, ask(), Span(date(2026, 9, 1), date(2026, 10, 31)))

    assert [sums.orders for sums in found.by_step.values()] == [1, 1]


def test_currencies_stand_apart(world):
    yen = [line("1", "5005", discount="0", tax="0")]
    world.shop.pay("9", currency="JPY", total="5005", lines=yen, discounts=code("TEA10", "0"))

    assert answer(world.brand, ask(), ANYTIME).total.orders == 2
    assert answer(world.brand, ask(currency="JPY"), ANYTIME).total.net == 5005
    assert answer(make_brand(), ask(), ANYTIME).total.orders == 0


def test_revenue_is_net_of_refunds_unless_asked_otherwise(world):
    total = answer(world.brand, ask(), ANYTIME).total

    assert (total.orders, total.gross, total.net, total.commission) == (2, 20_000, 17_500, 1_750)


def test_products_add_up_the_lines_of_orders(world):
    lines = [line("1", "30.00", product_id="cup"), line("2", "70.00", product_id="mill")]
    world.shop.pay("20", lines=lines, discounts=code("TEA10"))
    back = [{"id": "1", "quantity": 1, "net": "30.00", "tax": "0.00"}]
    world.shop.refund("20", "r20", "30.00", lines=back)

    found = answer(world.brand, ask(group="product"), ANYTIME).by_key

    assert (found["mill"].gross, found["mill"].net, found["mill"].commission) == (7000, 7000, 700)
    assert (found["cup"].gross, found["cup"].net, found["cup"].commission) == (3000, 0, 0)


@pytest.mark.parametrize("group", GROUPINGS)
def test_behind_each_row_stand_exactly_its_orders_and_commissions(client, world, group):
    brand = world.brand
    client.force_login(get_owner(brand))
    span = {"from": "2020-01-01", "to": "2030-01-01"}
    page = client.get(reverse("portal:report-list", args=[brand.slug]), {"by": group})
    rows = page.context["rows"]

    assert span and sum(row["measures"].sums.orders for row in rows) == 2
    for row in rows:
        orders = client.get(f"{reverse('tracking:order-list', args=[brand.slug])}?{row['query']}")
        earned = client.get(
            f"{reverse('tracking:commission-list', args=[brand.slug])}?tab=all&{row['query']}"
        )
        assert orders.context["total"] == row["measures"].sums.orders
        assert earned.context["sums"] == [row["measures"].commission]


@pytest.mark.parametrize("group", GROUPINGS)
def test_all_rows_add_up_to_the_total(client, world, group):
    lines = [line("1", "30.00"), line("2", "70.00")]
    world.shop.pay("20", lines=lines, total="104.90", discounts=code("TEA10"))
    world.shop.refund("20", "r20", "10.00")

    found = answer(world.brand, ask(group=group), ANYTIME)

    parts = [*found.by_key.values(), *([found.rest] if found.rest else [])]
    for name in ("gross", "net", "commission"):
        assert sum(getattr(part, name) for part in parts) == getattr(found.total, name)
    assert found.total.gross == 30_490


def test_unique_clicks_count_a_browser_once_a_day(world):
    now = world.shop.now
    for visitor in (1, 1, 2):
        click(world, now, visitor)

    found = answer(world.brand, ask(group="link"), ANYTIME)
    other = answer(world.brand, ask(creator=world.ben.affiliation.public_id), ANYTIME)

    assert found.total.clicks == 2
    assert found.by_key[world.anna.links.first().public_id].clicks == 2
    assert other.total.clicks == 0


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (
            (12, 1200),
            (10, 1000),
            ("rose 20 %, mostly because more orders", "2 more orders", "same"),
        ),
        ((10, 1300), (10, 1000), ("rose 30 %, mostly because the orders were larger", "As many")),
        (
            (5, 600),
            (10, 1000),
            ("fell 40 %, mostly because fewer orders", "5 orders fewer", "rose"),
        ),
        (
            (11, 500),
            (10, 1000),
            ("fell 50 %, mostly because the orders were smaller", "1 more order"),
        ),
        ((10, 1000), (5, 1000), ("same as before", "5 more orders", "fell from 2.00")),
        ((1, 100), (0, 0), ("No comparison",)),
        ((0, 0), (1, 100), ("No order counts",)),
    ],
)
def test_the_sentence_explains_the_change(now, before, words):
    text = plain(" ".join(explain_change(measures(*now), measures(*before))))

    assert [word for word in words if word not in text] == []


def test_a_page_asks_the_same_number_of_questions_however_much_there_is(client, world):
    client.force_login(get_owner(world.brand))
    url = reverse("portal:report-list", args=[world.brand.slug])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(20, 26):
        world.shop.pay(str(number), discounts=code("TEA10"))
    make_link(world.ben, slug="ben-tea")
    with CaptureQueriesContext(connection) as many:
        page = client.get(f"{url}?{urlencode({'compare': 'year'})}")

    assert "Ben" in plain(page)
    assert len(many) == len(few) < 26


def test_cohorts_say_when_they_can_be_shown(client, world):
    client.force_login(get_owner(world.brand))
    page = client.get(reverse("portal:report-cohorts", args=[world.brand.slug]))

    assert "Cohorts need two months of orders" in plain(page)


def test_the_funnel_follows_the_same_orders(client, world):
    client.force_login(get_owner(world.brand))
    click(world, world.shop.now, 1)
    page = client.get(reverse("portal:report-funnel", args=[world.brand.slug]))

    assert [step.count for step in page.context["steps"]] == [1, 2, 0, 0]


@pytest.mark.django_db
def test_a_brand_without_a_program_reads_how_reports_begin(client):
    brand = make_brand()
    client.force_login(get_owner(brand))

    for name in ("list", "funnel", "cohorts", "liability"):
        page = client.get(reverse(f"portal:report-{name}", args=[brand.slug]))
        assert page.status_code == 200, name
    page = client.get(reverse("portal:report-list", args=[brand.slug]))
    assert "Reports begin with the first credited order" in plain(page)
