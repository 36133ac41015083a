"""Publish a version of a program's tiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from brands.domain.changes import list_changes
from brands.models import Group, Ladder, Program, Tier, TierPeriod, TierReach
from brands.selectors_ladders import find_latest_ladder, list_tiers
from brands.selectors_terms import describe_ladder, find_notice_end
from brands.services.notice import NoticeNeeded
from brands.services.terms import refresh_terms
from core import audit
from core.locks import lock_row
from core.money import to_decimal


class StaleLadder(ValueError):
    """Someone published in between."""


class LadderInvalid(ValueError):
    """Tiers that cannot be: of another program, without a first, or that fall from all time."""


@dataclass(frozen=True, slots=True)
class TierDraft:
    """A group of the program and from which figure on it is reached; the first from 0."""

    group_id: int
    threshold: int
    reach: str = TierReach.LATER


@dataclass(frozen=True, slots=True)
class LadderDraft:
    """Tiers as they are being edited, in any order; none switches the moves off."""

    measure: str
    period: str
    is_falling: bool = False
    grace_days: int = 0
    tiers: Sequence[TierDraft] = ()


@transaction.atomic
def publish_ladder(
    *,
    program_id: int,
    draft: LadderDraft,
    effective_from: datetime,
    actor_id: int,
    now: datetime,
    base_version: int,
) -> Ladder:
    """Publish the draft as the next version; the terms follow.

    `base_version` is the version the draft was made from, 0 for the first. Nobody is moved here.

    :raises StaleLadder: another version was published since.
    :raises LadderInvalid: the draft cannot be a ladder.
    :raises brands.services.notice.NoticeNeeded: it is worse for creators, who must have notice.
    """
    program = lock_row(Program, program_id)
    latest = find_latest_ladder(program)
    if (latest.version if latest else 0) != base_version:
        raise StaleLadder(f"program {program.public_id} is past version {base_version}")
    _check(program, draft)
    starts = max(effective_from, now, latest.effective_from if latest else now)
    earliest = find_ladder_notice(program=program, draft=draft, now=now)
    if earliest is not None and starts < earliest:
        raise NoticeNeeded(program, earliest)
    ladder, tiers = make_rows(program, draft)
    ladder.version, ladder.effective_from = base_version + 1, starts
    ladder.published_at, ladder.published_by_id = now, actor_id
    ladder.save(force_insert=True)
    Tier.objects.bulk_create(tiers)
    refresh_terms(program=program, now=now)
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="tiers.published",
        target=program,
        now=now,
        before=_facts(latest, list_tiers(latest)) if latest else None,
        after=_facts(ladder, tiers) | {"effective_from": starts.isoformat()},
    )
    return ladder


def find_ladder_notice(*, program: Program, draft: LadderDraft, now: datetime) -> datetime | None:
    """Return from when tiers may begin that are worse; None where they need no notice."""
    latest = find_latest_ladder(program)
    names = dict(Group.objects.filter(program=program).values_list("pk", "name"))
    old = describe_ladder(latest, list_tiers(latest), names)
    new = describe_ladder(*make_rows(program, draft), names)
    is_worse = any(change.is_worse for change in list_changes(old, new))
    return find_notice_end(program, now) if is_worse else None


def make_rows(program: Program, draft: LadderDraft) -> tuple[Ladder, list[Tier]]:
    """Return a draft as rows that are not stored, the lowest tier first."""
    ladder = Ladder(
        brand_id=program.brand_id,
        program=program,
        measure=draft.measure,
        period=draft.period,
        is_falling=draft.is_falling,
        grace_days=draft.grace_days if draft.is_falling else 0,
    )
    in_order = sorted(draft.tiers, key=lambda tier: tier.threshold)
    return ladder, [
        Tier(
            brand_id=program.brand_id,
            ladder=ladder,
            group_id=tier.group_id,
            position=position,
            threshold=tier.threshold,
            reach=tier.reach,
        )
        for position, tier in enumerate(in_order, start=1)
    ]


def _check(program: Program, draft: LadderDraft) -> None:
    groups = set(Group.objects.filter(program=program).values_list("pk", flat=True))
    thresholds = sorted(tier.threshold for tier in draft.tiers)
    is_ladder = not thresholds or (
        len(thresholds) > 1 and thresholds[0] == 0 and len(set(thresholds)) == len(thresholds)
    )
    is_endless_fall = draft.is_falling and draft.period == TierPeriod.ALL_TIME
    is_ours = groups.issuperset(tier.group_id for tier in draft.tiers)
    if not is_ladder or not is_ours or is_endless_fall:
        raise LadderInvalid(f"program {program.public_id}: {thresholds}")


def _facts(ladder: Ladder, tiers: Sequence[Tier]) -> dict[str, Any]:
    return {
        "version": ladder.version,
        "measure": ladder.measure,
        "tier_period": ladder.period,
        "is_falling": ladder.is_falling,
        "grace_days": ladder.grace_days,
        "tiers": {tier.group.name: _threshold(tier, ladder.currency) for tier in tiers},
    }


def _threshold(tier: Tier, currency: str) -> str:
    if not currency:
        return str(tier.threshold)
    return f"{to_decimal(tier.threshold, currency)} {currency}"
