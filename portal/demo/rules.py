"""What the demo's first brand pays for, by version: in force, to come, and one withdrawn."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from affiliates.services.terms import announce_terms
from brands.domain.rules import Conditions
from brands.models import Group, Program, Terms
from brands.selectors import find_latest_rules
from brands.selectors_terms import find_notice_end
from brands.services.rules import RuleDraft, publish_rules, withdraw_rules
from portal.demo.earning import REGULARS
from portal.demo.resources import BEANS_DAY
from portal.demo.world import Timeline, World

VISITS_DAY = 5  # from then on visits and views of some creators earn
WEEKEND_DAY = 5
NOTICE_DAY = 4
COUNTED_GROUP = "Influencers"

NO_GIFT_CARDS = RuleDraft("Gift cards", "exclude", conditions=Conditions(gift_cards="only"))
BEANS = RuleDraft(
    "Coffee beans", "percent", 1500, conditions=Conditions(collections=("Coffee beans",))
)
ALL = RuleDraft("All products", "percent", 1000)
OFFERS = RuleDraft("Special offers", "percent", 500, conditions=Conditions(collections=("Offers",)))
LEADS = RuleDraft("Offices that ask for beans", "lead", amounts={"EUR": 500})
VISITS = RuleDraft("Visits from films", "click", amounts={"EUR": 4})
VIEWS = RuleDraft("Pictures that are seen", "impression", amounts={"EUR": 350})
REGULAR = RuleDraft("Regulars", "percent", 1200)
WEEKEND = RuleDraft(
    "Moka weekend", "percent", 2000, conditions=Conditions(products=("moka",), customer="new")
)
RULES_OF_THEN = [NO_GIFT_CARDS, ALL]
RULES_OF_NOW = [NO_GIFT_CARDS, BEANS, ALL, LEADS]


def schedule_rules(world: World, timeline: Timeline) -> None:
    """Plan the versions after the first, and what creators are told of the last one."""
    calendar = world.calendar
    for at, act in (
        (calendar.at(BEANS_DAY + 2, "14:00"), partial(_pay_more_for_beans, world)),
        (calendar.at(VISITS_DAY + 1, "11:10"), partial(_pay_for_visits, world)),
        (calendar.at(WEEKEND_DAY, "17:30"), partial(_plan_weekend, world)),
        (calendar.at(WEEKEND_DAY - 1, "09:15"), partial(_withdraw_weekend, world)),
        (calendar.at(NOTICE_DAY, "14:30"), partial(_give_notice, world)),
    ):
        timeline.add(at, act)


def publish(
    program: Program,
    rules: list[RuleDraft],
    *,
    effective_from: datetime,
    actor_id: int,
    now: datetime,
) -> None:
    """Publish the next version of the rules."""
    latest = find_latest_rules(program)
    publish_rules(
        program_id=program.pk,
        drafts=rules,
        effective_from=effective_from,
        actor_id=actor_id,
        now=now,
        base_version=latest.version if latest else 0,
    )


def _pay_more_for_beans(world: World, now: datetime) -> None:
    _publish_from(world, RULES_OF_NOW, BEANS_DAY, now)


def _pay_for_visits(world: World, now: datetime) -> None:
    _publish_from(world, _rules_of_today(world), VISITS_DAY, now)


def _plan_weekend(world: World, now: datetime) -> None:
    """Publish a version that begins in some days, and is withdrawn before it does."""
    _publish_from(world, _rules_of_today(world, WEEKEND), WEEKEND_DAY - 4, now)


def _withdraw_weekend(world: World, now: datetime) -> None:
    planned = find_latest_rules(world.program)
    assert planned is not None  # noqa: S101  # it was published the day before
    withdraw_rules(
        program_id=world.program.pk,
        version=planned.version,
        actor_id=world.team["manager"],
        now=now,
    )


def _give_notice(world: World, now: datetime) -> None:
    """Publish rules that pay less for some goods: they begin when creators have had notice."""
    publish(
        world.program,
        _rules_of_today(world, OFFERS),
        effective_from=find_notice_end(world.program, now) or now,
        actor_id=world.team["manager"],
        now=now,
    )
    for terms in Terms.objects.filter(program=world.program, announced_at=None).order_by("pk"):
        announce_terms(terms_id=terms.pk, now=now)


def _publish_from(world: World, rules: list[RuleDraft], day: int, now: datetime) -> None:
    publish(
        world.program,
        rules,
        effective_from=world.calendar.at(day, "00:00"),
        actor_id=world.team["manager"],
        now=now,
    )


def _rules_of_today(world: World, *more: RuleDraft) -> list[RuleDraft]:
    """Return the rules with those for a tier and for one group's visits; `more` comes first."""
    regular = _for_group(world, REGULAR, REGULARS)
    counted = [_for_group(world, rule, COUNTED_GROUP) for rule in (VISITS, VIEWS)]
    return [NO_GIFT_CARDS, *more, BEANS, regular, ALL, LEADS, *counted]


def _for_group(world: World, rule: RuleDraft, name: str) -> RuleDraft:
    group = Group.objects.get(program=world.program, name=name)
    return replace(rule, conditions=Conditions(groups=(group.pk,)))
