"""What one version of the terms changes against another, and whether it is worse for creators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import zip_longest
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from brands.domain.guarantees import pays_at_least
from brands.domain.rules import Rule
from brands.domain.terms import COUNTED, Clause

Key = tuple[str, ...]
# A family of clauses of which the terms hold one, and what it means when it changes: the ranks say
# which is better; without ranks no change can be shown to be as good.
FAMILIES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "discount": {"terms.base_after_discount": 0, "terms.base_before_discount": 1},
        "tax": {"terms.base_without_tax": 0, "terms.base_with_tax": 1},
        "shipping": {"terms.base_without_shipping": 0, "terms.base_with_shipping": 1},
        "gift_cards": {"terms.gift_cards_out": 0, "terms.gift_cards_in": 1},
        "self": {"terms.self_reject": 0, "terms.self_hold": 1},
        "second": {"terms.second_reject": 0, "terms.second_hold": 1},
        "double": {"terms.double_reject": 0, "terms.double_hold": 1},
        "click": {"terms.click_last": 0, "terms.click_first": 0},
        "bound": {"terms.bound": 0, "terms.bound_orders": 0},
        "precedence": {"terms.precedence_code": 0, "terms.precedence_click": 0},
        "code": {
            "terms.code_always": 0,
            "terms.code_with_click": 0,
            "terms.code_only_as_winner": 0,
        },
        "tiers_measure": {
            "terms.tiers_orders": 0,
            "terms.tiers_revenue": 0,
            "terms.tiers_commission": 0,
        },
        "tiers_period": {
            "terms.tiers_last_month": 0,
            "terms.tiers_last_90_days": 0,
            "terms.tiers_this_quarter": 0,
            "terms.tiers_all_time": 0,
        },
        "tier": {"terms.tier_orders": 0, "terms.tier_amount": 0, "terms.tier_first": 1},
        "tier_reach": {"terms.tier_reach_pending": 0, "terms.tier_reach_all": 1},
        "tiers_fall": {"terms.tiers_fall": 0, "terms.tiers_never_fall": 1},
        "payouts": {
            "terms.payout_day": 0,
            "terms.payout_twice": 1,
            "terms.payout_twice_last": 1,
            "terms.payout_week": 2,
        },
        "hold": {"terms.hold_paid": 0, "terms.hold_fulfilled": 0, "terms.hold_delivered": 0},
    }
)
FAMILY_OF: Mapping[str, str] = MappingProxyType(
    {code: family for family, codes in FAMILIES.items() for code in codes}
)
# Which end of a number is better for creators; a limit that was not there is worse.
LESS_IS_BETTER = {
    "terms.hold_paid": "days",
    "terms.hold_fulfilled": "days",
    "terms.hold_delivered": "days",
    "terms.recovery": "days",
    "terms.minimum": "amount",
    "terms.tier_amount": "amount",
    "terms.tier_orders": "orders",
}
MORE_IS_BETTER = {
    "terms.window": "days",
    "terms.notice": "days",
    "terms.cap_order": "amount",
    "terms.cap_creator_week": "amount",
    "terms.cap_creator_month": "amount",
    "terms.cap_creator_quarter": "amount",
    "terms.cap_creator_lifetime": "amount",
    "terms.budget": "amount",
    "terms.tiers_fall": "days",
}
BETTER_GONE = frozenset(
    {
        "terms.cap_order",
        "terms.cap_creator_week",
        "terms.cap_creator_month",
        "terms.cap_creator_quarter",
        "terms.cap_creator_lifetime",
        "terms.budget",
        "terms.ads_first",
        "terms.self_reject",
        "terms.self_hold",
        "terms.second_reject",
        "terms.second_hold",
        "terms.double_reject",
        "terms.double_hold",
    }
)
BETTER_NEW = frozenset(
    {
        "terms.minimum",
        "terms.notice",
        "terms.tiers_never_fall",
        *FAMILIES["tiers_measure"],
        *FAMILIES["tiers_period"],
        *FAMILIES["tier"],
        *FAMILIES["tier_reach"],
    }
)
# Said by the comparison of the rules themselves, or no condition at all.
SILENT = frozenset(
    {
        "terms.rules_from",
        "terms.rule",
        "terms.rule_individual",
        "terms.first_rule",
        *COUNTED.values(),
        "terms.refunds",
        "terms.kept",
        "terms.acceptance",
        "terms.tiers_from_then_on",
        "terms.tiers_by_hand",
    }
)
HOLD: Key = ("hold", "", "")


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that was, one that is, or one in the place of another."""

    before: Clause | None
    after: Clause | None
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Side:
    """The terms at one time: their clauses, and all rules, those of single creators too."""

    clauses: tuple[Clause, ...]
    rules: tuple[Rule, ...]
    own_text: str = ""


def list_changes(before: Sequence[Clause], after: Sequence[Clause]) -> list[Change]:
    """Return what reads otherwise, in the order of the newer terms.

    A rule that only moved up or down with others is no change; neither is the day from which the
    rates apply.
    """
    old, new = _by_key(before), _by_key(after)
    keys = [*new, *(key for key in old if key not in new)]
    found = [
        Change(old.get(key), new.get(key), _is_key_worse(key, old, new))
        for key in keys
        if old.get(key) != new.get(key)
    ]
    return [*_change_rules(before, after), *found]


def is_worse(*, before: Side, after: Side) -> bool:
    """Say whether creators need notice: whatever cannot be shown to be as good for each of them.

    The brand's own text cannot be weighed, so any other wording of it counts.
    """
    return (
        not pays_at_least(before=before.rules, after=after.rules)
        or any(change.is_worse for change in list_changes(before.clauses, after.clauses))
        or before.own_text.split() != after.own_text.split()
    )


def end_notice(*, now: datetime, days: int, zone: str) -> datetime:
    """Return the first midnight of that time zone before which so many whole days have passed."""
    over = (now + timedelta(days=days)).astimezone(ZoneInfo(zone))
    midnight = datetime.combine(over.date(), time.min, tzinfo=ZoneInfo(zone))
    if midnight < over:
        midnight = datetime.combine(
            over.date() + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone)
        )
    return midnight


def _by_key(clauses: Sequence[Clause]) -> dict[Key, Clause]:
    """Return the clauses that are not about the rates, each by what it is about."""
    rates = {"terms.rule", "terms.rules_from"}
    return {_key(clause): clause for clause in clauses if clause.code not in rates}


def _key(clause: Clause) -> Key:
    params = clause.params
    return (
        FAMILY_OF.get(clause.code, clause.code),
        str(params.get("currency", "")),
        str(params.get("group", "")),
    )


def _is_key_worse(key: Key, old: Mapping[Key, Clause], new: Mapping[Key, Clause]) -> bool:
    if key[0] == "terms.hold_group":
        return _group_days(key, new) > _group_days(key, old)
    return _is_worse(old.get(key), new.get(key))


def _group_days(key: Key, side: Mapping[Key, Clause]) -> int:
    """Return the hold of a group; one that is not named has the program's."""
    clause = side.get(key) or side.get(HOLD)
    return int(clause.params["days"]) if clause else 0


def _is_worse(before: Clause | None, after: Clause | None) -> bool:
    if after is None:
        return before is not None and before.code not in BETTER_GONE | SILENT
    if before is None:
        return after.code not in BETTER_NEW | SILENT
    if before.code == after.code:
        return not _is_as_good(before, after)
    ranks = FAMILIES.get(FAMILY_OF.get(after.code, ""), {})
    return ranks.get(after.code, 0) <= ranks.get(before.code, 0)


def _is_as_good(before: Clause, after: Clause) -> bool:
    code = after.code
    less, more = LESS_IS_BETTER.get(code), MORE_IS_BETTER.get(code)
    if less:
        return bool(after.params[less] <= before.params[less])
    if more:
        return bool(after.params[more] >= before.params[more])
    return code in SILENT or before == after


def _change_rules(before: Sequence[Clause], after: Sequence[Clause]) -> list[Change]:
    """Pair a rule that is gone with a new one of the same conditions, else of the same place."""
    old = [clause for clause in before if clause.code == "terms.rule"]
    new = [clause for clause in after if clause.code == "terms.rule"]
    gone = [clause for clause in old if _content(clause) not in [*map(_content, new)]]
    come = [clause for clause in new if _content(clause) not in [*map(_content, old)]]
    paired = []
    for clause in come:
        match = next((was for was in gone if _fits(was, clause)), None)
        if match is not None:
            gone.remove(match)
        paired.append(Change(match, clause, is_worse=False))
    moved = _moved(old, new) if not paired and not gone else []
    return [*paired, *(Change(was, None, is_worse=False) for was in gone), *moved]


def _moved(old: Sequence[Clause], new: Sequence[Clause]) -> list[Change]:
    return [
        Change(was, now, is_worse=False)
        for was, now in zip_longest(old, new)
        if was and now and _content(was) != _content(now)
    ]


def _content(clause: Clause) -> dict[str, Any]:
    rule = {name: value for name, value in clause.params["rule"].items() if name != "position"}
    return {**rule, "groups": clause.params["groups"]}


def _fits(one: Clause, other: Clause) -> bool:
    a, b = one.params["rule"], other.params["rule"]
    return bool(a["conditions"] == b["conditions"])
