"""Payout runs by file, from the plan to the bank's answer."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from payouts.models import Payout, PayoutPlan
from payouts.rails.registry import LIMITS
from payouts.services import moves
from payouts.services.approval import approve_plan
from payouts.services.planning import make_plan
from portal.demo.world import Timeline, World

CLOSED = "The bank says: account closed."


@dataclass
class Run:
    """One run of a brand; the creators in `refused` get their money back from the bank."""

    world: World
    day: date
    refused: Collection[str] = ()
    plan: PayoutPlan | None = field(default=None, init=False)

    def schedule(self, timeline: Timeline) -> None:
        """Plan the steps of the run's day and of the two days after it."""
        calendar = self.world.calendar
        timeline.add(calendar.on(self.day, "09:05"), self.prepare)
        timeline.add(calendar.on(self.day, "09:20"), self._approve)
        timeline.add(calendar.on(self.day, "10:00"), self._hand_over)
        timeline.add(calendar.on(self.day + timedelta(days=1), "08:40"), self._confirm)
        timeline.add(calendar.on(self.day + timedelta(days=2), "15:10"), self._refuse)

    def prepare(self, now: datetime) -> None:
        """Make the plan; it moves nothing until somebody approves it."""
        self.plan = make_plan(
            brand_id=self.world.brand.pk,
            currency=self.world.program.currency,
            limits=LIMITS,
            actor_id=self.world.team["finance"],
            now=now,
        )

    def _approve(self, now: datetime) -> None:
        plan = self._planned()
        approve_plan(
            plan_id=plan.pk,
            seen_hash=plan.content_hash,
            limits=LIMITS,
            actor_id=self.world.owner_id,
            now=now,
        )

    def _hand_over(self, now: datetime) -> None:
        moves.hand_over_file(
            file_id=self._planned().files.get().pk, actor_id=self.world.team["finance"], now=now
        )

    def _confirm(self, now: datetime) -> None:
        for number, payout in enumerate(self._payouts(), start=1):
            if payout.affiliation_id not in self._refused_ids():
                moves.confirm_payout(
                    payout_id=payout.pk,
                    reference=f"Statement {now:%Y-%m-%d}, line {number}",
                    actor_id=self.world.team["finance"],
                    now=now + timedelta(seconds=20 * number),
                )

    def _refuse(self, now: datetime) -> None:
        for payout in self._payouts():
            if payout.affiliation_id in self._refused_ids():
                moves.report_failure(
                    payout_id=payout.pk,
                    reason=CLOSED,
                    actor_id=self.world.team["finance"],
                    now=now,
                )

    def _planned(self) -> PayoutPlan:
        assert self.plan is not None  # noqa: S101  # the steps are in order
        return self.plan

    def _payouts(self) -> list[Payout]:
        return list(Payout.objects.filter(plan=self._planned()).order_by("pk"))

    def _refused_ids(self) -> set[object]:
        return {self.world.enrollments[key].affiliation_id for key in self.refused}
