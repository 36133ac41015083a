"""Price an order: which rule pays which line how much, and every step on the way.

A pure function of the order's facts and its recorded decision. The commission is always worked
out anew from the whole order, never per event, so refunds in any number and order end the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brands.domain.bases import BasePolicy, LineBase, count_bases
from brands.domain.records import Record
from brands.domain.rules import (
    Conditions,
    Id,
    LineMatch,
    PriceContext,
    PriceLine,
    PriceOrder,
    Rule,
    RuleKind,
)
from core.money import allocate, apply_bps, divide_half_up

RULE = "price.rule"
NO_RULE = "price.no_rule"
EXCLUDED = "price.excluded"
ZERO_BASE = "price.zero_base"
RENEWALS_OVER = "price.renewals_over"
RENEWAL_MONTHS_OVER = "price.renewal_months_over"
PAYMENT = "price.payment"
PAYMENT_MONTHS = "price.payment_months"
CAPPED = "price.capped"
CURRENCY = "price.currency"
NOTHING_COUNTED = "price.nothing_counted"

CAPS_BEYOND_ORDER = (
    *("creator_week", "creator_period", "creator_quarter", "creator_lifetime"),
    "budget",
)
"""Keys of `PriceContext.caps_left`, in the order in which they apply."""

Params = Mapping[str, str | int | None]


class MatchesDiffer(ValueError):
    """The matches are not of this order and these rules."""


class UnknownCap(ValueError):
    """The decision holds a cap that is not in CAPS_BEYOND_ORDER."""


@dataclass(frozen=True, slots=True)
class PricedLine(Record):
    """The arithmetic of one line: base - refunded = counted; counted by the rule = earned.

    `amount` is what is left of `earned` after caps. `units` are those that still count, `flat` is
    the rule's amount in the order's currency. A flat amount per order is shown on the lines by
    what counts of them.
    """

    line_id: str
    title: str
    quantity: int
    units: int
    base: int
    refunded: int
    counted: int
    rule_id: Id | None
    rule_position: int | None
    rule_name: str
    kind: RuleKind | None
    rate_bps: int
    flat: int | None
    earned: int
    amount: int
    code: str
    params: Params


@dataclass(frozen=True, slots=True)
class Step(Record):
    """What happens after the lines: a cap with the (negative) change it makes, or a note with 0."""

    code: str
    params: Params
    change: int


@dataclass(frozen=True, slots=True)
class Pricing(Record):
    """The commission an order should have.

    `total` is the sum of the lines' `amount`, and of their `earned` and the steps' `change`.
    """

    total: int
    currency: str
    lines: tuple[PricedLine, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit in minor units on what some lines, by their index, earn together."""

    by: str
    limit: int
    lines: tuple[int, ...]
    rule: Rule | None = None


def price_order(
    *,
    order: PriceOrder,
    rules: Sequence[Rule],
    base: BasePolicy,
    context: PriceContext,
    matches: Sequence[LineMatch],
) -> Pricing:
    """Price every line by the rule that took it, then apply the caps.

    Rounds half up, once per line (a pro rata flat amount: once per rule). Caps apply in the order
    rule, program, CAPS_BEYOND_ORDER, each to what the one before left. The total is never
    negative and is 0 once all that counts is refunded. Caps are fixed by the decision, so a refund
    never raises it, capped or not, but where `count_bases` gives a line a minor unit back; even
    then it stays at or under the total without refunds.

    :raises MatchesDiffer: a line without a match, or a match whose rule is not in `rules`.
    :raises UnknownCap: a key of `caps_left` outside CAPS_BEYOND_ORDER.
    """
    taken = _find_takers(order, rules, matches)
    bases = count_bases(order=order, policy=base)
    earned = _earn(order, taken, bases, context)
    amounts, steps = apply_caps(earned, _list_caps(order, base, context, taken), order.currency)
    lines = tuple(
        _priced_line(order, context, line, rule, line_base, (before, after))
        for line, rule, line_base, before, after in zip(
            order.lines, taken, bases, earned, amounts, strict=True
        )
    )
    return Pricing(
        sum(amounts),
        order.currency,
        lines,
        (*_note_payments(taken, context), *steps, *_note_currency(order, base)),
    )


def cut_beyond(pricing: Pricing) -> int:
    """Return by how much the caps that look beyond the order lower what is earned."""
    return -sum(step.change for step in pricing.steps if step.params.get("by") in CAPS_BEYOND_ORDER)


def apply_caps(
    earned: Sequence[int], caps: Sequence[Cap], currency: str
) -> tuple[list[int], list[Step]]:
    """Cut what lines earn to each cap in turn; returns what is left of each, and the cuts."""
    amounts, steps = list(earned), []
    for cap in caps:
        parts = [amounts[i] for i in cap.lines]
        limit = max(0, cap.limit)
        if sum(parts) <= limit:
            continue
        steps.append(_cap_step(cap, limit, sum(parts), currency))
        for i, share in zip(cap.lines, allocate(limit, parts), strict=True):
            amounts[i] = share
    return amounts, steps


def _find_takers(
    order: PriceOrder, rules: Sequence[Rule], matches: Sequence[LineMatch]
) -> list[Rule | None]:
    by_id: dict[Id | None, Rule | None] = {rule.rule_id: rule for rule in rules}
    by_id[None] = None
    by_line = {match.line_id: match.rule_id for match in matches}
    try:
        return [by_id[by_line[line.line_id]] for line in order.lines]
    except KeyError as error:
        raise MatchesDiffer(f"no line match or no rule {error}") from None


def _lines_of(rule: Rule, taken: Sequence[Rule | None]) -> tuple[int, ...]:
    return tuple(i for i, taker in enumerate(taken) if taker is rule)


def _distinct(taken: Sequence[Rule | None]) -> list[Rule]:
    rules = {rule.rule_id: rule for rule in taken if rule is not None}
    return sorted(rules.values(), key=lambda rule: rule.position)


def _earn(
    order: PriceOrder,
    taken: Sequence[Rule | None],
    bases: Sequence[LineBase],
    context: PriceContext,
) -> list[int]:
    earned = [0] * len(taken)
    for rule in _distinct(taken):
        if _is_renewal_over(rule, context):
            continue
        indexes = _lines_of(rule, taken)
        shares = _pay_rule(rule, order.currency, [bases[i] for i in indexes])
        for i, share in zip(indexes, shares, strict=True):
            earned[i] = share
    return earned


def _pay_rule(rule: Rule, currency: str, bases: Sequence[LineBase]) -> list[int]:
    match rule.kind:
        case "percent":
            return [apply_bps(line.left, rule.rate_bps) for line in bases]
        case "flat_item":
            return [rule.amounts[currency] * line.units for line in bases]
        case "flat_order":
            return _pay_flat_order(rule, rule.amounts[currency], bases)
        case "lead":
            return [rule.amounts[currency] * line.units for line in bases]
        case _:
            return [0] * len(bases)


def _pay_flat_order(rule: Rule, whole: int, bases: Sequence[LineBase]) -> list[int]:
    left = [line.left for line in bases]
    if not any(left):
        return [0] * len(bases)
    if rule.is_pro_rata:
        whole = divide_half_up(whole * sum(left), sum(line.before for line in bases))
    return allocate(whole, left)


def _is_renewal_over(rule: Rule, context: PriceContext) -> bool:
    return bool(_reason_over(rule, context))


def _reason_over(rule: Rule, context: PriceContext) -> str:
    """Say which limit of a subscription is passed; one whose start is not known passes none."""
    if context.payment_number is None:
        return ""
    if rule.max_payments is not None and context.payment_number > rule.max_payments:
        return RENEWALS_OVER
    month = context.payment_month
    if rule.max_months is not None and month is not None and month >= rule.max_months:
        return RENEWAL_MONTHS_OVER
    return ""


def _note_payments(taken: Sequence[Rule | None], context: PriceContext) -> list[Step]:
    """Say which payment of a subscription the order is, where a rule that paid it counts them."""
    if context.payment_number is None:
        return []
    told = {"payment": context.payment_number}
    steps = []
    for rule in _distinct(taken):
        if _is_renewal_over(rule, context):
            continue
        if rule.max_payments is not None:
            steps.append(Step(PAYMENT, {**told, "limit": rule.max_payments}, 0))
        if rule.max_months is not None:
            steps.append(Step(PAYMENT_MONTHS, {**told, "limit": rule.max_months}, 0))
    return steps


def _list_caps(
    order: PriceOrder, base: BasePolicy, context: PriceContext, taken: Sequence[Rule | None]
) -> list[Cap]:
    everything = tuple(range(len(taken)))
    caps = [
        Cap("rule", rule.cap_order[order.currency], _lines_of(rule, taken), rule)
        for rule in _distinct(taken)
        if order.currency in rule.cap_order
    ]
    if order.currency in base.cap_order:
        caps.append(Cap("program", base.cap_order[order.currency], everything))
    beyond = [key for key in CAPS_BEYOND_ORDER if key in context.caps_left]
    if len(beyond) != len(context.caps_left):
        raise UnknownCap(", ".join(sorted(context.caps_left)))
    return caps + [Cap(key, context.caps_left[key], everything) for key in beyond]


def _cap_step(cap: Cap, limit: int, amount: int, currency: str) -> Step:
    params: Params = {
        "by": cap.by,
        "rule_id": cap.rule.rule_id if cap.rule else None,
        "position": cap.rule.position if cap.rule else None,
        "rule": cap.rule.name if cap.rule else None,
        "cap": limit,
        "amount": amount,
        "currency": currency,
    }
    return Step(CAPPED, params, limit - amount)


def _note_currency(order: PriceOrder, base: BasePolicy) -> list[Step]:
    if base.currency in {"", order.currency}:
        return []
    return [Step(CURRENCY, {"currency": order.currency}, 0)]


def _priced_line(
    order: PriceOrder,
    context: PriceContext,
    line: PriceLine,
    rule: Rule | None,
    base: LineBase,
    money: tuple[int, int],
) -> PricedLine:
    code, params = _reason(order, context, rule, base)
    return PricedLine(
        line_id=line.line_id,
        title=line.title,
        quantity=line.quantity,
        units=base.units,
        base=base.before,
        refunded=base.before - base.left,
        counted=base.left,
        rule_id=rule.rule_id if rule else None,
        rule_position=rule.position if rule else None,
        rule_name=rule.name if rule else "",
        kind=rule.kind if rule else None,
        rate_bps=rule.rate_bps if rule else 0,
        flat=rule.amounts.get(order.currency) if rule else None,
        earned=money[0],
        amount=money[1],
        code=code,
        params=params,
    )


def _reason(
    order: PriceOrder, context: PriceContext, rule: Rule | None, base: LineBase
) -> tuple[str, Params]:
    if order.is_void:
        return order.void_reason or ZERO_BASE, {}
    if rule is None:
        return NO_RULE, {}
    named: dict[str, str | int | None] = {"position": rule.position, "rule": rule.name}
    if rule.kind == "exclude":
        return EXCLUDED, {**named, "what": _name_excluded(rule.conditions)}
    if over := _reason_over(rule, context):
        limit = rule.max_payments if over == RENEWALS_OVER else rule.max_months
        return over, {**named, "limit": limit, "payment": context.payment_number}
    return (RULE, named) if base.before or base.units else (ZERO_BASE, {})


def _name_excluded(conditions: Conditions) -> str:
    """Say by a word of the catalogue what an excluding rule is about."""
    if conditions.gift_cards == "only":
        return "gift_cards"
    for name in ("products", "skus", "collections"):
        if getattr(conditions, name):
            return name
    return "order"
