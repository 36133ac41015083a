"""A creator's own minimum, and the drafts that appear by themselves on the brand's day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from brands.models import PayoutPolicy
from core.models import AuditEvent, Mail
from payouts.models import OwnMinimum, Payout, PayoutPlan
from payouts.rails.registry import LIMITS
from payouts.selectors import find_next_run
from payouts.services import schedule
from payouts.services.minimums import BelowTheBrands, set_own_minimums
from payouts.tasks import draft_runs
from tests.makers import make_sandbox
from tests.payouts.second_world import Team, make_team
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    """100.00 EUR are released; the brand pays from 50.00 on."""
    return make_team(limit=10**9)


def set_minimums(team: Team, **amounts: int) -> None:
    set_own_minimums(
        affiliation_id=team.place.pk,
        amounts=amounts,
        actor_id=team.place.affiliate.user_id,
        now=team.now,
    )


@pytest.mark.parametrize(("minor", "gates"), [(9_999, []), (10_000, []), (10_001, ["own"])])
def test_his_own_minimum_is_met_to_the_cent(team, minor, gates):
    set_minimums(team, EUR=minor)

    left_out = team.plan().content["left_out"]

    assert [gate["code"] for one in left_out for gate in one["gates"]] == [
        f"gate.{name}_minimum" for name in gates
    ]


@pytest.mark.parametrize("amounts", [{"EUR": 4_999}, {"EUR": 6_000, "JPY": 10_000}])
def test_below_the_brands_or_in_another_currency_nothing_is_set(team, amounts):
    with pytest.raises(BelowTheBrands):
        set_minimums(team, **amounts)

    assert not OwnMinimum.objects.exists()


def test_the_brands_minimum_holds_where_it_rose_above_his(team):
    set_minimums(team, EUR=6_000)
    PayoutPolicy.objects.filter(brand=team.brand).update(minimums={"EUR": 20_000})

    (gate,) = team.plan().content["left_out"][0]["gates"]

    assert (gate["code"], gate["params"]["minimum"]) == ("gate.minimum", 20_000)


def test_the_page_takes_it_shows_it_and_gives_it_back(team, client):
    client.force_login(team.place.affiliate.user)
    page = reverse("payouts:own-minimum", args=[team.place.public_id])
    payouts = reverse("payouts:creator-payouts")

    assert "The brand pays from 50.00" in plain(client.get(page))
    assert client.post(page, {"EUR": "49.99"}).status_code == 422
    assert client.post(page, {"EUR": "120.00"}).status_code == 303
    shown = plain(client.get(payouts))
    assert "120.00 EUR" in shown and "20.00 EUR more is needed" in shown
    client.post(page, {"EUR": ""})
    assert not OwnMinimum.objects.exists()
    assert AuditEvent.objects.filter(action="payout_minimum.set").count() == 2


def at(team: Team, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    zone = ZoneInfo(team.brand.time_zone)
    return datetime(2027, 1, day, hour, minute, second, tzinfo=zone)


def test_the_day_begins_with_its_first_second_and_a_late_worker_makes_up_for_it(team):
    second = timedelta(seconds=1)
    found = {
        moment: schedule.find_due_day(brand=team.brand, now=moment)
        for moment in (
            at(team, 5, 0) - second,
            at(team, 5, 0),
            at(team, 5, 0) + second,
            at(team, 8, 0) - second,
            at(team, 8, 0),
        )
    }

    assert [day is not None for day in found.values()] == [False, True, True, True, False]


def test_a_draft_appears_once_and_nothing_is_paid_by_it(team):
    moment = at(team, 5, 3)

    assert schedule.draft_runs(brand=team.brand, limits=LIMITS, now=moment) == 1
    assert schedule.draft_runs(brand=team.brand, limits=LIMITS, now=moment) == 0

    plan = PayoutPlan.objects.get(brand=team.brand)
    assert (plan.status, plan.planned_by, plan.total_minor) == ("draft", None, 10_000)
    assert not Payout.objects.exists()
    told = Mail.objects.filter(subject__contains="waits for approval")
    assert {letter.to for letter in told} == {team.owner.email, team.finance.email}


def test_every_week_has_its_draft_also_when_the_last_one_was_approved_late(team):
    PayoutPolicy.objects.filter(brand=team.brand).update(rhythm="weekly", weekday=4)
    zone = ZoneInfo(team.brand.time_zone)
    friday = datetime(2027, 3, 26, 0, 25, tzinfo=zone)  # the clocks go forward two days later
    monday, next_friday = friday + timedelta(days=3), datetime(2027, 4, 2, 0, 25, tzinfo=zone)

    def draft(at: datetime) -> int:
        is_due = schedule.find_due_day(brand=team.brand, now=at) is not None
        return schedule.draft_runs(brand=team.brand, limits=LIMITS, now=at) if is_due else 0

    assert draft(friday - timedelta(hours=1)) == 0
    assert (draft(friday), draft(friday)) == (1, 0)
    late = PayoutPlan.objects.filter(brand=team.brand, status="draft")
    late.update(status="approved", planned_at=monday, approved_at=monday)
    assert [draft(at) for at in (monday, next_friday, next_friday)] == [0, 1, 0]


def test_a_run_of_the_fifteenth_that_is_approved_late_leaves_the_months_end_its_own(team):
    policy = PayoutPolicy.objects.filter(brand=team.brand)
    policy.update(rhythm="twice", day_of_month=15, second_day=31)
    late = datetime(2028, 2, 17, 12, tzinfo=ZoneInfo(team.brand.time_zone))
    PayoutPlan.objects.filter(pk=team.plan().pk).update(
        status="approved", planned_at=late, approved_at=late
    )

    def next_run(day: int) -> date:
        return find_next_run(brand=team.brand, currency="EUR", now=late.replace(day=day))

    assert [next_run(day) for day in (15, 17, 29)] == [date(2028, 2, 29)] * 3


def test_without_anybody_to_pay_no_draft_appears(team):
    set_minimums(team, EUR=20_000)

    assert schedule.draft_runs(brand=team.brand, limits=LIMITS, now=at(team, 5, 3)) == 0


def test_each_brand_has_its_day_by_its_own_clock_a_sandbox_too(team):
    twin = make_sandbox(team.brand)
    today = team.now.astimezone(ZoneInfo(team.brand.time_zone)).day
    day = min(today, 28)
    PayoutPolicy.objects.filter(brand=team.brand).update(day_of_month=day)
    PayoutPolicy.objects.filter(brand=twin).update(day_of_month=(day + 9) % 28 + 1)

    draft_runs()
    draft_runs()

    assert PayoutPlan.objects.filter(brand=team.brand).count() == (today - day <= 2)
    assert not PayoutPlan.objects.filter(brand=twin).exists()
