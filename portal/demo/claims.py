"""Orders that the demo's creators ask for: one that came a moment later, one that waits."""

from datetime import date, datetime, timedelta
from functools import partial

from core.formats import local_day
from portal.demo.sales import Sale
from portal.demo.world import Timeline, World
from tracking.domain.claims import AskedOrder, add_working_days
from tracking.services.claims import Question, open_claim

AT_ONCE = "first_rule_wins"
WAITING = "outside_window"
CLOCK = "00:40"


def schedule_claims(world: World, timeline: Timeline) -> None:
    """Plan a claim that its order accepts as it comes, and one whose answer is due tomorrow."""
    early, late = _get_sale(world, AT_ONCE), _get_sale(world, WAITING)
    text = "A reader sent me the receipt; she came through my newsletter."
    timeline.add(early.placed_at, partial(_ask, world, early, text))
    text = "My review of the grinder is from that week, and a reader wrote that she bought it."
    timeline.add(_find_moment(world), partial(_ask, world, late, text))


def _find_moment(world: World) -> datetime:
    """Return when somebody asks whose answer is due on the next working day."""
    calendar = world.calendar
    due_on = add_working_days(calendar.today, 1)
    days = (days for days in range(1, 14) if _find_due_day(world, days) == due_on)
    return calendar.at(next(days), CLOCK)


def _find_due_day(world: World, days_ago: int) -> date:
    asked_on = world.calendar.today - timedelta(days=days_ago)
    return add_working_days(asked_on, world.brand.claim_days)


def _ask(world: World, sale: Sale, text: str, now: datetime) -> None:
    asked = AskedOrder(
        f"#{world.numbers[sale]}", local_day(sale.placed_at, zone=world.calendar.zone)
    )
    open_claim(
        enrollment_id=world.enrollments["clara"].pk,
        question=Question(asked, text),
        actor_id=world.users["clara"],
        now=now,
    )


def _get_sale(world: World, story: str) -> Sale:
    return next(sale for sale in world.numbers if sale.story == story)
