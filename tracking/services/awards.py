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
from brands.selectors import list_rules_of
from tracking.models import Award, AwardKind, Commission, CommissionKind
from tracking.services.caps import Share, read_caps, take_share
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
    bonus_plan_id: int | None = None
    made_by_id: int | None = None


@transaction.atomic
def grant_award(*, draft: AwardDraft, cause: Cause, now: datetime) -> Commission:
    """Make an award and its commission; where its key is known, return that one unchanged.

    The caps in force are read here, once, and kept with the award.
    """
    award, is_new = _insert(draft, now)
    if is_new:
        award.rule_set = draft.rule_set
        award.facts = {**draft.facts, "caps": read_caps(draft.enrollment.program, draft.currency)}
        _open_commission(award, draft.enrollment, now)
        _settle(award, draft.line, draft.rule, cause, now)
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
    _settle(award, line, rule, cause, now)
    return Commission.objects.get(award=award)


@transaction.atomic
def resettle_award(*, award_id: int, cause: Cause, now: datetime) -> Award:
    """Settle an award again under its lock, after a person's decision or a reinstatement."""
    award = _lock(award_id)
    (line,) = Pricing.from_json(award.pricing).lines
    rules = list_rules_of(award.rule_set) if award.rule_set else ()
    rule = next((rule for rule in rules if rule.rule_id == line.rule_id), None)
    _settle(award, line, rule, cause, now)
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
        bonus_plan_id=draft.bonus_plan_id,
        made_by_id=draft.made_by_id,
        created_at=now,
    )
    Award.objects.bulk_create([award], ignore_conflicts=True)
    rows = Award.objects.select_for_update(of=("self",))
    stored = rows.get(brand_id=place.brand_id, key=draft.key)
    return stored, stored.public_id == award.public_id


def _lock(award_id: int) -> Award:
    return Award.objects.select_for_update(of=("self",)).get(pk=award_id)


def _open_commission(award: Award, place: Enrollment, now: datetime) -> None:
    """Make the commission; the hold is read here, once, and its date is known at once."""
    program, own = place.program, place.group.hold_days
    hold_days = program.hold_days if own is None else own
    release_at = award.at + timedelta(days=hold_days)
    Commission.objects.create(
        brand_id=award.brand_id,
        kind=CommissionKind(award.kind),
        award=award,
        enrollment=place,
        affiliation_id=place.affiliation_id,
        program=program,
        currency=award.currency,
        hold_days=hold_days,
        hold_anchor=HoldAnchor.PAID,
        caps_at=award.counts_at,
        release_at=release_at,
        latest_at=release_at,
        created_at=now,
    )


def _settle(award: Award, line: PricedLine, rule: Rule | None, cause: Cause, now: datetime) -> None:
    commission = (
        Commission.objects.select_for_update(of=("self",))
        .select_related("affiliation", "program", "award")
        .get(award=award)
    )
    pricing = _price(award, commission, line, rule)
    target = adjust_target(commission, pricing)
    settle_to(commission=commission, target=target, cause=cause, now=now)


def _price(award: Award, commission: Commission, line: PricedLine, rule: Rule | None) -> Pricing:
    """Price a line under what the caps leave it; what it was priced by is kept."""
    facts = award.facts
    share = Share(facts.get("caps", {}), facts.get("caps_left", {}), facts.get("caps_asked", 0))

    def price_it(share: Share) -> Pricing:
        return price_award(line=line, currency=award.currency, caps_left=share.left, rule=rule)

    pricing = price_it(share)
    if share.caps or share.left:
        share = take_share(commission=commission, pricing=pricing, share=share)
        pricing = price_it(share)
    award.facts = {**facts, "caps_left": share.left, "caps_asked": share.asked}
    award.pricing = pricing.to_json()
    award.save(update_fields=["facts", "pricing", "rule_set"])
    return pricing
