"""What rules pay the demo's creators besides orders: bonuses, visits and views; the budget."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from affiliates.models import Asset, AssetKind
from brands.models import Program, TierMeasure
from portal.demo.cast import CREATORS, Creator
from portal.demo.rules import VISITS_DAY
from portal.demo.world import Timeline, World
from tracking.models import BonusKind, BonusPeriod, Impression
from tracking.services.bonusplans import PlanFacts, create_plan, follow_plan, list_followed
from tracking.services.budgets import watch_budget
from tracking.services.counting import count_days

CAP_CREATOR_WEEK = {"EUR": 25000}
BUDGET_MINOR = 230_000
LIMITS = {"cap_creator_week": CAP_CREATOR_WEEK, "budget_minor": BUDGET_MINOR}
WATCH_DAYS = (20, 10, 5, 1)

NTH_DAY = 45
MONTHLY_DAY = 44
WELCOME_DAYS = (18, 3)
SOON = timedelta(days=3)
FOLLOW_DAYS = (30, 15, 7, 1)

COUNT_DAYS = range(VISITS_DAY - 3, 0, -1)  # a day is counted on the third one after it
VIEWS_A_DAY = 12  # for each unit of a creator's weight in clicks
SHOWING = {"anna", "ruben"}
SEED = 77


def schedule_rewards(world: World, timeline: Timeline) -> None:
    """Plan bonuses and who reaches them, the counting of visits and views, and a budget's mails."""
    calendar = world.calendar
    timeline.add(calendar.at(NTH_DAY, "09:50"), partial(_set_early, world))
    timeline.add(calendar.at(WELCOME_DAYS[0], "09:20"), partial(_set_welcome, world))
    timeline.add(calendar.ago(55), partial(_set_coming, world))
    for day in FOLLOW_DAYS:
        timeline.add(calendar.at(day, "05:10"), _follow)
    timeline.add(calendar.at(VISITS_DAY, "00:05"), lambda _: _show_pictures(world))
    for day in COUNT_DAYS:
        timeline.add(calendar.at(day, "03:40"), partial(_count, world))
    for day in WATCH_DAYS:
        timeline.add(calendar.at(day, "06:00"), partial(_watch, world.program))


def _set_early(world: World, now: datetime) -> None:
    """Set a bonus for every tenth order, and one for each month's figure of one group."""
    since = world.calendar.today - timedelta(days=NTH_DAY)
    group = world.enrollments["anna"].group_id
    _set(world, "Every tenth order", 1000, now, kind=BonusKind.NTH, target=10, since=since)
    _set(
        world,
        "Three hundred a month",
        2000,
        now,
        measure=TierMeasure.REVENUE,
        period=BonusPeriod.MONTH,
        target=30_000,
        since=since,
        group_id=group,
    )


def _set_welcome(world: World, now: datetime) -> None:
    first, last = (world.calendar.today - timedelta(days=day) for day in WELCOME_DAYS)
    _set(
        world,
        "A good fortnight",
        1500,
        now,
        measure=TierMeasure.REVENUE,
        target=50_000,
        since=first,
        until=last,
    )


def _set_coming(world: World, now: datetime) -> None:
    since = world.calendar.today + SOON
    _set(
        world,
        "Ten orders before the holidays",
        5000,
        now,
        target=10,
        since=since,
        until=since + timedelta(days=30),
    )


def _set(world: World, name: str, amount_minor: int, now: datetime, **more: Any) -> None:
    usual: dict[str, Any] = {
        "kind": BonusKind.REACH,
        "measure": TierMeasure.ORDERS,
        "period": BonusPeriod.WHOLE,
        "currency": world.program.currency,
    }
    facts = PlanFacts(
        program_id=world.program.pk, name=name, amount_minor=amount_minor, **usual | more
    )
    create_plan(brand_id=world.brand.pk, facts=facts, actor_id=world.team["manager"], now=now)


def _follow(now: datetime) -> None:
    for plan in list_followed(now=now):
        follow_plan(plan_id=plan.pk, now=now)


def _watch(program: Program, now: datetime) -> None:
    watch_budget(program_id=program.pk, now=now)


def _count(world: World, now: datetime) -> None:
    count_days(brand=world.brand, now=now)


def _show_pictures(world: World) -> None:
    """Store the views of the days to come, of the brand's picture on some creators' pages."""
    asset = Asset.objects.get(program=world.program, kind=AssetKind.IMAGE)
    rng = Random(SEED)  # noqa: S311  # invented views, the same every time
    showing = [creator for creator in CREATORS if creator.key in SHOWING]
    Impression.objects.bulk_create(
        view for creator in showing for view in _see(world, creator, asset, rng)
    )


def _see(world: World, creator: Creator, asset: Asset, rng: Random) -> Iterator[Impression]:
    link = world.links[creator.key][0]
    for day in range(VISITS_DAY, 0, -1):
        begins = world.calendar.at(day, "08:00")
        for _ in range(creator.clicks * VIEWS_A_DAY):
            at = begins + timedelta(seconds=rng.randrange(12 * 3600))
            yield Impression(
                brand_id=world.brand.pk,
                program_id=world.program.pk,
                enrollment_id=link.enrollment_id,
                link_id=link.pk,
                asset_id=asset.pk,
                visitor_key=rng.getrandbits(62),
                day=at.date(),
                at=at,
            )
