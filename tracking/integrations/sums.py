"""What platforms with poorer bodies share: totals that must explain each other, and spreading.

Some tell discount or tax for the whole order alone, some say "tax included" of prices that are
not. The totals decide: they add up in one way, or the body is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.money import allocate
from tracking.domain.events import Line, RefundEvent
from tracking.integrations.base import check_refund
from tracking.integrations.reading import Node


@dataclass(frozen=True, slots=True)
class Item:
    """What one line is, apart from its money."""

    line_id: str
    product_ref: str = ""
    variant_ref: str = ""
    sku: str = ""
    title: str = ""
    quantity: int = 1
    is_gift_card: bool = False
    collections: tuple[str, ...] | None = None


def make_line(
    item: Item, *, gross: int, discount: int, tax: int, is_tax_included: bool = False
) -> Line:
    """Return a line whose net follows from what its price was, lost and held."""
    net = gross - discount - (tax if is_tax_included else 0)
    return Line(
        external_line_id=item.line_id,
        product_ref=item.product_ref,
        variant_ref=item.variant_ref,
        sku=item.sku,
        title=item.title,
        quantity=item.quantity,
        gross=gross,
        discount=discount,
        net_ex_tax=net,
        tax=tax,
        is_gift_card=item.is_gift_card,
        collections=item.collections,
    )


def is_tax_included(node: Node, name: str, *, before_tax: int, tax: int, total: int) -> bool:
    """Tell by the total whether the prices held the tax.

    :raises PayloadRefused: `inconsistent_money` where the amounts explain the total neither way.
    """
    if total not in (before_tax, before_tax + tax):
        node.refuse("inconsistent_money", name)
    return before_tax + tax != total


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight, no share above its weight; what exceeds all of them is left."""
    whole = sum(weights)
    return allocate(min(amount, whole), weights) if whole else [0] * len(weights)


def running_refund(
    *,
    order_id: str,
    currency: str,
    total: int,
    is_test: bool = False,
    occurred_at: datetime | None = None,
) -> tuple[RefundEvent, ...]:
    """Return what an order says went back so far, as one event; none of nothing."""
    if not total:
        return ()
    refund = RefundEvent(
        external_order_id=order_id,
        external_refund_id="total",
        status="succeeded",
        kind="amount_only",
        currency=currency,
        occurred_at=occurred_at,
        total=total,
        cumulative_total=total,
        is_test=is_test,
    )
    return (check_refund(refund),)
