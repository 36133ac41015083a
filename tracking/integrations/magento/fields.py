"""How Magento writes times, numbers and what belongs to nobody's field."""

from collections.abc import Iterator
from datetime import datetime

from tracking.integrations.reading import Node, parse_time


def utc(node: Node, name: str) -> datetime:
    """Return a time, which is written without its zone and is UTC.

    :raises PayloadRefused: absent or no time.
    """
    value = node.required(name)
    if not isinstance(value, str):
        node.refuse("wrong_type", name)
    parsed = parse_time(f"{value}+00:00") or parse_time(value)
    if parsed is None:
        node.refuse("bad_time", name)
    return parsed


def find_money(node: Node, name: str, currency: str) -> int:
    """Return an amount of zero or more, zero when absent."""
    return node.amount(name, currency) if node.has(name) else 0


def find_size(node: Node, name: str, currency: str) -> int:
    """Return an amount without its sign: an order's discount is below zero, a line's above."""
    return abs(node.signed_amount(name, currency)) if node.has(name) else 0


def attribute_values(node: Node, name: str) -> Iterator[object]:
    """Yield what a field of this name holds: a column, an extension or a custom attribute."""
    yield node.values.get(name)
    extension = node.values.get("extension_attributes")
    if isinstance(extension, dict):
        yield extension.get(name)
    custom = node.values.get("custom_attributes")
    for entry in custom[:1000] if isinstance(custom, list) else []:
        if isinstance(entry, dict) and entry.get("attribute_code") == name:
            yield entry.get("value")
