"""Publish a version of a program's ordered rules, and withdraw one before it begins."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from brands.domain.amounts import are_amounts
from brands.domain.rules import FITTING, FLAT_KINDS, Conditions, fit_conditions
from brands.domain.rules import Rule as DomainRule
from brands.models import Group, Program, Rule, RuleKind, RuleSet
from brands.selectors import (
    find_latest_rules,
    get_next_version,
    list_rules_of,
    list_standing_rules,
)
from brands.services.notice import check_rules_notice
from brands.services.terms import refresh_terms
from core import audit
from core.locks import lock_row
from core.money import BPS

MAX_RULES = 100
MAX_LIMIT = 1_000
# Longer than any statement or lock may take: what prices an order placed at the beginning then
# sees the version as withdrawn, or it is not withdrawn.
LAST_CALL = timedelta(minutes=1)


class StaleRules(ValueError):
    """Someone published in between; `latest` is that version, to be compared with."""

    def __init__(self, latest: RuleSet) -> None:
        super().__init__(f"program {latest.program_id} is at version {latest.version}")
        self.latest = latest


class EffectiveInPast(ValueError):
    """Rules apply from now on, and not before a version that is already published."""


class RulesBegun(ValueError):
    """The version is in force, begins within a minute, or is the only one."""


class RuleInvalid(ValueError):
    """A draft cannot be a rule; `position` counts from 1, `code` says what is wrong."""

    def __init__(self, position: int, code: str) -> None:
        super().__init__(f"rule {position}: {code}")
        self.position = position
        self.code = code


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as it is being edited. Amounts are minor units by currency.

    `conditions.groups` holds primary keys of groups of the program; countries and codes are kept
    in the form in which they are matched.
    """

    name: str
    kind: str
    rate_bps: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    conditions: Conditions = field(default_factory=Conditions)
    is_pro_rata: bool = False
    cap_order: Mapping[str, int] = field(default_factory=dict)
    max_payments: int | None = None
    max_months: int | None = None


@transaction.atomic
def publish_rules(
    *,
    program_id: int,
    drafts: Sequence[RuleDraft],
    effective_from: datetime,
    actor_id: int,
    now: datetime,
    base_version: int,
) -> RuleSet:
    """Publish the drafts, in their order, as the next version; the terms follow.

    `base_version` is the version the drafts were made from, 0 for the first. What is earned
    already keeps the rules of its time.

    :raises StaleRules: another version was published since.
    :raises EffectiveInPast: earlier than now, or than the version before.
    :raises brands.services.notice.NoticeNeeded: they are worse for creators, who must have notice.
    :raises RuleInvalid: a draft cannot be a rule.
    """
    program = lock_row(Program, program_id)
    latest = find_latest_rules(program)
    if latest is not None and latest.version != base_version:
        raise StaleRules(latest)
    return _publish(program, drafts, latest, base_version, effective_from, actor_id, now)


@transaction.atomic
def replace_rules(
    *,
    program_id: int,
    drafts: Sequence[RuleDraft],
    effective_from: datetime,
    actor_id: int,
    now: datetime,
    base_version: int,
) -> RuleSet:
    """Publish the drafts in the place of the newest version, which has not begun.

    They may begin earlier or later than it; what is worse is weighed against the version before.

    :raises RulesBegun: it cannot be withdrawn any more.

    Raises what publish_rules raises.
    """
    program = lock_row(Program, program_id)
    latest = find_latest_rules(program)
    if latest is None or latest.version != base_version:
        raise StaleRules(latest or RuleSet(program=program, version=0))
    _withdraw(latest, now)
    before = find_latest_rules(program)
    return _publish(program, drafts, before, base_version, effective_from, actor_id, now)


@transaction.atomic
def withdraw_rules(*, program_id: int, version: int, actor_id: int, now: datetime) -> RuleSet:
    """Withdraw a version before it begins: the one before stays in force; the terms follow.

    :raises RulesBegun: it has begun or is about to, was withdrawn, or is the only one.
    """
    program = lock_row(Program, program_id)
    rule_set = list_standing_rules(program).filter(version=version).first()
    if rule_set is None:
        raise RulesBegun(f"program {program.public_id}: no version {version} to withdraw")
    _withdraw(rule_set, now)
    refresh_terms(program=program, now=now)
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="rules.withdrawn",
        target=program,
        now=now,
        before={"version": version, "effective_from": rule_set.effective_from.isoformat()},
    )
    return rule_set


def is_withdrawable(rule_set: RuleSet, now: datetime) -> bool:
    """Tell whether the beginning of a version is far enough away."""
    return rule_set.withdrawn_at is None and now < rule_set.effective_from - LAST_CALL


def to_rules(drafts: Sequence[RuleDraft]) -> list[DomainRule]:
    """Return drafts as pricing sees rules, numbered by their place."""
    return [
        DomainRule(
            rule_id=position,
            position=position,
            name=draft.name.strip(),
            kind=draft.kind,  # type: ignore[arg-type]  # checked before it is published
            rate_bps=draft.rate_bps,
            amounts=draft.amounts,
            conditions=_plain(draft.conditions),
            is_pro_rata=draft.is_pro_rata,
            cap_order=draft.cap_order,
            max_payments=draft.max_payments,
            max_months=draft.max_months,
        )
        for position, draft in enumerate(drafts, start=1)
    ]


def check_drafts(program: Program, drafts: Sequence[RuleDraft]) -> None:
    """Refuse drafts that cannot be the rules of a program.

    :raises RuleInvalid: the first that is wrong.
    """
    if not 0 < len(drafts) <= MAX_RULES:
        raise RuleInvalid(len(drafts), "rule.count")
    groups = set(Group.objects.filter(program=program).values_list("pk", flat=True))
    for position, draft in enumerate(drafts, start=1):
        code = _find_fault(draft, groups, program.currency)
        if code:
            raise RuleInvalid(position, code)


def _withdraw(rule_set: RuleSet, now: datetime) -> None:
    others = list_standing_rules(rule_set.program).filter(version__lt=rule_set.version)
    if not is_withdrawable(rule_set, now) or not others.exists():
        raise RulesBegun(f"rules {rule_set.pk} from {rule_set.effective_from.isoformat()}")
    rule_set.withdrawn_at = now
    rule_set.save(update_fields=["withdrawn_at"])


def _publish(
    program: Program,
    drafts: Sequence[RuleDraft],
    latest: RuleSet | None,
    base_version: int,
    effective_from: datetime,
    actor_id: int,
    now: datetime,
) -> RuleSet:
    if effective_from < max(now, latest.effective_from if latest else now):
        raise EffectiveInPast(f"program {program.public_id}: {effective_from.isoformat()}")
    check_drafts(program, drafts)
    if latest is not None:
        check_rules_notice(
            program=program,
            before=list_rules_of(latest),
            after=to_rules(drafts),
            at=effective_from,
            now=now,
        )
    rule_set = _store(program, drafts, effective_from, actor_id, now)
    refresh_terms(program=program, now=now)
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="rules.published",
        target=program,
        now=now,
        before={"version": base_version},
        after={"version": rule_set.version, "effective_from": effective_from.isoformat()},
    )
    return rule_set


def _store(
    program: Program,
    drafts: Sequence[RuleDraft],
    effective_from: datetime,
    actor_id: int,
    now: datetime,
) -> RuleSet:
    rule_set = RuleSet.objects.create(
        brand_id=program.brand_id,
        program=program,
        version=get_next_version(program),
        effective_from=effective_from,
        published_at=now,
        published_by_id=actor_id,
    )
    Rule.objects.bulk_create(
        Rule(
            brand_id=program.brand_id,
            rule_set=rule_set,
            position=position,
            name=draft.name.strip(),
            kind=draft.kind,
            rate_bps=draft.rate_bps,
            amounts=dict(draft.amounts),
            conditions=_plain(draft.conditions).to_json(),
            is_pro_rata=draft.is_pro_rata,
            cap_order=dict(draft.cap_order),
            max_payments=draft.max_payments,
            max_months=draft.max_months,
        )
        for position, draft in enumerate(drafts, start=1)
    )
    return rule_set


def _plain(conditions: Conditions) -> Conditions:
    return replace(
        conditions,
        countries=tuple(country.strip().upper() for country in conditions.countries),
        codes=tuple(
            unicodedata.normalize("NFKC", code).strip().casefold() for code in conditions.codes
        ),
    )


def _find_fault(draft: RuleDraft, groups: set[int], currency: str) -> str:
    faults = {
        "rule.name": not draft.name.strip(),
        "rule.kind": draft.kind not in RuleKind.values,
        "rule.rate": draft.kind == RuleKind.PERCENT and not 0 < draft.rate_bps <= BPS,
        "rule.amounts": draft.kind in FLAT_KINDS and not draft.amounts,
        "rule.amount": not (are_amounts(draft.amounts) and are_amounts(draft.cap_order)),
        "rule.order_value": not _is_range(draft.conditions),
        "rule.group": not groups.issuperset(draft.conditions.groups),
        "rule.limit": not all(map(_is_limit, (draft.max_payments, draft.max_months))),
        "rule.pro_rata": draft.is_pro_rata and draft.kind != RuleKind.FLAT_ORDER,
        "rule.currency": draft.kind in FITTING and currency not in draft.amounts,
        "rule.conditions": fit_conditions(draft.kind, draft.conditions) != draft.conditions,
    }
    return next((code for code, is_wrong in faults.items() if is_wrong), "")


def _is_limit(limit: int | None) -> bool:
    return limit is None or 0 < limit <= MAX_LIMIT


def _is_range(conditions: Conditions) -> bool:
    low, high = conditions.min_order_value, conditions.max_order_value
    is_sane = are_amounts(low) and are_amounts(high)
    return is_sane and all(low.get(currency, 0) <= top for currency, top in high.items())
