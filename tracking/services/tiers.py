"""Move creators between the tiers of a program by what was counted, and price what that reaches.

A move commits by itself; the earlier orders it reaches follow one by one, each under its own lock,
and whoever comes after a crash goes on with them.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from affiliates.domain.tiers import Standing, Verdict, judge, span_of
from affiliates.emails_tiers import mail_falling
from affiliates.models import Enrollment, GroupMove
from affiliates.services.membership import store_move
from brands.models import Ladder, Program, Tier, TierReach
from brands.selectors_ladders import find_ladder_at, list_tiers
from core import audit
from core.locks import lock_row
from core.periods import start_of_day
from tracking.models import Attribution, Commission, Decision, Order
from tracking.selectors_tiers import list_movable, read_standings, to_domain
from tracking.services.attribution import find_current
from tracking.services.deciding import find_kept_rate, redecide_group
from tracking.services.orders import load_state, settle_order
from tracking.services.posting import Cause

SETTLED_AFTER = timedelta(minutes=10)
"""An order that was being priced while its creator moved has committed long before this."""


def move_creators(*, program_id: int, now: datetime) -> int:
    """Judge every creator of a program today and move whom the tiers move; returns how many.

    Safe to repeat, and for two workers at once: each is judged again under the lock of his place.
    Tiers that were switched off move nobody, and a fall they had announced is taken back.
    """
    program = Program.objects.select_related("brand").get(pk=program_id)
    ladder = find_ladder_at(program, now)
    if ladder is None:
        return 0
    today = now.astimezone(ZoneInfo(program.brand.time_zone)).date()
    places = list_movable(ladder)
    standings = read_standings(ladder, places, now=now)
    steps = to_domain(ladder, list_tiers(ladder))
    moved = 0
    for place in places:
        standing = standings[place.pk]
        verdict = judge(steps, standing, today=today)
        if verdict.outcome == "stays" and standing.falls_on is None:
            continue
        moved += move_creator(enrollment_id=place.pk, now=now)
    return moved


@transaction.atomic
def move_creator(*, enrollment_id: int, now: datetime) -> bool:
    """Do what the tiers say of one creator today; returns whether he came into another group."""
    lock_row(Enrollment, enrollment_id)
    place = Enrollment.objects.select_related(
        "affiliation__affiliate__user", "group", "program__brand"
    ).get(pk=enrollment_id)
    ladder = find_ladder_at(place.program, now)
    assert ladder is not None  # noqa: S101  # whoever judges creators has found it
    tiers = {tier.group_id: tier for tier in list_tiers(ladder)}
    standing = read_standings(ladder, [place], now=now)[place.pk]
    today = now.astimezone(ZoneInfo(place.program.brand.time_zone)).date()
    verdict = judge(to_domain(ladder, tiers.values()), standing, today=today)
    if verdict.outcome in {"rises", "falls"}:
        figures = _figures(ladder, tiers, standing, verdict)
        move = _make_move(ladder, tiers, place, verdict, figures, now)
        store_move(enrollment=place, move=move, now=now)
        return True
    _note_fall(ladder, tiers, place, standing, verdict, now)
    return False


def list_unread(*, limit: int) -> list[GroupMove]:
    """Return the moves some of whose earlier orders may still be priced by the old group."""
    rows = GroupMove.objects.filter(reread_at__isnull=True, brand__archived_at__isnull=True)
    return list(rows.select_related("brand").order_by("pk")[:limit])


def reread_orders(*, move_id: int, now: datetime) -> int:
    """Price by the new group the earlier orders that a move reaches; returns how many changed."""
    move = GroupMove.objects.select_related("to_group").get(pk=move_id)
    later = GroupMove.objects.filter(enrollment=move.enrollment_id, pk__gt=move.pk).order_by("pk")
    following = later.first()
    credited = Attribution.objects.filter(
        enrollment=move.enrollment_id,
        is_current=True,
        order__placed_at__gte=move.effective_from,
        order__placed_at__lte=move.at,
    )
    if following is not None:
        credited = credited.filter(order__placed_at__lt=following.effective_from)
    changed = 0
    for order_id in credited.order_by("order_id").values_list("order_id", flat=True):
        changed += _reread(order_id, move, now)
    if now >= move.at + SETTLED_AFTER:
        GroupMove.objects.filter(pk=move.pk, reread_at__isnull=True).update(reread_at=now)
    return changed


@transaction.atomic
def _reread(order_id: int, move: GroupMove, now: datetime) -> bool:
    order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
    decision = Decision.objects.filter(
        order=order, is_current=True, enrollment=move.enrollment_id
    ).first()
    if decision is None or decision.context.get("group_id") == move.to_group_id:
        return False
    released = Commission.objects.filter(
        order=order, enrollment=move.enrollment_id, released_at__isnull=False
    )
    if not move.is_reaching_released and released.exists():
        return False
    current = find_current(order)
    if current is not None and find_kept_rate(order, current) is not None:
        return False
    redecide_group(decision=decision, group_id=move.to_group_id, now=now)
    cause = Cause(code="tier.reread", params={"group": move.to_group.name, "move": move.public_id})
    settle_order(order=order, state=load_state(order), cause=cause, now=now)
    return True


def _make_move(
    ladder: Ladder,
    tiers: dict[int, Tier],
    place: Enrollment,
    verdict: Verdict,
    figures: dict[str, Any],
    now: datetime,
) -> GroupMove:
    assert verdict.step is not None  # noqa: S101
    tier = tiers[verdict.step.group_id]
    is_reaching = verdict.outcome == "rises" and tier.reach != TierReach.LATER
    effective_from = _start_of_period(ladder, place, now) if is_reaching else now
    return GroupMove(
        brand_id=place.brand_id,
        enrollment=place,
        from_group=place.group,
        to_group=tier.group,
        at=now,
        effective_from=min(effective_from, now),
        ladder=ladder,
        figures=figures,
        is_reaching_released=is_reaching and tier.reach == TierReach.ALL,
        reread_at=None if is_reaching else now,
    )


def _start_of_period(ladder: Ladder, place: Enrollment, now: datetime) -> datetime:
    zone = ZoneInfo(place.program.brand.time_zone)
    since = span_of(ladder.period, now.astimezone(zone).date()).since
    return start_of_day(since, zone) if since else place.joined_at


def _note_fall(
    ladder: Ladder,
    tiers: dict[int, Tier],
    place: Enrollment,
    standing: Standing,
    verdict: Verdict,
    now: datetime,
) -> None:
    """Announce a move down once, or take the announcement back."""
    falls_on = verdict.falls_on if verdict.outcome == "will_fall" else None
    if falls_on == place.falls_on:
        return
    place.falls_on = falls_on
    place.save(update_fields=["falls_on"])
    action = "enrollment.will_fall" if falls_on else "enrollment.stays"
    after = {"falls_on": falls_on.isoformat() if falls_on else ""}
    audit.record(
        brand_id=place.brand_id, actor_id=None, action=action, target=place, now=now, after=after
    )
    if falls_on and verdict.step:
        group = tiers[verdict.step.group_id].group.name
        figures = _figures(ladder, tiers, standing, verdict)
        mail_falling(place=place, group=group, figures=figures, day=falls_on, now=now)


def _figures(
    ladder: Ladder, tiers: dict[int, Tier], standing: Standing, verdict: Verdict
) -> dict[str, Any]:
    """Return what makes a verdict to move: what was counted, and what the tier in question asks.

    Who falls is judged by the tier he is in, who rises by the one he comes into.
    """
    assert verdict.step is not None  # noqa: S101
    is_up = verdict.outcome == "rises"
    asked = tiers[verdict.step.group_id if is_up else standing.group_id]
    value = standing.value if is_up else max(standing.value, standing.kept_value)
    end = "_minor" if ladder.currency else ""
    return {
        "measure": ladder.measure,
        "period": ladder.period,
        "currency": ladder.currency,
        f"value{end}": value,
        f"threshold{end}": asked.threshold,
        "version": ladder.version,
    }
