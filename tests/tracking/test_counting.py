"""Pay for visits: a day is counted once it is over, and counted again it gives the difference."""

from datetime import UTC, date, datetime, timedelta

import pytest

from affiliates.services.membership import suspend_affiliation
from brands.models import Program
from brands.services.rules import RuleDraft
from portal.books import prove_books
from portal.selectors import load_story
from portal.story import build_story, make_reader
from tests.makers import NOW, get_owner, make_enrollment, make_link, make_program, percent_rule
from tests.orders import make_click
from tests.racing import race
from tracking.models import Award, Commission, Verdict
from tracking.services.counting import count_day, count_days

DAY = date(2026, 8, 14)
NOON = datetime(2026, 8, 14, 12, tzinfo=UTC)
DUE = datetime(2026, 8, 17, 0, tzinfo=UTC)  # 48 hours after the day in Berlin, and a little
BARE = {0x2066: None, 0x2068: None, 0x2069: None, 0xA0: " "}
VISITS = RuleDraft(name="Visits", kind="click", amounts={"EUR": 5})


def make_place(*drafts, **program):
    return make_enrollment(make_program(drafts=drafts or [percent_rule(), VISITS], **program))


def click(link, number=1, at=NOON, **facts):
    for _ in range(number):
        make_click(link, at=at, **facts)


@pytest.mark.django_db
def test_a_day_is_paid_once_it_is_over_by_visits_of_different_people():
    link = make_link(make_place())
    click(link, 148)
    click(link, at=datetime(2026, 8, 14, 22, 30, tzinfo=UTC))  # the next day in Berlin
    first = make_click(link, at=NOON, verdict=Verdict.UNVERIFIED)
    repeat = make_click(link, at=NOON, verdict=Verdict.REPEAT)
    type(repeat).objects.filter(pk=repeat.pk).update(visitor_key=first.visitor_key)

    assert DAY not in count_days(brand=link.brand, now=DUE - timedelta(hours=4))
    assert DAY in count_days(brand=link.brand, now=DUE)

    commission = Commission.objects.get()
    assert (commission.kind, commission.amount_minor) == ("click", 149 * 5)
    assert commission.award.at == datetime(2026, 8, 14, 22, tzinfo=UTC)
    assert commission.label.endswith("14\xa0Aug\u2069")
    assert count_days(brand=link.brand, now=DUE) == []
    assert prove_books(brand_id=link.brand_id).is_balanced


@pytest.mark.django_db
def test_a_months_last_day_takes_of_the_cap_of_its_month():
    place = make_place()
    Program.objects.filter(pk=place.program_id).update(cap_creator_month={"EUR": 12})
    place.program.refresh_from_db()
    link = make_link(place)
    for day in (30, 31, 32):  # 32: the first of September
        at = datetime(2026, 8, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)
        click(link, 2, at=at)
        count_day(brand=link.brand, day=at.date(), now=at + timedelta(days=3))

    assert list(Commission.objects.order_by("pk").values_list("amount_minor", flat=True)) == [
        10,
        2,
        10,
    ]


@pytest.mark.django_db
def test_what_does_not_count_is_told_with_its_reason():
    link = make_link(make_place())
    click(link, 2)
    for verdict in (Verdict.BOT, Verdict.LIMITED, Verdict.NO_CONSENT):
        click(link, verdict=verdict)

    count_day(brand=link.brand, day=DAY, now=DUE)

    rows = load_story(commission=Commission.objects.select_related("brand", "award").get(), now=DUE)
    story = build_story(rows=rows, reader=make_reader(audience="creator", rows=rows))
    assert story.amount.amount_minor == 10
    assert story.lines[0].rate.translate(BARE) == "2 × 0.05 EUR"
    assert [line.title for line in story.lines if line.kind == "note"] == [
        "\u20661\u2069 not counted"
    ] * 3
    assert all(line.reason for line in story.lines if line.kind == "note")
    assert not story.why


@pytest.mark.django_db(transaction=True)
def test_two_workers_count_a_day_at_once_and_a_recount_pays_the_difference():
    link = make_link(make_place())
    click(link, 3)

    race(*[lambda: count_day(brand=link.brand, day=DAY, now=DUE)] * 2, refusals=())
    assert [row.amount_minor for row in Commission.objects.all()] == [15]

    click(link, 2)
    count_day(brand=link.brand, day=DAY, now=DUE)

    commission = Commission.objects.get()
    assert (commission.amount_minor, commission.changes.count()) == (25, 2)
    assert Award.objects.get().facts["count"] == 5
    assert prove_books(brand_id=link.brand_id).is_balanced


@pytest.mark.django_db
def test_a_rule_limits_a_day_and_is_named():
    limited = RuleDraft(name="V", kind="click", amounts={"EUR": 5}, cap_order={"EUR": 20})
    link = make_link(make_place(limited))
    click(link, 10)

    count_day(brand=link.brand, day=DAY, now=DUE)

    commission = Commission.objects.get()
    assert commission.amount_minor == 20
    assert commission.pricing["steps"][0]["params"]["by"] == "rule"


@pytest.mark.django_db
def test_visits_after_a_creator_is_suspended_earn_nothing_and_those_before_wait():
    place = make_place()
    link = make_link(place)
    click(link, 2)
    click(link, 5, at=NOON + timedelta(hours=3))
    suspend_affiliation(
        affiliation_id=place.affiliation_id,
        reason="A question",
        actor_id=get_owner(place.brand).pk,
        now=NOON + timedelta(hours=1),
    )

    count_day(brand=place.brand, day=DAY, now=DUE)

    commission = Commission.objects.get()
    assert (commission.award.facts["count"], commission.amount_minor) == (2, 0)
    assert commission.has_unposted_change


@pytest.mark.django_db
@pytest.mark.parametrize(("currency", "amount"), [("JPY", 9), ("KWD", 9)])
def test_other_currencies_are_paid_to_the_minor_unit(currency, amount):
    rule = RuleDraft(name="V", kind="click", amounts={currency: 3})
    link = make_link(make_place(rule, currency=currency))
    click(link, 3)

    count_day(brand=link.brand, day=DAY, now=DUE)

    found = Commission.objects.get()
    assert (found.currency, found.amount_minor) == (currency, amount)


@pytest.mark.django_db
def test_a_day_before_the_rules_began_is_not_paid():
    link = make_link(make_place())
    click(link, at=NOW - timedelta(days=1))

    count_day(brand=link.brand, day=(NOW - timedelta(days=1)).date(), now=DUE)

    assert not Award.objects.exists()
