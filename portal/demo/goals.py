"""What the demo's brand wants to reach, in every state a goal can be in, and reports it keeps."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from affiliates.domain.goals import month_of
from affiliates.models import Goal, Measure
from affiliates.services.goals import GoalFacts, create_goal, end_goal, follow_goal, update_goal
from brands.models import Every, SpanKind
from brands.services.reports import ReportFacts, save_report
from portal.demo.world import Timeline, World
from portal.goals import count_one
from portal.saved_reports import mailed_span

LENGTH = timedelta(days=29)
SO_FAR = timedelta(days=20)
TOO_MANY = 900


def schedule_goals(world: World, timeline: Timeline) -> None:
    """Plan goals that are over, running and to come, and reports under a name."""
    calendar = world.calendar
    before, _last = month_of(calendar.today.replace(day=1) - timedelta(days=1))
    this_month = calendar.today.replace(day=1)
    for at, act in (
        (calendar.on(before, "09:00"), partial(_set_monthly, world)),
        (calendar.on(this_month, "00:10"), partial(_follow, world)),
        (calendar.at(70, "09:30"), partial(_set_high, world)),
        (calendar.at(39, "00:10"), partial(_follow, world)),
        (calendar.at(50, "14:00"), partial(_set_and_end, world)),
        (calendar.at(33, "11:20"), partial(_save_reports, world)),
        (calendar.ago(45), partial(_set_running, world)),
        (calendar.ago(40), partial(_follow, world)),
    ):
        timeline.add(min(at, calendar.ago(40)), act)


def _set_monthly(world: World, now: datetime) -> None:
    since, until = month_of(_today(world, now))
    facts = _facts(world, "Fifty orders a month", since, until, target=50)
    _set(world, replace(facts, is_monthly=True), now)


def _set_high(world: World, now: datetime) -> None:
    since = _today(world, now)
    facts = _facts(world, "A bold month", since, since + LENGTH, target=TOO_MANY)
    _set(world, facts, now)


def _set_and_end(world: World, now: datetime) -> None:
    since = _today(world, now)
    facts = _facts(world, "Summer of filter coffee", since, since + LENGTH, target=40)
    goal = _set(world, facts, now)
    actor_id = world.team["manager"]
    end_goal(goal_id=goal.pk, count=count_one, today=since, actor_id=actor_id, now=now)


def _set_running(world: World, now: datetime) -> None:
    """Set goals whose targets lie where the figures of the day make their state."""
    today, anna = _today(world, now), world.enrollments["anna"]
    facts = _facts(world, "Revenue of thirty days", today - SO_FAR, today - SO_FAR + LENGTH, 1)
    euros = replace(facts, measure=Measure.REVENUE, currency=world.program.currency)
    _aim(world, euros, now, percent=120)
    _aim(world, replace(facts, name="Twice the orders", group_id=anna.group_id), now, percent=200)
    own = replace(
        facts,
        name="Anna's thirty days",
        enrollment_id=anna.pk,
        is_shown=True,
        has_mail=True,
        note="Your best month of autumn is within reach.",
    )
    _aim(world, own, now, percent=100)
    _aim(
        world,
        replace(facts, name="All of us", group_id=anna.group_id, is_shown=True),
        now,
        percent=130,
    )
    next_month = month_of(month_of(today)[1] + timedelta(days=1))
    coming = _facts(world, "Ten new creators", *next_month, target=10)
    _set(world, replace(coming, measure=Measure.JOINED), now)


def _aim(world: World, facts: GoalFacts, now: datetime, *, percent: int) -> None:
    """Set a goal at a share of what is counted for it already."""
    goal = _set(world, facts, now)
    target = max(1, count_one(goal) * percent // 100)
    update_goal(
        goal_id=goal.pk,
        facts=replace(facts, target=target),
        actor_id=world.team["manager"],
        now=now,
    )


def _follow(world: World, now: datetime) -> None:
    for goal in Goal.objects.filter(brand=world.brand, closed_at__isnull=True).order_by("pk"):
        follow_goal(goal_id=goal.pk, count=count_one, today=_today(world, now), now=now)


def _save_reports(world: World, now: datetime) -> None:
    """Keep two reports of the team, one of them mailed each week, and one of the owner alone."""
    today = _today(world, now)
    weekly = ReportFacts(
        name="The team's week",
        span=SpanKind.WEEK,
        is_shared=True,
        every=Every.WEEK,
        reader_ids=[world.owner_id, world.team["manager"]],
        mailed_until=mailed_span(Every.WEEK, today).until,
    )
    products = ReportFacts(name="Products of the quarter", span=SpanKind.QUARTER, is_shared=True)
    codes = ReportFacts(name="Codes this month", span=SpanKind.MONTH)
    for query, facts in (
        ("by=creator", weekly),
        ("by=product&compare=year", products),
        ("by=code", codes),
    ):
        save_report(
            brand_id=world.brand.pk, query=query, facts=facts, actor_id=world.owner_id, now=now
        )


def _facts(world: World, name: str, since: date, until: date, target: int) -> GoalFacts:
    return GoalFacts(
        program_id=world.program.pk,
        name=name,
        measure=Measure.ORDERS,
        target=target,
        since=since,
        until=until,
    )


def _set(world: World, facts: GoalFacts, now: datetime) -> Goal:
    return create_goal(
        brand_id=world.brand.pk, facts=facts, actor_id=world.team["manager"], now=now
    )


def _today(world: World, now: datetime) -> date:
    return now.astimezone(world.calendar.zone).date()
