"""Plain makers for pricing tests: say only what the test is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from brands.domain.bases import BasePolicy
from brands.domain.pricing import Pricing, price_order
from brands.domain.rules import (
    Conditions,
    LineMatch,
    PriceContext,
    PriceLine,
    PriceOrder,
    Rule,
    match_lines,
)

CONTEXT = PriceContext(
    group_id=1, enrollment_id=11, is_new_customer=None, country="DE", signal="link"
)
NET = BasePolicy()


def make_line(line_id: str = "1", gross: int = 100_00, **given: Any) -> PriceLine:
    """Make a line whose net is gross - discount, without tax, unless told otherwise."""
    facts: dict[str, Any] = {
        "product_ref": f"p{line_id}",
        "variant_ref": "",
        "sku": f"SKU-{line_id}",
        "title": f"Product {line_id}",
        "collections": None,
        "quantity": 1,
        "discount": 0,
        "tax": 0,
    }
    facts |= given
    facts.setdefault("net_ex_tax", gross - facts["discount"])
    return PriceLine(line_id=line_id, gross=gross, **facts)


def make_order(*lines: PriceLine, currency: str = "EUR", **given: Any) -> PriceOrder:
    given.setdefault("order_value", sum(line.net_ex_tax for line in lines if not line.is_shipping))
    return PriceOrder(currency=currency, lines=lines, **given)


def make_rule(position: int = 1, kind: str = "percent", **given: Any) -> Rule:
    """Make a rule; keywords that are conditions become its conditions."""
    names = set(Conditions.__dataclass_fields__) & set(given)
    conditions = Conditions(**{name: given.pop(name) for name in names})
    given.setdefault("rule_id", f"r{position}")
    given.setdefault("name", f"Rule {position}")
    return Rule(position=position, kind=kind, conditions=conditions, **given)  # type: ignore[arg-type]


def percent(rate_bps: int, position: int = 1, **given: Any) -> Rule:
    return make_rule(position, rate_bps=rate_bps, **given)


def price(
    order: PriceOrder,
    *rules: Rule,
    base: BasePolicy = NET,
    context: PriceContext = CONTEXT,
    previous: Mapping[str, LineMatch] | None = None,
) -> Pricing:
    """Match and price in one go, the way a service does."""
    matches = match_lines(order=order, rules=rules, context=context, previous=previous or {})
    return price_order(order=order, rules=rules, base=base, context=context, matches=matches)


def matched(
    order: PriceOrder, rules: Sequence[Rule], context: PriceContext = CONTEXT
) -> list[int | str | None]:
    return [match.rule_id for match in match_lines(order=order, rules=rules, context=context)]
