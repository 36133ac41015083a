"""The terms of a program as clauses made from what really runs: codes and parameters, no prose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brands.domain.bases import BasePolicy
from brands.domain.records import Record
from brands.domain.rules import Rule
from brands.domain.schedule import LAST, Rhythm, Schedule

COUNTED = {"lead": "terms.leads", "click": "terms.visits", "impression": "terms.views"}
"""What is said once where a rule of such a kind runs."""


@dataclass(frozen=True, slots=True)
class Clause(Record):
    """One statement of the terms. A code is never renamed: old versions stay readable."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupFacts(Record):
    """A group as the terms name it; `hold_days` None: the program's own."""

    group_id: int
    name: str
    hold_days: int | None = None


@dataclass(frozen=True, slots=True)
class TierFacts(Record):
    """A tier as the terms name it; `threshold` in minor units where a currency is named."""

    group: str
    threshold: int
    reach: str


@dataclass(frozen=True, slots=True)
class LadderFacts(Record):
    """The tiers of a program, the lowest first; `currency` is empty where orders count."""

    measure: str
    period: str
    currency: str
    is_falling: bool
    grace_days: int
    tiers: tuple[TierFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class TermsFacts(Record):
    """What of a program and its brand's payout policy creators must know.

    Amounts are minor units by currency. `rules_from` is an ISO 8601 time of the brand's clock.
    """

    currency: str
    rules_from: str
    window_days: int
    click_policy: str
    precedence: str
    code_policy: str
    is_binding_customers: bool
    is_yielding_to_ads: bool
    self_referral: str
    hold_days: int
    hold_anchor: str
    base: BasePolicy
    payouts: Schedule
    minimums: Mapping[str, int]
    recovery_days: int
    notice_days: int = 0
    caps_creator: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    budget_minor: int | None = None
    groups: tuple[GroupFacts, ...] = ()
    ladder: LadderFacts | None = None
    is_crediting_renewals: bool = False
    binding_orders: int | None = None
    is_keeping_rate: bool = False
    second_account: str = "flag"
    duplicate_order: str = "flag"


def generate_terms(facts: TermsFacts, rules: Sequence[Rule]) -> tuple[Clause, ...]:
    """Return the clauses of a version of the terms, in the order in which they are read.

    A rule for named creators is mentioned, not told: terms are public.
    """
    return (
        *_rates(facts, rules),
        *_base(facts.base),
        *_caps(facts),
        *describe_tiers(facts.ladder),
        *_credit(facts),
        *_hold(facts),
        Clause("terms.refunds"),
        _payouts(facts.payouts),
        *_amounts("terms.minimum", facts.minimums),
        Clause("terms.recovery", {"days": facts.recovery_days}),
        Clause("terms.kept"),
        *([Clause("terms.notice", {"days": facts.notice_days})] if facts.notice_days else []),
        Clause("terms.acceptance"),
    )


def describe_tiers(ladder: LadderFacts | None) -> list[Clause]:
    """Return the clauses about tiers; none where creators do not move by themselves."""
    if ladder is None or not ladder.tiers:
        return []
    first, *others = ladder.tiers
    clauses = [
        Clause(f"terms.tiers_{ladder.measure}"),
        Clause(f"terms.tiers_{ladder.period}"),
        Clause("terms.tier_first", {"group": first.group}),
    ]
    for tier in others:
        clauses.append(_tier(tier, ladder.currency))
        if tier.reach != "later":
            clauses.append(Clause(f"terms.tier_reach_{tier.reach}", {"group": tier.group}))
    clauses.append(Clause("terms.tiers_from_then_on"))
    if ladder.is_falling:
        clauses.append(Clause("terms.tiers_fall", {"days": ladder.grace_days}))
    else:
        clauses.append(Clause("terms.tiers_never_fall"))
    return [*clauses, Clause("terms.tiers_by_hand")]


def _tier(tier: TierFacts, currency: str) -> Clause:
    if not currency:
        return Clause("terms.tier_orders", {"group": tier.group, "orders": tier.threshold})
    params = {"group": tier.group, "amount": tier.threshold, "currency": currency}
    return Clause("terms.tier_amount", params)


def _rates(facts: TermsFacts, rules: Sequence[Rule]) -> list[Clause]:
    in_order = sorted(rules, key=lambda rule: rule.position)
    names = {str(group.group_id): group.name for group in facts.groups}
    told = [
        Clause("terms.rule", {"rule": _told(rule), "groups": _names_of(rule, names)})
        for rule in in_order
        if not rule.conditions.enrollments
    ]
    individual = [Clause("terms.rule_individual")] if len(told) < len(in_order) else []
    start = Clause("terms.rules_from", {"at": facts.rules_from})
    kinds = {rule.kind for rule in in_order}
    counted = [Clause(code) for kind, code in COUNTED.items() if kind in kinds]
    return [start, *told, *individual, Clause("terms.first_rule"), *counted]


def _told(rule: Rule) -> dict[str, Any]:
    """Leave out the row's id: the same rules published again read the same."""
    return {**rule.to_json(), "rule_id": 0}


def _names_of(rule: Rule, names: Mapping[str, str]) -> dict[str, str]:
    wanted = [str(group) for group in rule.conditions.groups]
    return {group: names.get(group, group) for group in wanted}


def _base(base: BasePolicy) -> list[Clause]:
    switches = (
        ("terms.base_before_discount", "terms.base_after_discount", base.before_discount),
        ("terms.base_with_tax", "terms.base_without_tax", base.include_tax),
        ("terms.base_with_shipping", "terms.base_without_shipping", base.include_shipping),
        ("terms.gift_cards_out", "terms.gift_cards_in", base.exclude_gift_cards),
    )
    return [Clause(on if is_on else off) for on, off, is_on in switches]


def _caps(facts: TermsFacts) -> list[Clause]:
    clauses = _amounts("terms.cap_order", facts.base.cap_order)
    for period, amounts in facts.caps_creator.items():
        clauses += _amounts(f"terms.cap_creator_{period}", amounts)
    if facts.budget_minor is not None:
        clauses += _amounts("terms.budget", {facts.currency: facts.budget_minor})
    return clauses


def _amounts(code: str, amounts: Mapping[str, int]) -> list[Clause]:
    return [
        Clause(code, {"amount": amount, "currency": currency})
        for currency, amount in sorted(amounts.items())
    ]


def _credit(facts: TermsFacts) -> list[Clause]:
    clauses = [
        Clause("terms.window", {"days": facts.window_days}),
        Clause(f"terms.click_{facts.click_policy}"),
        Clause(f"terms.precedence_{facts.precedence}"),
        Clause(f"terms.code_{facts.code_policy}"),
    ]
    clauses += _binding(facts)
    if facts.is_crediting_renewals:
        clauses.append(Clause("terms.renewals"))
    if facts.is_yielding_to_ads:
        clauses.append(Clause("terms.ads_first"))
    clauses += _checks(facts)
    return clauses


def _checks(facts: TermsFacts) -> list[Clause]:
    """Say what changes credit; observing and flagging do not."""
    modes = {
        "self": facts.self_referral,
        "second": facts.second_account,
        "double": facts.duplicate_order,
    }
    return [
        Clause(f"terms.{name}_{mode}") for name, mode in modes.items() if mode in {"hold", "reject"}
    ]


def _binding(facts: TermsFacts) -> list[Clause]:
    if not facts.is_binding_customers:
        return []
    orders = facts.binding_orders
    stays = Clause("terms.bound_orders", {"orders": orders}) if orders else Clause("terms.bound")
    return [stays, Clause("terms.bound_rate")] if facts.is_keeping_rate else [stays]


def _hold(facts: TermsFacts) -> list[Clause]:
    own = [group for group in facts.groups if group.hold_days not in {None, facts.hold_days}]
    return [
        Clause(f"terms.hold_{facts.hold_anchor}", {"days": facts.hold_days}),
        *(
            Clause("terms.hold_group", {"group": group.name, "days": group.hold_days})
            for group in own
        ),
    ]


def _payouts(schedule: Schedule) -> Clause:
    if schedule.rhythm is Rhythm.WEEKLY:
        return Clause("terms.payout_week", {"weekday": schedule.weekday})
    if schedule.rhythm is Rhythm.MONTHLY:
        return Clause("terms.payout_day", {"day": schedule.day})
    if schedule.second_day == LAST:
        return Clause("terms.payout_twice_last", {"day": schedule.day})
    return Clause("terms.payout_twice", {"day": schedule.day, "second_day": schedule.second_day})
