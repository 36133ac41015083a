"""A bonus for every Nth sale or for a figure reached: once each, and as its figure stands."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse

from affiliates.services.membership import reinstate_affiliation, suspend_affiliation
from core.models import AuditEvent
from portal.books import prove_books
from portal.selectors import load_story
from portal.story import build_story, make_reader
from tests.awards import make_bonus_plan
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_group,
    make_member,
    make_program,
)
from tests.orders import release_due
from tests.shop import Shop, code, line, stamp
from tracking.domain.bonusplans import count_missing, count_steps, list_runs
from tracking.models import Award, Commission
from tracking.services.bonusplans import LOOK_BACK, PlanOver, end_plan, follow_plan, update_plan
from tracking.services.review import reject_commission
from tracking.tasks import follow_bonuses
from tracking.views import bonusplans


class Town:
    """A shop whose orders earn Anna 10 %, and bonuses of 50.00 EUR."""

    def __init__(self):
        self.program = make_program(make_brand())
        self.owner = get_owner(self.program.brand)
        self.place = make_enrollment(self.program)
        make_code(self.place, "ANNA")
        self.shop = Shop(make_connection(self.program.brand))
        self.now = self.shop.now
        self.orders = 0

    def plan(self, **facts):
        asked = {"since": self.now.date() - timedelta(days=40)}
        return make_bonus_plan(self.program, **asked | facts)

    def sell(self, times=1, worth=100, **changes):
        for _ in range(times):
            self.orders += 1
            lines = [line("1", f"{worth}.00")]
            changes = {"discounts": code("ANNA"), **changes}
            self.shop.pay(str(self.orders), lines=lines, total=f"{worth}.00", **changes)

    def follow(self, plan):
        return follow_plan(plan_id=plan.pk, now=self.now)

    def earned(self):
        rows = Commission.objects.filter(award__isnull=False, program=self.program).order_by("pk")
        return list(rows.values_list("amount_minor", flat=True))


@pytest.mark.parametrize(
    ("kind", "value", "steps", "missing"),
    [
        ("nth", 0, 0, 10),
        ("nth", 9, 0, 1),
        ("nth", 10, 1, 10),
        ("nth", 29, 2, 1),
        ("reach", 9, 0, 1),
        ("reach", 10, 1, 0),
        ("reach", 99, 1, 0),
        ("reach", -5, 0, 15),
    ],
)
def test_a_figure_earns_so_many_steps_and_misses_so_much(kind, value, steps, missing):
    assert count_steps(kind=kind, value=value, target=10) == steps
    assert count_missing(kind=kind, value=value, target=10) == missing


def test_runs_are_cut_to_the_days_of_the_bonus_and_cover_each_day_once():
    runs = list_runs(
        period="month",
        since=date(2026, 1, 20),
        until=date(2026, 3, 10),
        first=date(2025, 12, 1),
        today=date(2026, 6, 1),
    )

    assert [(run.since.isoformat(), run.until.isoformat()) for run in runs] == [
        ("2026-01-20", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-10"),
    ]


@pytest.mark.django_db
def test_every_third_sale_earns_once_and_looking_again_earns_nothing():
    town = Town()
    plan = town.plan()
    town.sell(2)
    assert (town.follow(plan), town.earned()) == (0, [])

    town.sell(5)
    assert (town.follow(plan), town.follow(plan)) == (2, 0)
    follow_bonuses()

    assert town.earned() == [5_000, 5_000]
    assert AuditEvent.objects.filter(action="bonus.earned").count() == 2
    assert prove_books(brand_id=town.program.brand_id).is_balanced


@pytest.mark.django_db
def test_refunds_take_it_back_with_the_reason_and_the_next_sale_gives_it_back():
    town = Town()
    plan = town.plan()
    town.sell(3)
    town.follow(plan)

    town.shop.refund("1", "r1", "100.00")
    assert (town.follow(plan), town.follow(plan), town.earned()) == (1, 0, [0])
    commission = Commission.objects.get(award__isnull=False)
    rows = load_story(commission=commission, now=town.now)
    story = build_story(rows=rows, reader=make_reader(audience="creator", rows=rows))
    assert "under" in str(story.changes)

    town.sell()
    assert (town.follow(plan), town.earned()) == (1, [5_000])
    assert Award.objects.count() == 1
    assert prove_books(brand_id=town.program.brand_id).is_balanced


@pytest.mark.django_db
def test_what_was_released_stays_when_a_later_refund_takes_the_figure_back():
    town = Town()
    plan = town.plan()
    town.sell(3)
    town.now -= timedelta(days=31)
    town.follow(plan)
    town.now += timedelta(days=31)
    release_due(town.program.brand, now=town.now)

    town.shop.refund("1", "r1", "100.00")

    assert (town.follow(plan), town.earned()) == (0, [5_000])


@pytest.mark.django_db
def test_a_refund_long_after_its_month_takes_back_what_is_not_released():
    town = Town()
    plan = town.plan(kind="reach", measure="revenue", period="month", target=25_000)
    town.sell(3)
    assert (town.follow(plan), town.earned()) == (1, [5_000])

    town.shop.refund("1", "r1", "100.00")
    town.now += LOOK_BACK + timedelta(days=62)

    assert (town.follow(plan), town.earned()) == (1, [0])


@pytest.mark.django_db
def test_a_suspended_creator_earns_none_and_has_what_he_reached_once_reinstated():
    town = Town()
    plan = town.plan()
    town.sell(3)
    who = {"affiliation_id": town.place.affiliation_id, "actor_id": town.owner.pk, "now": town.now}
    suspend_affiliation(**who, reason="A question")
    assert (town.follow(plan), town.earned()) == (0, [])

    reinstate_affiliation(**who, reason="Answered")

    assert (town.follow(plan), town.earned()) == (1, [5_000])


@pytest.mark.django_db
def test_the_last_day_of_a_bonus_may_be_today_and_no_day_before():
    town = Town()
    plan, today = town.plan(), town.now.date()
    asked = {"plan_id": plan.pk, "name": "Third", "actor_id": town.owner.pk, "now": town.now}

    update_plan(**asked, until=today, today=today)
    with pytest.raises(PlanOver):
        update_plan(**asked, until=today - timedelta(days=1), today=today)

    plan.refresh_from_db()
    assert (plan.name, plan.until) == ("Third", today)


@pytest.mark.django_db
def test_only_sales_that_stand_in_its_days_and_of_its_group_count():
    town = Town()
    other = town.plan(group_id=make_group(town.program, "Others").pk)
    plan = town.plan(since=town.now.date() - timedelta(days=5))
    early = dict.fromkeys(("placed_at", "paid_at"), stamp(town.now - timedelta(days=9)))
    town.sell(**early)
    town.sell(3)
    reject_commission(
        commission_id=town.shop.commission("4").pk,
        reason="Own order",
        actor_id=town.owner.pk,
        now=town.now,
    )

    assert (town.follow(plan), town.follow(other)) == (0, 0)

    town.sell()
    assert town.follow(plan) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("measure", "target"), [("revenue", 25_000), ("commission", 2_500)])
def test_a_figure_of_money_is_net_of_refunds_and_earns_once_a_period(measure, target):
    town = Town()
    plan = town.plan(kind="reach", measure=measure, period="year", target=target)
    town.sell(2)
    town.sell(worth=60)
    town.shop.refund("1", "r1", "20.00")
    assert town.follow(plan) == 0

    town.sell(9)

    assert (town.follow(plan), town.earned()) == (1, [5_000])


@pytest.mark.django_db
def test_a_bonus_that_ended_counts_its_last_day_and_nothing_later():
    town = Town()
    plan = town.plan()
    town.sell(3)
    today = town.now.date()
    end_plan(plan_id=plan.pk, today=today, actor_id=town.owner.pk, now=town.now)
    later = dict.fromkeys(("placed_at", "paid_at"), stamp(town.now + timedelta(days=2)))
    town.sell(3, **later)
    town.now += timedelta(days=3)

    assert (town.follow(plan), town.earned()) == (1, [5_000])


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_award_each_step_once():
    town = Town()
    plan = town.plan()
    town.sell(6)
    barrier = Barrier(3)

    def follow(_number):
        barrier.wait(10)
        try:
            return town.follow(plan)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(follow, range(3))) == [0, 0, 2]
    assert town.earned() == [5_000, 5_000]


@pytest.mark.django_db
def test_a_member_sets_it_the_creator_sees_how_far_he_is_and_the_end_is_asked_for(client):
    town = Town()
    slug = town.program.brand.slug
    new = reverse("tracking:bonus-new", args=[slug])
    data = {"name": "Tenth", "kind": "nth", "count": "", "amount": "50", "since": town.now.date()}
    client.force_login(make_member(town.program.brand, "analyst").user)
    assert client.post(new, data).status_code == 403
    client.force_login(town.owner)
    assert client.post(new, data).status_code == 422

    page = client.post(new, data | {"count": "10"}, follow=True)
    assert "for every 10 sales" in plain(page)
    town.sell(7)
    client.force_login(town.place.affiliation.affiliate.user)
    assert "3 orders to go" in plain(client.get(reverse("tracking:own-bonuses")))

    client.force_login(town.owner)
    plan = town.program.bonus_plans.get()
    end = reverse("tracking:bonus-end", args=[slug, plan.public_id])
    client.get(end)
    plan.refresh_from_db()
    assert plan.ended_at is None
    assert "Over" in plain(client.post(end, follow=True))


@pytest.mark.django_db
def test_both_sides_see_what_was_earned_and_open_its_story(client):
    town = Town()
    plan = town.plan()
    town.sell(3)
    town.follow(plan)
    slug, commission = town.program.brand.slug, Commission.objects.get(award__isnull=False)

    client.force_login(town.owner)
    detail = client.get(reverse("tracking:bonus-detail", args=[slug, plan.public_id]))
    story = client.get(reverse("portal:commission-brand", args=[slug, commission.public_id]))
    log = client.get(reverse("portal:audit-list", args=[slug]))
    client.force_login(town.place.affiliation.affiliate.user)
    own = client.get(reverse("tracking:own-bonuses"))

    for page, name, ids in (
        (detail, "portal:commission-brand", [slug, commission.public_id]),
        (own, "portal:commission-story", [commission.public_id]),
    ):
        assert reverse(name, args=ids) in page.content.decode()
        assert "50.00 EUR" in plain(page)
    for page in (story, log):
        assert f"saw a bonus earned: Bonus: {plan.name}" in plain(page)


@pytest.mark.django_db
def test_a_list_cut_to_the_newest_says_so_and_leads_to_all(client, monkeypatch):
    town = Town()
    plan = town.plan(target=1)
    town.sell(2)
    town.follow(plan)
    client.force_login(town.place.affiliation.affiliate.user)
    assert "These are the newest" not in plain(client.get(reverse("tracking:own-bonuses")))

    monkeypatch.setattr(bonusplans, "SHOWN", 1)
    page = client.get(reverse("tracking:own-bonuses"))

    assert "These are the newest 1." in plain(page)
    assert f"{reverse('portal:creator-earnings')}?kind=bonus" in page.content.decode()


@pytest.mark.django_db
def test_orders_to_reach_are_a_whole_number_and_the_first_day_is_not_past(client):
    town = Town()
    new = reverse("tracking:bonus-new", args=[town.program.brand.slug])
    client.force_login(town.owner)
    today = town.now.date()
    good = {
        "name": "Thirty",
        "kind": "reach",
        "measure": "orders",
        "period": "month",
        "target": "30",
        "amount": "200",
        "since": today,
    }
    for wrong in ({"target": "3.5"}, {"target": ""}, {"since": today - timedelta(days=1)}):
        assert client.post(new, good | wrong).status_code == 422

    assert client.post(new, good).status_code == 303

    plan = town.program.bonus_plans.get()
    assert (plan.target, plan.period, plan.amount_minor) == (30, "month", 20_000)


def plain(response):
    return re.sub("[\u2066-\u2069]", "", response.content.decode()).replace("\xa0", " ")
