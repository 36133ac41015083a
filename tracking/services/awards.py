"""What earns without an order: made once by its key, and settled as an order's commission is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from affiliates.models import Enrollment
from brands.domain.awards import price_award
from brands.domain.pricing import PricedLine, Pricing
from brands.domain.rules import Rule
from brands.models import HoldAnchor, RuleSet
from core import outbox
from tracking.models import Award, AwardKind, Commission, CommissionKind
from tracking.services.caps import read_caps_left
from tracking.services.commissions import adjust_target, settle_to
from tracking.services.posting import Cause


@dataclass(frozen=True, slots=True)
class AwardDraft:
    """What an enrollment, loaded with its group and program, is to earn, and for what.

    `key` makes it once in its brand; `at` is what the hold counts from. `line`: what it earns
    before caps, by `rule` of `rule_set` where a rule made it.
    """

    enrollment: Enrollment
    kind: AwardKind
    key: str
    currency: str
    at: datetime
    line: PricedLine
    title: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    rule: Rule | None = None
    rule_set: RuleSet | None = None
    made_by_id: int | None = None


@transaction.atomic
def grant_award(*, draft: AwardDraft, cause: Cause, now: datetime) -> Commission:
    """Make an award and its commission; where its key is known, return that one unchanged.

    The caps are read here, once, and kept with the award.
    """
    award, is_new = _insert(draft, now)
    if is_new:
        caps_left = read_caps_left(
            enrollment=draft.enrollment, currency=draft.currency, at=draft.at
        )
        award.facts = {**draft.facts, "caps_left": caps_left}
        _price(award, draft.line, draft.rule, draft.rule_set)
        _open_commission(award, draft.enrollment, now)
        _settle(award, cause, now)
    return Commission.objects.get(award=award)


@transaction.atomic
def change_award(  # what was counted anew, and by what it is priced
    *,
    award_id: int,
    line: PricedLine,
    facts: Mapping[str, Any],
    cause: Cause,
    now: datetime,
    rule: Rule | None = None,
) -> Commission:
    """Give an award another line, under the caps it was made with; the difference is posted."""
    award = _lock(award_id)
    award.facts = {**award.facts, **facts}
    _price(award, line, rule, award.rule_set)
    _settle(award, cause, now)
    return Commission.objects.get(award=award)


@transaction.atomic
def resettle_award(*, award_id: int, cause: Cause, now: datetime) -> Award:
    """Settle an award again under its lock, after a person's decision or a reinstatement."""
    award = _lock(award_id)
    _settle(award, cause, now)
    return award


def _insert(draft: AwardDraft, now: datetime) -> tuple[Award, bool]:
    """Insert first: of two at once, the second waits for the first and finds its row."""
    place = draft.enrollment
    award = Award(
        brand_id=place.brand_id,
        enrollment=place,
        program_id=place.program_id,
        kind=draft.kind,
        key=draft.key,
        currency=draft.currency,
        at=draft.at,
        title=draft.title[:120],
        made_by_id=draft.made_by_id,
        created_at=now,
    )
    Award.objects.bulk_create([award], ignore_conflicts=True)
    rows = Award.objects.select_for_update(of=("self",))
    stored = rows.get(brand_id=place.brand_id, key=draft.key)
    return stored, stored.public_id == award.public_id


def _lock(award_id: int) -> Award:
    return Award.objects.select_for_update(of=("self",)).get(pk=award_id)


def _price(award: Award, line: PricedLine, rule: Rule | None, rule_set: RuleSet | None) -> None:
    pricing = price_award(
        line=line, currency=award.currency, caps_left=award.facts["caps_left"], rule=rule
    )
    award.pricing, award.rule_set = pricing.to_json(), rule_set
    award.save(update_fields=["facts", "pricing", "rule_set"])


def _open_commission(award: Award, place: Enrollment, now: datetime) -> None:
    """Make the commission; the hold is read here, once, and its date is known at once."""
    program, own = place.program, place.group.hold_days
    hold_days = program.hold_days if own is None else own
    release_at = award.at + timedelta(days=hold_days)
    commission = Commission.objects.create(
        brand_id=award.brand_id,
        kind=CommissionKind(award.kind),
        award=award,
        enrollment=place,
        affiliation_id=place.affiliation_id,
        program=program,
        currency=award.currency,
        hold_days=hold_days,
        hold_anchor=HoldAnchor.PAID,
        release_at=release_at,
        latest_at=release_at,
        created_at=now,
    )
    payload = {"commission": commission.public_id, "award": award.public_id}
    outbox.emit(brand_id=award.brand_id, topic="commission.created", payload=payload, now=now)


def _settle(award: Award, cause: Cause, now: datetime) -> None:
    commission = (
        Commission.objects.select_for_update(of=("self",))
        .select_related("affiliation", "program", "award")
        .get(award=award)
    )
    target = adjust_target(commission, Pricing.from_json(award.pricing))
    settle_to(commission=commission, target=target, cause=cause, now=now)
