"""What an example order would pay, by the one real pricing."""

from collections.abc import Sequence

from brands.domain.bases import BasePolicy
from brands.domain.pricing import Pricing, price_order
from brands.domain.rules import Id, PriceContext, PriceLine, PriceOrder, Rule, match_lines
from core.money import Money, exponent

EXAMPLE_UNITS = 120
EXAMPLE_WITHOUT_DECIMALS = 12_000


def example_total(currency: str) -> Money:
    """Return 120.00, or 12,000 of a currency without decimals."""
    digits = exponent(currency)
    amount = EXAMPLE_UNITS * int(10**digits) if digits else EXAMPLE_WITHOUT_DECIMALS
    return Money(amount, currency)


def price_example(
    *, rules: Sequence[Rule], base: BasePolicy, total: Money, group_id: Id | None = None
) -> Pricing:
    """Price an order of one ordinary product, by a link, by a customer nothing is known of."""
    order = PriceOrder(
        currency=total.currency,
        lines=(_line(total.amount_minor),),
        order_value=total.amount_minor,
    )
    context = PriceContext(
        group_id=group_id, enrollment_id=None, is_new_customer=None, country="", signal="link"
    )
    matches = match_lines(order=order, rules=rules, context=context)
    return price_order(order=order, rules=rules, base=base, context=context, matches=matches)


def _line(amount_minor: int) -> PriceLine:
    return PriceLine(
        line_id="1",
        product_ref="",
        variant_ref="",
        sku="",
        title="",
        collections=(),
        quantity=1,
        gross=amount_minor,
        discount=0,
        net_ex_tax=amount_minor,
        tax=0,
    )
