"""What platforms share that count money in minor units and time in seconds."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from core.money import EXPONENTS, exponent
from tracking.integrations.reading import MAX_DIGITS, Node

MAX_SECONDS = 10**11

_DIGITS = re.compile(r"-?[0-9]+\Z")


def read_currency(node: Node, name: str = "currency") -> str:
    """Return a currency of ISO 4217, in whatever case it is written."""
    value = node.required(name)
    if not isinstance(value, str):
        node.refuse("wrong_type", name)
    code = value.upper()
    if code not in EXPONENTS:
        node.refuse("unknown_currency", name)
    return code


def signed_minor(
    node: Node, name: str, currency: str, wire: Mapping[str, int] | None = None
) -> int:
    """Return whole minor units, also from digits in text; a fraction or anything else is refused.

    `wire`: how many decimals the platform counts in, where they differ from ISO 4217.
    """
    value = node.required(name)
    if isinstance(value, str) and len(value) <= MAX_DIGITS and _DIGITS.match(value):
        value = int(value)
    if type(value) is not int:
        node.refuse("bad_amount", name)
    digits = exponent(currency)
    told_in = (wire or {}).get(currency, digits)
    whole, rest = divmod(value * int(10**digits), int(10**told_in))
    if rest:
        node.refuse("bad_amount", name)
    return whole


def minor(node: Node, name: str, currency: str, wire: Mapping[str, int] | None = None) -> int:
    """Return minor units of zero or more."""
    amount = signed_minor(node, name, currency, wire)
    if amount < 0:
        node.refuse("negative_amount", name)
    return amount


def find_minor(node: Node, name: str, currency: str, wire: Mapping[str, int] | None = None) -> int:
    return minor(node, name, currency, wire) if node.has(name) else 0


def seconds(node: Node, name: str) -> datetime:
    """Return a time that is written as seconds since 1970."""
    value = node.required(name)
    if type(value) is not int or not 0 <= value < MAX_SECONDS:
        node.refuse("bad_time", name)
    return datetime.fromtimestamp(value, UTC)


def find_seconds(node: Node, name: str) -> datetime | None:
    return seconds(node, name) if node.has(name) else None


def find_id(node: Node, name: str) -> str:
    """Return the id of what a field refers to: the id itself, or the object it was expanded to."""
    if isinstance(node.values.get(name), dict):
        return node.node(name).identifier("id")
    return node.find_identifier(name)


def without_tax(node: Node, *, subtotal: int, discount: int, tax: int, total: int) -> int:
    """Return what goods were worth before discount and without the tax, by what adds up.

    :raises PayloadRefused: `inconsistent_money`: the total is neither with nor without the tax.
    """
    if subtotal - discount + tax == total:
        return subtotal
    if subtotal - discount != total or subtotal - tax < discount:
        node.refuse("inconsistent_money", "total")
    return subtotal - tax
