"""Saffron & Pine (demo): a coffee and kitchen shop with four months behind it."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

from brands.services.identity import Identity, set_identity
from payouts.services.statements import close_next_month
from portal.demo.calendar import Calendar
from portal.demo.cast import (
    BRAND,
    CAREFUL,
    CREATORS,
    GROUPS,
    REJECTED,
    SHOP_DOMAIN,
    WAITING,
    Creator,
)
from portal.demo.claims import schedule_claims
from portal.demo.clicks import Clicker
from portal.demo.crowd import Crowd
from portal.demo.deliveries import number_sales, schedule_later, schedule_sales
from portal.demo.earning import schedule_earning
from portal.demo.goals import schedule_goals
from portal.demo.invitations import schedule_invitations
from portal.demo.logo import draw_logo
from portal.demo.people import accept_newest_terms, add_team, apply, join, refuse, set_account
from portal.demo.resources import BEANS_DAY, SILENT, schedule_news
from portal.demo.rewards import LIMITS, schedule_rewards
from portal.demo.rules import NOTICE_DAY, RULES_OF_THEN, schedule_rules
from portal.demo.runs import Run
from portal.demo.setup import Offer, make_calendar, open_brand, open_program, open_shop
from portal.demo.stores import schedule_stores
from portal.demo.stories import NUMBER, NUMBERED, plan_stories
from portal.demo.vetting import schedule_vetting
from portal.demo.world import Timeline, World
from tracking.services.holds import hold_commission
from tracking.services.review import adjust_commission, credit_order, reject_commission

SEED = 1042
OPENED_DAY = 152
RULES_DAY = BEANS_DAY
QUICK = ["ben", "clara", "sami"]  # have accepted the terms to come already
OFFER = Offer(
    name=BRAND,
    zone="Europe/Berlin",
    currency="EUR",
    minimum=2500,
    domain=SHOP_DOMAIN,
    program="Main",
    about="Coffee, and what a good kitchen needs. For people who write, film or talk about it.",
    own_terms="No advertising on our name in search engines.",
    groups=GROUPS,
    limits=LIMITS,
)


def build_saffron(*, team: dict[str, int], now: datetime, scale: float) -> World:
    """Build the brand with everything that happened in it until `now`."""
    world = _open(team, make_calendar(OFFER, now))
    timeline, stories = Timeline(world.brand), plan_stories(world.calendar)
    rng = Random(SEED)  # noqa: S311  # invented orders, the same every time
    sales, refunds = Crowd(world.calendar, rng).make(scale)
    sales += stories.sales
    world.numbers = number_sales(sales, story=NUMBERED, number=NUMBER)
    clicker = Clicker(world, rng)
    _let_join(world)
    tokens = clicker.write_touches(touch for sale in sales for touch in sale.touches)
    schedule_sales(world, timeline, tokens, silent=SILENT)
    schedule_later(world, timeline, [*refunds, *stories.later])
    _schedule_people(world, timeline)
    schedule_rules(world, timeline)
    _schedule_money(world, timeline)
    schedule_vetting(world, timeline)
    schedule_stores(world, timeline)
    schedule_news(world, timeline)
    schedule_goals(world, timeline)
    schedule_earning(world, timeline)
    schedule_rewards(world, timeline)
    schedule_invitations(world, timeline)
    schedule_claims(world, timeline)
    early = [creator for creator in CREATORS if creator.key in world.links]
    clicker.write_others(early, scale=scale)  # before what counts them
    timeline.run(until=now)
    clicker.write_others([one for one in CREATORS if one not in early], scale=scale)
    return world


def _open(team: dict[str, int], calendar: Calendar) -> World:
    owner_id, now = team["brand"], calendar.at(OPENED_DAY, "09:00")
    brand = open_brand(OFFER, calendar=calendar, owner_id=owner_id, now=now)
    brand = set_identity(
        brand_id=brand.pk,
        identity=Identity(OFFER.name, OFFER.url, draw_logo()),
        actor_id=owner_id,
        now=now,
    )
    add_team(brand=brand, users=team, now=now)
    program = open_program(
        OFFER, brand=brand, rules=RULES_OF_THEN, owner_id=owner_id, now=now + timedelta(hours=2)
    )
    shops = [
        open_shop(brand=brand, name=name, url=url, actor_id=owner_id, now=now + timedelta(hours=4))
        for name, url in (
            ("Online shop", OFFER.url),
            ("Wholesale shop", f"https://trade.{SHOP_DOMAIN}/"),
        )
    ]
    return World(brand, calendar, program, shops, team)


def _let_join(world: World) -> None:
    """Take in those who were there when the rules changed; orders need their links."""
    for creator in CREATORS:
        if creator.joined > RULES_DAY:
            join(world, creator, at=world.calendar.at(creator.joined, "10:00"))


def _schedule_people(world: World, timeline: Timeline) -> None:
    calendar = world.calendar
    for creator in CREATORS:
        if creator.joined <= RULES_DAY:
            at = calendar.at(creator.joined, "10:00")
            timeline.add(at, partial(_join, world, creator))
    for creator in WAITING:
        at = calendar.at(creator.joined, "18:20")
        timeline.add(at, partial(_apply, world, creator))
    for creator in REJECTED:
        at = calendar.at(creator.joined, "11:45")
        timeline.add(at, partial(refuse, world, creator))
    accepting = [c.key for c in CREATORS if c.joined > RULES_DAY and c.key != CAREFUL]
    timeline.add(
        calendar.at(RULES_DAY - 1, "20:00"),
        lambda now: accept_newest_terms(world, accepting, now=now),
    )
    timeline.add(
        calendar.at(NOTICE_DAY - 1, "19:00"),
        lambda now: accept_newest_terms(world, QUICK, now=now),
    )


def _join(world: World, creator: Creator, now: datetime) -> None:
    join(world, creator, at=now)


def _apply(world: World, creator: Creator, now: datetime) -> None:
    apply(world, creator, at=now)


def _schedule_money(world: World, timeline: Timeline) -> None:
    """Plan the payout runs, past and next, and what members decide about commissions."""
    calendar = world.calendar
    for day in calendar.list_months(OPENED_DAY):
        timeline.add(calendar.on(day, "02:30"), partial(_close_month, world))
    *earlier, last = calendar.past_runs
    for day in earlier:
        Run(world, day).schedule(timeline)
    Run(world, last, refused=["farid"]).schedule(timeline)
    timeline.add(calendar.ago(35), Run(world, calendar.today).prepare)
    farid = next(creator for creator in CREATORS if creator.key == "farid")
    timeline.add(
        calendar.at(1, "08:15"), lambda now: set_account(world, farid, number="21", now=now)
    )
    timeline.add(calendar.at(19, "11:00"), lambda now: _hold(world, now))
    timeline.add(calendar.at(24, "16:30"), lambda now: _reject(world, now))
    timeline.add(calendar.at(22, "10:45"), lambda now: _adjust(world, now))
    timeline.add(calendar.at(11, "13:15"), lambda now: _credit(world, now))


def _close_month(world: World, now: datetime) -> None:
    close_next_month(brand_id=world.brand.pk, now=now)


def _hold(world: World, now: datetime) -> None:
    hold_commission(
        commission_id=world.get_commission("held").pk,
        reason="Ordered two minutes after the click, by a shopper who searched for a coupon.",
        actor_id=world.team["manager"],
        now=now,
    )


def _reject(world: World, now: datetime) -> None:
    reject_commission(
        commission_id=world.get_commission("rejected").pk,
        reason="The code shown on your page is not one of ours.",
        actor_id=world.team["manager"],
        now=now,
    )


def _adjust(world: World, now: datetime) -> None:
    adjust_commission(
        commission_id=world.get_commission("adjusted").pk,
        delta_minor=500,
        reason="Thank you for the video about the grinder.",
        actor_id=world.team["manager"],
        now=now,
    )


def _credit(world: World, now: datetime) -> None:
    credit_order(
        order_id=world.get_order("credited_by_hand").pk,
        enrollment_id=world.enrollments["clara"].pk,
        reason="The magazine printed the address without the link.",
        actor_id=world.team["manager"],
        now=now,
    )
