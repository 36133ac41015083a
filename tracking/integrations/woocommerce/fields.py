"""How WooCommerce writes times, numbers and meta data."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from tracking.integrations.reading import MAX_QUANTITY, Node, parse_time


def gmt(node: Node, name: str) -> datetime:
    """Return `<name>_gmt`, which is written without its zone.

    :raises PayloadRefused: absent or no time; the field without `_gmt` is in a zone nobody tells.
    """
    field = f"{name}_gmt"
    value = node.required(field)
    if not isinstance(value, str):
        node.refuse("wrong_type", field)
    parsed = parse_time(f"{value}+00:00") or parse_time(value)
    if parsed is None:
        node.refuse("bad_time", field)
    return parsed


def find_gmt(node: Node, name: str) -> datetime | None:
    return gmt(node, name) if node.values.get(f"{name}_gmt") not in (None, "") else None


def signed_money(node: Node, name: str, currency: str) -> int:
    """Return a total with its sign, from a string in the decimals of the shop."""
    if not isinstance(node.required(name), str):
        node.refuse("amount_not_text", name)
    return node.signed_amount(name, currency)


def money(node: Node, name: str, currency: str) -> int:
    minor = signed_money(node, name, currency)
    if minor < 0:
        node.refuse("negative_amount", name)
    return minor


def find_money(node: Node, name: str, currency: str) -> int:
    return money(node, name, currency) if node.has(name) else 0


def read_quantity(node: Node) -> int:
    """Return a quantity with its sign; 1.5 of something sold by weight is one unit."""
    value = node.required("quantity")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        node.refuse("wrong_type", "quantity")
    if not -MAX_QUANTITY <= value <= MAX_QUANTITY:
        node.refuse("bad_quantity", "quantity")
    return int(value)


def meta_values(node: Node, *names: str) -> Iterator[object]:
    """Yield the values of meta data of these names; plugins write anything into it."""
    found = node.values.get("meta_data")
    for entry in found[:1000] if isinstance(found, list) else []:
        if isinstance(entry, dict) and entry.get("key") in names:
            yield entry.get("value")
