"""Bonuses for every Nth sale and for figures reached: set, changed, ended, and awarded.

An award is made at once when its figure is reached, as a commission with the hold of its program.
Until it is released it follows the figure: refunds that take it back under make it earn 0, with
that reason, and reaching it again gives it back. What was released stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from affiliates.models import AffiliationStatus, Enrollment
from brands.domain.awards import sum_line
from brands.domain.pricing import PricedLine
from core import audit, outbox
from core.locks import lock_row
from tracking.domain.bonusplans import Run, count_steps, list_runs
from tracking.models import Award, AwardKind, BonusKind, BonusPlan, Commission
from tracking.selectors_bonuses import count_bonus_figures, list_places, today_of
from tracking.services.awards import AwardDraft, change_award, grant_award
from tracking.services.commissions import lock_commission
from tracking.services.posting import Cause

LOOK_BACK = timedelta(days=100)  # how long a sale that is paid late may still reach a figure
NTH, REACHED = "award.plan_nth", "award.plan_reached"
LOST, AGAIN = "award.plan_lost", "award.plan_again"


class PlanOver(ValueError):
    """The bonus was ended, or its last day is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What a bonus is; `target` and `amount_minor` as BonusPlan says."""

    program_id: int
    name: str
    kind: str
    measure: str
    period: str
    target: int
    amount_minor: int
    currency: str
    since: date
    until: date | None = None
    group_id: int | None = None


@transaction.atomic
def create_plan(*, brand_id: int, facts: PlanFacts, actor_id: int, now: datetime) -> BonusPlan:
    """Set a bonus."""
    plan = BonusPlan.objects.create(
        brand_id=brand_id, created_by_id=actor_id, created_at=now, **asdict(facts)
    )
    _record(plan, "bonus.planned", actor_id, now, None, _facts(plan))
    payload = {"bonus": plan.public_id, "program": plan.program.public_id}
    outbox.emit(brand_id=brand_id, topic="bonus.planned", payload=payload, now=now)
    return plan


@transaction.atomic
def update_plan(
    *, plan_id: int, name: str, until: date | None, today: date, actor_id: int, now: datetime
) -> BonusPlan:
    """Change the name and the last day of a bonus.

    :raises PlanOver: it is over, or the day is past.
    """
    plan = _lock_open(plan_id, today)
    if until is not None and until < max(today, plan.since):
        raise PlanOver(plan.public_id)
    before = _facts(plan)
    plan.name, plan.until = name, until
    plan.save(update_fields=["name", "until"])
    _record(plan, "bonus.changed", actor_id, now, *audit.pick_changed(before, _facts(plan)))
    return plan


@transaction.atomic
def end_plan(*, plan_id: int, today: date, actor_id: int, now: datetime) -> BonusPlan:
    """End a bonus with today: sales placed later do not count, what was earned stays.

    :raises PlanOver: it is over.
    """
    plan = _lock_open(plan_id, today)
    plan.until, plan.ended_at, plan.ended_by_id = max(today, plan.since), now, actor_id
    plan.save(update_fields=["until", "ended_at", "ended_by"])
    _record(plan, "bonus.ended", actor_id, now, None, {"until": plan.until.isoformat()})
    return plan


def list_followed(*, now: datetime) -> list[BonusPlan]:
    """Return the bonuses whose figures may still change what they earn."""
    open_award = Q(awards__commission__released_at__isnull=True, awards__isnull=False)
    recent = Q(until__isnull=True) | Q(until__gte=(now - LOOK_BACK).date())
    rows = BonusPlan.objects.filter(recent | open_award, brand__archived_at__isnull=True)
    return list(rows.select_related("brand").distinct().order_by("pk"))


@transaction.atomic
def follow_plan(*, plan_id: int, now: datetime) -> int:
    """Award what was reached, and bring what is not released to its figure; returns how many.

    The bonus is locked: of two workers the second finds nothing left to do.
    """
    lock_row(BonusPlan, plan_id)
    plan = BonusPlan.objects.select_related("program__brand", "group").get(pk=plan_id)
    today = today_of(plan, now)
    awards = {award.key: award for award in plan.awards.select_related("commission")}
    open_to = list(list_places(plan))
    changed = 0
    left = (
        Enrollment.objects.filter(awards__bonus_plan=plan)
        .exclude(pk__in=[place.pk for place in open_to])
        .distinct()
    )
    places = [*open_to, *left.select_related("group", "program__brand", "affiliation")]
    for run in _list_runs(plan, awards.values(), today):
        figures = count_bonus_figures(plan, places, run)
        for place in places:
            reached = _Reached(plan, place, run, figures.get(place.pk, 0))
            may_earn = place.affiliation.status == AffiliationStatus.ACTIVE and place in open_to
            changed += _follow(reached, awards, may_earn=may_earn, now=now)
    return changed


@dataclass(frozen=True, slots=True)
class _Reached:
    """What one place came to in one run of a bonus."""

    plan: BonusPlan
    place: Enrollment
    run: Run
    value: int

    @property
    def steps(self) -> int:
        return count_steps(kind=self.plan.kind, value=self.value, target=self.plan.target)

    def key(self, step: int) -> str:
        return f"plan:{self.plan.public_id}:{self.place.public_id}:{self.run.key}:{step}"

    def facts(self, step: int) -> dict[str, Any]:
        until = self.run.until.isoformat() if self.run.until else None
        since = self.run.since.isoformat()
        return {"since": since, "until": until, "step": step, "value": self.value}

    def params(self, step: int) -> dict[str, Any]:
        return {"bonus": self.plan.name, "position": step * self.plan.target}

    def line(self, step: int, code: str, amount: int) -> PricedLine:
        return sum_line(
            line_id="bonus",
            title=self.plan.name,
            amount=amount,
            code=code,
            params=self.params(step),
        )


def _list_runs(plan: BonusPlan, awards: Iterable[Award], today: date) -> list[Run]:
    """Return the runs that may still change: recent ones, and those of what is not released."""
    recent = list_runs(
        period=plan.period,
        since=plan.since,
        until=plan.until,
        first=today - LOOK_BACK,
        today=today,
    )
    runs = {run.key: run for run in recent}
    for award in awards:
        since, until = award.facts["since"], award.facts["until"]
        if award.commission.released_at is None and since not in runs:
            last = date.fromisoformat(until) if until else plan.until
            runs[since] = Run(date.fromisoformat(since), last)
    return list(runs.values())


def _follow(
    reached: _Reached, awards: Mapping[str, Award], *, may_earn: bool, now: datetime
) -> int:
    """Bring the awards of one place and run to their figure."""
    changed, step = 0, 1
    while (step <= reached.steps and may_earn) or reached.key(step) in awards:
        award = awards.get(reached.key(step))
        changed += (
            _grant(reached, step, now) if award is None else _bring(reached, step, award, now)
        )
        step += 1
    return changed


def _grant(reached: _Reached, step: int, now: datetime) -> bool:
    plan = reached.plan
    code = NTH if plan.kind == BonusKind.NTH else REACHED
    draft = AwardDraft(
        enrollment=reached.place,
        kind=AwardKind.BONUS,
        key=reached.key(step),
        currency=plan.currency,
        at=now,
        line=reached.line(step, code, plan.amount_minor),
        title=plan.name,
        facts=reached.facts(step),
        bonus_plan_id=plan.pk,
    )
    cause = Cause(code=code, params=reached.params(step))
    commission = grant_award(draft=draft, cause=cause, now=now)
    _tell(reached, step, commission, "bonus.earned", now)
    return True


def _bring(reached: _Reached, step: int, award: Award, now: datetime) -> bool:
    """Take an award back or give it back, unless it is released or a person rejected it."""
    is_earned, plan = step <= reached.steps, reached.plan
    if (award.pricing["lines"][0]["earned"] > 0) == is_earned:
        return False
    commission = lock_commission(award.commission.pk)
    if commission.released_at is not None or commission.rejected_at is not None:
        return False
    code = AGAIN if is_earned else LOST
    commission = change_award(
        award_id=award.pk,
        line=reached.line(step, code, plan.amount_minor if is_earned else 0),
        facts=reached.facts(step),
        cause=Cause(code=code, params=reached.params(step)),
        now=now,
    )
    _tell(reached, step, commission, "bonus.regained" if is_earned else "bonus.lost", now)
    return True


def _tell(reached: _Reached, step: int, commission: Commission, action: str, now: datetime) -> None:
    facts = {"title": reached.plan.name, **reached.facts(step)}
    audit.record(
        brand_id=commission.brand_id,
        actor_id=None,
        action=action,
        target=commission,
        now=now,
        after={**facts, "amount_minor": commission.amount_minor},
    )
    payload = {"bonus": reached.plan.public_id, "commission": commission.public_id, "step": step}
    outbox.emit(brand_id=commission.brand_id, topic=action, payload=payload, now=now)


def _lock_open(plan_id: int, today: date) -> BonusPlan:
    plan = lock_row(BonusPlan, plan_id)
    if (plan.until is not None and plan.until < today) or plan.ended_at is not None:
        raise PlanOver(plan.public_id)
    return plan


def _facts(plan: BonusPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "program": plan.program.name,
        "group": plan.group.name if plan.group else "",
        "kind": plan.kind,
        "measure": plan.measure,
        "period": plan.period,
        "target_minor" if plan.is_money else "target": plan.target,
        "amount_minor": plan.amount_minor,
        "currency": plan.currency,
        "since": plan.since.isoformat(),
        "until": plan.until.isoformat() if plan.until else "",
    }


def _record(
    plan: BonusPlan,
    action: str,
    actor_id: int,
    now: datetime,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    audit.record(
        brand_id=plan.brand_id,
        actor_id=actor_id,
        action=action,
        target=plan,
        now=now,
        before=before,
        after=after,
    )
