"""Kumo Paper (demo): a small second brand, in a currency without decimals."""

from datetime import datetime, timedelta
from random import Random

from portal.demo.cast import PAPER_BRAND, PAPER_CREATORS, PAPER_DOMAIN, PAPER_PRODUCTS
from portal.demo.clicks import Clicker
from portal.demo.crowd import Crowd
from portal.demo.deliveries import number_sales, schedule_later, schedule_sales
from portal.demo.people import add_team, join
from portal.demo.rules import ALL
from portal.demo.runs import Run
from portal.demo.setup import Offer, make_calendar, open_brand, open_program, open_shop
from portal.demo.world import Timeline, World

SEED = 7
OPENED_DAY = 120
SHARE = 0.12  # of the first brand's orders
OFFER = Offer(
    name=PAPER_BRAND,
    zone="Asia/Tokyo",
    currency="JPY",
    minimum=1500,
    domain=PAPER_DOMAIN,
    program="Friends of paper",
    about="Notebooks, pens and ink, sent from a small workshop.",
)


def build_paper(*, team: dict[str, int], now: datetime, scale: float) -> World:
    """Build the brand with everything that happened in it until `now`."""
    world = _open(team, now)
    timeline, rng = Timeline(world.brand), Random(SEED)  # noqa: S311  # invented orders
    crowd = Crowd(world.calendar, rng, PAPER_CREATORS, PAPER_PRODUCTS, OFFER.currency, 110)
    sales, later = crowd.make(SHARE * scale)
    world.numbers = number_sales(sales, story="", number=301)
    clicker = Clicker(world, rng)
    for creator in PAPER_CREATORS:
        join(world, creator, at=world.calendar.at(creator.joined, "11:00"))
    tokens = clicker.write_touches(touch for sale in sales for touch in sale.touches)
    schedule_sales(world, timeline, tokens)
    schedule_later(world, timeline, later)
    if scale >= 1:
        Run(world, world.calendar.past_runs[-1]).schedule(timeline)
    timeline.run(until=now)
    clicker.write_others(PAPER_CREATORS, scale=SHARE * scale)
    return world


def _open(team: dict[str, int], now: datetime) -> World:
    calendar, owner_id = make_calendar(OFFER, now), team["brand"]
    opened_at = calendar.at(OPENED_DAY, "09:00")
    brand = open_brand(OFFER, calendar=calendar, owner_id=owner_id, now=opened_at)
    add_team(brand=brand, users=team, now=opened_at)
    later = opened_at + timedelta(hours=1)
    program = open_program(OFFER, brand=brand, rules=[ALL], owner_id=owner_id, now=later)
    shop = open_shop(brand=brand, name="Web shop", url=OFFER.url, actor_id=owner_id, now=later)
    return World(brand, calendar, program, [shop], team)
