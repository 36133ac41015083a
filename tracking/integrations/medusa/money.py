"""Medusa's amounts: whole minor units in version 1, major units as decimals in version 2.

Version 2 reckons taxes and totals without rounding them, so 9.99 at 19 % has a tax of 1.8981: its
amounts are read by `sums.read_rounded`, to what the currency holds and the shopper was charged.
"""

from collections.abc import Callable

from core.money import MAX_MINOR
from tracking.integrations.reading import Node

Read = Callable[[Node, str, str], int]


def read_minor(node: Node, name: str, currency: str) -> int:  # noqa: ARG001 - the same for all
    """Return an amount that is minor units already."""
    value = node.required(name)
    if type(value) is not int:
        node.refuse("bad_amount", name)
    if value < 0:
        node.refuse("negative_amount", name)
    if value > MAX_MINOR:
        node.refuse("amount_too_large", name)
    return value
