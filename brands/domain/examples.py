"""What an example order would pay, by the one real pricing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brands.domain.awards import count_line, find_rule
from brands.domain.bases import BasePolicy
from brands.domain.pricing import Pricing, price_order
from brands.domain.rules import (
    Id,
    PriceContext,
    PriceLine,
    PriceOrder,
    Rule,
    Signal,
    match_lines,
)
from core.money import Money, exponent

EXAMPLE_UNITS = 120
EXAMPLE_COUNTS: Mapping[str, int] = {"lead": 1, "click": 100, "impression": 1000}
EXAMPLE_WITHOUT_DECIMALS = 12_000


@dataclass(frozen=True, slots=True)
class ExampleOrder:
    """An order of one line, as somebody makes it up to see what it pays.

    `total` is without tax, shipping and discount. `is_new_customer` None: nothing is known of him.
    """

    total: Money
    quantity: int = 1
    product: str = ""
    sku: str = ""
    collection: str = ""
    is_gift_card: bool = False
    is_new_customer: bool | None = None
    country: str = ""
    signal: Signal = "link"
    code: str = ""
    group_id: Id | None = None
    enrollment_id: Id | None = None


def example_total(currency: str) -> Money:
    """Return 120.00, or 12,000 of a currency without decimals."""
    digits = exponent(currency)
    amount = EXAMPLE_UNITS * int(10**digits) if digits else EXAMPLE_WITHOUT_DECIMALS
    return Money(amount, currency)


def price_example(
    *, rules: Sequence[Rule], base: BasePolicy, total: Money, group_id: Id | None = None
) -> Pricing:
    """Price an order of one ordinary product, by a link, by a customer nothing is known of."""
    return price_example_order(
        rules=rules, base=base, example=ExampleOrder(total=total, group_id=group_id)
    )


def price_example_order(
    *, rules: Sequence[Rule], base: BasePolicy, example: ExampleOrder
) -> Pricing:
    """Price a made-up order as a real one would be; caps beyond the order are left out."""
    order = PriceOrder(
        currency=example.total.currency,
        lines=(_line(example),),
        order_value=example.total.amount_minor,
    )
    context = PriceContext(
        group_id=example.group_id,
        enrollment_id=example.enrollment_id,
        is_new_customer=example.is_new_customer,
        country=example.country,
        signal=example.signal,
        code=example.code,
    )
    matches = match_lines(order=order, rules=rules, context=context)
    return price_order(order=order, rules=rules, base=base, context=context, matches=matches)


def price_counts(*, rules: Sequence[Rule], currency: str, group_id: Id | None) -> dict[str, int]:
    """Return what so many of a thing without an order would pay, by its kind; see EXAMPLE_COUNTS.

    A lead by a link, of somebody nothing is known of.
    """
    found = {}
    for kind, units in EXAMPLE_COUNTS.items():
        rule = find_rule(
            rules=rules, kind=kind, currency=currency, group_id=group_id, enrollment_id=None
        )
        if rule is not None:
            found[kind] = count_line(rule=rule, units=units, currency=currency).earned
    return found


def _line(example: ExampleOrder) -> PriceLine:
    return PriceLine(
        line_id="1",
        product_ref=example.product,
        variant_ref="",
        sku=example.sku,
        title=example.product or example.sku,
        collections=(example.collection,) if example.collection else (),
        quantity=example.quantity,
        gross=example.total.amount_minor,
        discount=0,
        net_ex_tax=example.total.amount_minor,
        tax=0,
        is_gift_card=example.is_gift_card,
    )
