"""What the terms of a program say: now, with what is announced, and with what is considered."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from brands.domain.changes import Side, end_notice, is_worse
from brands.domain.rules import NoRuleVersion, Rule, effective_rules
from brands.domain.terms import (
    Clause,
    GroupFacts,
    LadderFacts,
    TermsFacts,
    TierFacts,
    describe_tiers,
    generate_terms,
)
from brands.models import (
    ChangeSubject,
    Group,
    Ladder,
    PayoutPolicy,
    PendingChange,
    Program,
    ProgramStatus,
    RuleSet,
    Terms,
    Tier,
)
from brands.selectors import (
    get_base_policy,
    list_groups,
    list_rules_of,
    list_rules_of_all,
    list_standing_rules,
)
from brands.selectors_ladders import find_latest_ladder, list_tiers

Row = TypeVar("Row", Program, PayoutPolicy, Group)


@dataclass(frozen=True, slots=True)
class ComingRules:
    """A version that begins later, and the rules that run until then."""

    rule_set: RuleSet
    before: tuple[Rule, ...]
    rules: tuple[Rule, ...]


def list_open_changes(program: Program) -> QuerySet[PendingChange]:
    """Return what is announced and not in force: of the program, its groups, the payout policy."""
    return (
        PendingChange.objects.filter(applied_at__isnull=True, cancelled_at__isnull=True)
        .filter(Q(program=program) | Q(brand=program.brand_id, subject=ChangeSubject.PAYOUTS))
        .select_related("group", "announced_by")
        .order_by("applies_at", "pk")
    )


def list_open_payout_changes(brand_id: int) -> QuerySet[PendingChange]:
    """Return what is announced of the brand's payout policy."""
    return PendingChange.objects.filter(
        brand=brand_id,
        subject=ChangeSubject.PAYOUTS,
        applied_at__isnull=True,
        cancelled_at__isnull=True,
    ).order_by("applies_at", "pk")


def find_terms_in_force(program: Program, at: datetime) -> Terms | None:
    """Return the newest version that has begun; the first one where none has."""
    rows = Terms.objects.filter(program=program, rule_set__withdrawn_at__isnull=True)
    begun = rows.filter(effective_from__lte=at).order_by("-version").first()
    return begun or rows.order_by("version").first()


def list_coming_rules(program: Program, at: datetime) -> tuple[tuple[Rule, ...], list[ComingRules]]:
    """Return the rules in force, and the versions that begin later, the next one first."""
    versions = sorted(list_standing_rules(program), key=lambda one: one.effective_from)
    try:
        place = versions.index(effective_rules(versions=versions, at=at))
    except NoRuleVersion:
        return (), []
    rules = list_rules_of_all(versions[place:])
    rows = zip(versions[place:], versions[place + 1 :], strict=False)
    coming = [ComingRules(later, rules[before.pk], rules[later.pk]) for before, later in rows]
    return rules[versions[place].pk], coming


def get_terms_facts(
    program: Program, rules_from: datetime, changes: Sequence[PendingChange] = ()
) -> TermsFacts:
    """Return what the terms of the program are made from, as the changes would leave it."""
    program = _change(program, changes, ChangeSubject.PROGRAM)
    policy = _change(
        PayoutPolicy.objects.get(brand_id=program.brand_id), changes, ChangeSubject.PAYOUTS
    )
    groups = [
        _change(group, [one for one in changes if one.group_id == group.pk], ChangeSubject.GROUP)
        for group in list_groups(program)
    ]
    ladder = find_latest_ladder(program)
    names = {group.pk: group.name for group in groups}
    return TermsFacts(
        currency=program.currency,
        rules_from=rules_from.astimezone(ZoneInfo(program.brand.time_zone)).isoformat(),
        window_days=program.window_days,
        click_policy=program.click_policy,
        precedence=program.precedence,
        code_policy=program.code_policy,
        is_binding_customers=program.is_binding_customers,
        binding_orders=program.binding_orders,
        is_keeping_rate=program.is_keeping_rate,
        is_crediting_renewals=program.is_crediting_renewals,
        is_yielding_to_ads=program.is_yielding_to_ads,
        self_referral=program.self_referral,
        second_account=program.second_account,
        duplicate_order=program.duplicate_order,
        hold_days=program.hold_days,
        hold_anchor=program.hold_anchor,
        base=get_base_policy(program),
        payouts=policy.schedule,
        minimums=policy.minimums,
        recovery_days=policy.recovery_days,
        notice_days=settings.TERMS_NOTICE_DAYS,
        caps_creator=program.caps_creator,
        budget_minor=program.budget_minor,
        groups=tuple(GroupFacts(group.pk, group.name, group.hold_days) for group in groups),
        ladder=_get_ladder_facts(ladder, list_tiers(ladder), names) if ladder else None,
    )


def preview_terms(
    program: Program,
    rules: Sequence[Rule],
    rules_from: datetime,
    changes: Sequence[PendingChange] = (),
) -> tuple[Clause, ...]:
    """Return the clauses the terms would hold with these settings, saved or not, and rules."""
    return generate_terms(get_terms_facts(program, rules_from, changes), rules)


def describe_side(
    program: Program, rules: Sequence[Rule], changes: Sequence[PendingChange] = ()
) -> Side:
    """Return what creators would have with these rules and changes, to be weighed."""
    clauses = preview_terms(program, rules, program.created_at, changes)
    own_text = _change(program, changes, ChangeSubject.PROGRAM).own_terms
    return Side(clauses, tuple(rules), own_text)


def describe_ladder(
    ladder: Ladder | None, tiers: Sequence[Tier], names: Mapping[int, str]
) -> list[Clause]:
    """Return what the terms say of tiers, stored or not."""
    return describe_tiers(_get_ladder_facts(ladder, tiers, names) if ladder else None)


def count_members(program: Program) -> int:
    """Count the creators who accepted terms of the program: members, and who asked to join."""
    count: Callable[[Program], int] = import_string(settings.COUNT_MEMBERS)
    return count(program)


def find_notice_end(program: Program, now: datetime) -> datetime | None:
    """Return from when a worse change may apply; None where nobody has to be told."""
    if program.status == ProgramStatus.DRAFT or not settings.TERMS_NOTICE_DAYS:
        return None
    if not count_members(program):
        return None
    return end_notice(now=now, days=settings.TERMS_NOTICE_DAYS, zone=program.brand.time_zone)


def is_consent_needed(*, accepted: Terms, now_in_force: Terms) -> bool:
    """Say whether the version in force is worse than the one a creator accepted."""
    return accepted.version < now_in_force.version and is_worse(
        before=_side_of(accepted), after=_side_of(now_in_force)
    )


def _get_ladder_facts(
    ladder: Ladder, tiers: Sequence[Tier], names: Mapping[int, str]
) -> LadderFacts:
    return LadderFacts(
        measure=ladder.measure,
        period=ladder.period,
        currency=ladder.currency,
        is_falling=ladder.is_falling,
        grace_days=ladder.grace_days,
        tiers=tuple(TierFacts(names[tier.group_id], tier.threshold, tier.reach) for tier in tiers),
    )


def _side_of(terms: Terms) -> Side:
    clauses = tuple(Clause.from_json(stored) for stored in terms.generated)
    return Side(clauses, list_rules_of(terms.rule_set), terms.own_text)


def _change(row: Row, changes: Sequence[PendingChange], subject: str) -> Row:
    changed = copy.copy(row)
    for one in changes:
        if one.subject == subject:
            for name, value in one.changes.items():
                setattr(changed, name, value)
    return changed
