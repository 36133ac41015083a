"""Where creators stand on the ladders of their programs, for both sides' pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from affiliates.domain.tiers import Span, Standing, Verdict, judge, next_span_end, running_span_of
from affiliates.models import Enrollment
from brands.domain.rules import Conditions, NoRuleVersion, Rule
from brands.models import Ladder, Program, Tier
from brands.selectors import list_rules_at
from brands.selectors_ladders import find_ladder_at, list_tiers
from tracking.selectors_tiers import list_movable, read_standings, to_domain

OF_ORDERS = ("percent", "flat_order", "flat_item", "exclude")


@dataclass(frozen=True, slots=True)
class OnLadder:
    """A creator on a ladder: what counted in which days, his tier, the next, what comes today.

    `rules` are those that pay orders placed now.
    """

    place: Enrollment
    ladder: Ladder
    tiers: tuple[Tier, ...]
    standing: Standing
    verdict: Verdict
    span: Span
    rules: tuple[Rule, ...]

    @property
    def tier(self) -> Tier:
        return next(one for one in self.tiers if one.group_id == self.standing.group_id)

    @property
    def next_tier(self) -> Tier | None:
        """Return the lowest tier above whose figure is not reached; None on top."""
        missing = (one for one in self.tiers if one.threshold > self.standing.running_value)
        return next((one for one in missing if one.position > self.tier.position), None)

    @property
    def missing(self) -> int:
        return self.next_tier.threshold - self.standing.running_value if self.next_tier else 0

    @property
    def target(self) -> Tier | None:
        """Return the tier a move leads to, today or announced."""
        step = self.verdict.step
        return next((one for one in self.tiers if step and one.group_id == step.group_id), None)


def read_ladder(
    ladder: Ladder, tiers: Sequence[Tier], places: Sequence[Enrollment], *, now: datetime
) -> list[OnLadder]:
    """Return where places stand on tiers, stored or not; those in other groups are left out."""
    today = now.astimezone(ZoneInfo(ladder.program.brand.time_zone)).date()
    steps = to_domain(ladder, tiers)
    standings = read_standings(ladder, places, now=now)
    groups = {tier.group_id for tier in tiers}
    rules = read_rules(ladder.program, now=now)
    return [
        OnLadder(
            place=place,
            ladder=ladder,
            tiers=tuple(tiers),
            standing=standings[place.pk],
            verdict=judge(steps, standings[place.pk], today=today),
            span=running_span_of(ladder.period, today),
            rules=rules,
        )
        for place in places
        if place.group_id in groups
    ]


def read_program(ladder: Ladder, tiers: Sequence[Tier], *, now: datetime) -> list[OnLadder]:
    """Return every creator on tiers, who has the highest figure first."""
    rows = read_ladder(ladder, tiers, list_movable(ladder), now=now)
    return sorted(rows, key=lambda row: (-row.standing.value, row.place.pk))


def read_places(places: Sequence[Enrollment], *, now: datetime) -> dict[int, OnLadder]:
    """Return where places of any programs stand, by their key; a program's are read together."""
    by_program: dict[Program, list[Enrollment]] = {}
    for place in places:
        by_program.setdefault(place.program, []).append(place)
    found: dict[int, OnLadder] = {}
    for program, own in by_program.items():
        ladder = find_ladder_at(program, now)
        tiers = list_tiers(ladder)
        if ladder is not None and tiers:
            found |= {row.place.pk: row for row in read_ladder(ladder, tiers, own, now=now)}
    return found


def read_rules(program: Program, *, now: datetime) -> tuple[Rule, ...]:
    """Return the rules that pay orders placed now; none while there are none."""
    try:
        return list_rules_at(program, now)[1]
    except NoRuleVersion:
        return ()


def find_rate(rules: Sequence[Rule], group_id: int) -> Rule | None:
    """Return the rule that pays the ordinary orders of a group; None where there is no such."""
    for rule in sorted(rules, key=lambda one: one.position):
        if rule.kind not in OF_ORDERS:
            continue
        groups = rule.conditions.groups
        if rule.conditions == Conditions(groups=groups) and (not groups or group_id in groups):
            return rule
    return None


def find_end(row: OnLadder, now: datetime) -> date | None:
    """Return the last day on which orders count for the period that runs."""
    today = now.astimezone(ZoneInfo(row.ladder.program.brand.time_zone)).date()
    return next_span_end(row.ladder.period, today)
