"""What the demo's creators earn besides orders: fees for work, a bonus, leads; and their tiers."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from affiliates.models import GroupMove
from brands.models import PartnerType, TierPeriod
from brands.selectors import get_default_group
from brands.services.groups import create_group
from brands.services.ladders import LadderDraft, TierDraft, publish_ladder
from core.money import Money
from portal.demo.sales import Body
from portal.demo.world import Timeline, World
from tracking.models import Deliverable, DeliverableKind, Work, WorkStatus
from tracking.services import deliverables as work
from tracking.services.bonuses import Bonus, give_bonus
from tracking.services.tiers import SETTLED_AFTER, move_creators, reread_orders

REGULARS = "Regulars"
REGULAR_FROM = 2  # orders since joining
LADDER_DAY = 31
MOVE_DAYS = (30, 9)
BONUS_DAY = 12

FILM = "A film about the grinder"
RECIPE = "A recipe with the moka pot"
LETTER = "The December newsletter"
STORIES = "Three stories about the cups"
FLYER = "A flyer at the market"

LEADS: tuple[tuple[int, str, Body], ...] = (
    (19, "lead.created", {"id": "L-201", "code": "ANNA10"}),
    (14, "lead.created", {"id": "L-202", "code": "CLARA10"}),
    (11, "lead.rejected", {"id": "L-202"}),
    (8, "lead.created", {"id": "L-203", "code": "ANNA10", "status": "pending"}),
    (2, "lead.created", {"id": "L-204", "code": "BEN10"}),
)
"""Offices that ask for beans: one that earns, one that came to nothing, one that waits, one new."""


def schedule_earning(world: World, timeline: Timeline) -> None:
    """Plan tiers and whom they move, work in each of its states, a bonus and leads."""
    calendar = world.calendar
    timeline.add(calendar.at(LADDER_DAY, "10:15"), partial(_set_tiers, world))
    for day in MOVE_DAYS:
        timeline.add(calendar.at(day, "03:20"), partial(_move, world))
    timeline.add(calendar.at(BONUS_DAY, "16:10"), partial(_thank, world))
    for day, kind, facts in LEADS:
        timeline.add(calendar.at(day, "12:30"), partial(_report_lead, world, kind, facts))
    for at, act in _plan_offers(world) + _plan_works(world):
        timeline.add(at, act)


def _set_tiers(world: World, now: datetime) -> None:
    """Let whoever brings a few orders join the regulars, by himself."""
    by: dict[str, Any] = {"actor_id": world.team["manager"], "now": now}
    regulars = create_group(
        program_id=world.program.pk,
        name=REGULARS,
        partner_type=PartnerType.AFFILIATE,
        hold_days=None,
        **by,
    )
    first = TierDraft(get_default_group(world.program).pk, 0)
    publish_ladder(
        program_id=world.program.pk,
        draft=LadderDraft(
            measure="orders",
            period=TierPeriod.ALL_TIME,
            tiers=[first, TierDraft(regulars.pk, REGULAR_FROM)],
        ),
        effective_from=now,
        base_version=0,
        **by,
    )


def _move(world: World, now: datetime) -> None:
    move_creators(program_id=world.program.pk, now=now)
    waiting = GroupMove.objects.filter(brand=world.brand, reread_at__isnull=True)
    for move in waiting.order_by("pk"):
        reread_orders(move_id=move.pk, now=now + SETTLED_AFTER)


def _thank(world: World, now: datetime) -> None:
    bonus = Bonus(
        key="launch",
        title="Thank you for the launch of the grinder",
        amount=Money(2500, "EUR"),
        reason="Your films brought it to life.",
    )
    places = [world.enrollments[key].pk for key in ("anna", "ruben")]
    give_bonus(bonus=bonus, enrollment_ids=places, actor_id=world.team["finance"], now=now)


def _report_lead(world: World, kind: str, facts: Body, now: datetime) -> None:
    at = (now - timedelta(minutes=2)).isoformat()
    customer = {"customer": {"email": f"office-{facts['id'].lower()}@mail.example"}}
    world.shops[0].send(
        kind, {**facts, "at": at, **(customer if kind == "lead.created" else {})}, at=now
    )


def _plan_offers(world: World) -> list[tuple[datetime, partial[None]]]:
    plan = (
        (25, RECIPE, DeliverableKind.POST, 9000, "clara", 5),
        (17, FILM, DeliverableKind.VIDEO, 15000, "anna", -12),
        (13, FLYER, DeliverableKind.OTHER, 3000, "sami", -3),
        (11, LETTER, DeliverableKind.NEWSLETTER, 12000, "ben", -7),
        (1, STORIES, DeliverableKind.PLACEMENT, 6000, "anna", -10),
    )
    return [
        (
            world.calendar.at(day, "09:40"),
            partial(_offer, world, title, kind, fee, creator, due),
        )
        for day, title, kind, fee, creator, due in plan
    ]


def _offer(
    world: World,
    title: str,
    kind: DeliverableKind,
    fee_minor: int,
    creator: str,
    due: int,
    now: datetime,
) -> None:
    """Offer the whole group of a creator films and recipes, anything else to him alone."""
    place = world.enrollments[creator]
    is_shared = title in {FILM, RECIPE}
    place.refresh_from_db()
    work.offer_deliverable(
        brand_id=world.brand.pk,
        facts=work.DeliverableFacts(
            program_id=world.program.pk,
            kind=kind,
            title=title,
            brief="Show it in use, say that it is an ad, and link to the shop.",
            fees={"EUR": fee_minor},
            due_on=world.calendar.today - timedelta(days=due),
            group_id=place.group_id if is_shared else None,
            enrollment_id=None if is_shared else place.pk,
        ),
        actor_id=world.team["manager"],
        now=now,
    )


def _plan_works(world: World) -> list[tuple[datetime, partial[None]]]:
    """Return who does what with the offers, so that every state of work is there."""
    plan = (
        (24, "10:00", partial(_answer, world, RECIPE, "clara", "EUR")),
        (24, "11:00", partial(_answer, world, RECIPE, "gusto-notes", "EUR")),
        (23, "12:00", partial(_answer, world, RECIPE, "theo", None)),
        (16, "10:30", partial(_answer, world, FILM, "anna", "EUR")),
        (15, "18:05", partial(_answer, world, FILM, "ruben", "EUR")),
        (12, "10:10", partial(_answer, world, FLYER, "sami", "EUR")),
        (10, "09:00", partial(_answer, world, LETTER, "ben", "EUR")),
        (9, "20:00", partial(_submit, world, RECIPE, "gusto-notes")),
        (8, "19:30", partial(_submit, world, FILM, "anna")),
        (7, "11:15", partial(_refuse, world, RECIPE, "gusto-notes", WorkStatus.REJECTED)),
        (6, "15:45", partial(_approve, world, FILM, "anna")),
        (4, "08:20", partial(_submit, world, LETTER, "ben")),
        (4, "00:30", partial(_expire, world)),
        (3, "13:00", partial(_refuse, world, LETTER, "ben", WorkStatus.CHANGES_ASKED)),
        (2, "21:10", partial(_submit, world, FILM, "ruben")),
    )
    return [(world.calendar.at(day, clock), act) for day, clock, act in plan]


def _answer(world: World, title: str, creator: str, currency: str | None, now: datetime) -> None:
    offer = Deliverable.objects.get(brand=world.brand, title=title)
    work.answer_offer(
        deliverable_id=offer.pk,
        enrollment_id=world.enrollments[creator].pk,
        currency=currency,
        actor_id=world.users[creator],
        now=now,
    )


def _submit(world: World, title: str, creator: str, now: datetime) -> None:
    said = work.Said(url=f"https://{creator}.example/work", text="Here it is.")
    work.submit_work(
        work_id=_find(world, title, creator), said=said, actor_id=world.users[creator], now=now
    )


def _refuse(world: World, title: str, creator: str, status: WorkStatus, now: datetime) -> None:
    reasons = {
        WorkStatus.REJECTED: "Another brand's pot is in the picture.",
        WorkStatus.CHANGES_ASKED: "Please say in the first line that it is an ad.",
    }
    work.refuse_work(
        work_id=_find(world, title, creator),
        status=status,
        reason=reasons[status],
        actor_id=world.team["manager"],
        now=now,
    )


def _approve(world: World, title: str, creator: str, now: datetime) -> None:
    work.approve_work(work_id=_find(world, title, creator), actor_id=world.team["finance"], now=now)


def _expire(world: World, now: datetime) -> None:
    late = Work.objects.filter(brand=world.brand, status=WorkStatus.ACCEPTED).order_by("pk")
    for row in late:
        work.expire_work(work_id=row.pk, now=now)


def _find(world: World, title: str, creator: str) -> int:
    place = world.enrollments[creator]
    return Work.objects.get(deliverable__title=title, enrollment=place).pk
