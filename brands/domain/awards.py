"""Price what is no order: units that were counted, or an amount agreed on, and the caps on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from brands.domain.pricing import (
    CAPS_BEYOND_ORDER,
    NOTHING_COUNTED,
    RULE,
    Cap,
    Params,
    PricedLine,
    Pricing,
    apply_caps,
)
from brands.domain.rules import Id, Rule
from core.money import divide_half_up

PER = {"lead": 1, "click": 1, "impression": 1000}
"""How many counted units earn a rule's amount once, by its kind."""


def count_line(*, rule: Rule, units: int, currency: str) -> PricedLine:
    """Return what counted units earn by a rule: units times its amount, rounded half up once.

    :raises KeyError: a rule of another kind, or without an amount in that currency.
    """
    flat = rule.amounts[currency]
    named: Params = {"position": rule.position, "rule": rule.name}
    earned = divide_half_up(units * flat, PER[rule.kind])
    return replace(
        sum_line(line_id=rule.kind, title="", amount=earned, code=RULE, params=named),
        quantity=units,
        units=units,
        rule_id=rule.rule_id,
        rule_position=rule.position,
        rule_name=rule.name,
        kind=rule.kind,
        flat=flat,
        code=RULE if units else NOTHING_COUNTED,
    )


def find_rule(  # of a kind that counts, for whom
    *,
    rules: Sequence[Rule],
    kind: str,
    currency: str,
    group_id: Id | None,
    enrollment_id: Id | None,
) -> Rule | None:
    """Return the first rule, by position, that pays what is counted for an enrollment."""
    return next(
        (
            rule
            for rule in sorted(rules, key=lambda rule: rule.position)
            if rule.kind == kind
            and currency in rule.amounts
            and (not rule.conditions.groups or group_id in rule.conditions.groups)
            and (not rule.conditions.enrollments or enrollment_id in rule.conditions.enrollments)
        ),
        None,
    )


def sum_line(*, line_id: str, title: str, amount: int, code: str, params: Params) -> PricedLine:
    """Return an amount that no rule reckons, such as a fee, with the reason for it."""
    return PricedLine(
        line_id=line_id,
        title=title,
        quantity=1,
        units=1,
        base=0,
        refunded=0,
        counted=0,
        rule_id=None,
        rule_position=None,
        rule_name="",
        kind=None,
        rate_bps=0,
        flat=None,
        earned=amount,
        amount=amount,
        code=code,
        params=params,
    )


def price_award(
    *, line: PricedLine, currency: str, caps_left: Mapping[str, int], rule: Rule | None = None
) -> Pricing:
    """Return what a line comes to after its rule's cap, the creator's periods and the budget."""
    caps = [Cap(key, caps_left[key], (0,)) for key in CAPS_BEYOND_ORDER if key in caps_left]
    if rule is not None and currency in rule.cap_order:
        caps.insert(0, Cap("rule", rule.cap_order[currency], (0,), rule))
    amounts, steps = apply_caps([line.earned], caps, currency)
    return Pricing(amounts[0], currency, (replace(line, amount=amounts[0]),), tuple(steps))
