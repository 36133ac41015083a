"""The rows of a Magento order that carry its money, in the shop's base currency, without tax.

- A configurable product is two rows: the parent has the money, its child repeats the SKU at 0. Of
  a bundle with its own price it is the parent too, of one priced by its parts the children. The
  order's subtotal and discount tell which rows were meant: a set that does not make them up is
  not counted.
- `row_total` is before discounts; where an extension writes it after them, the subtotal shows it.
- `discount_tax_compensation_amount` is the part of a discount that was tax: prices held it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tracking.domain.events import Line
from tracking.integrations.base import MAX_LINES
from tracking.integrations.magento.fields import find_money, find_size
from tracking.integrations.reading import Node
from tracking.integrations.sums import Item, make_line, read_units


@dataclass(frozen=True, slots=True)
class _Row:
    node: Node
    row_total: int
    discount: int
    compensation: int
    tax: int


def read_lines(order: Node, currency: str) -> tuple[Line, ...]:
    """Read the lines of an order.

    :raises PayloadRefused: `inconsistent_money` where no set of rows makes up the subtotal.
    """
    order.required("items")
    rows = [_read_row(node, currency) for node in order.nodes("items", at_most=MAX_LINES)]
    subtotal = order.amount("base_subtotal", currency)
    discount = find_size(order, "base_discount_amount", currency)
    discount -= find_size(order, "base_shipping_discount_amount", currency)
    sets = (_parents(rows), _carriers(rows))
    fitting = [rows for rows in sets if _fits(rows, subtotal, discount)]
    if not fitting:
        order.refuse("inconsistent_money", "base_subtotal")
    is_net = _worth(fitting[0]) != subtotal
    return tuple(_make_line(row, is_net=is_net) for row in fitting[0] if _is_sold(row))


def _fits(rows: Sequence[_Row], subtotal: int, discount: int) -> bool:
    off = sum(row.discount for row in rows)
    return off == discount and _worth(rows) in (subtotal, subtotal - discount)


def _worth(rows: Sequence[_Row]) -> int:
    return sum(row.row_total for row in rows)


def _read_row(node: Node, currency: str) -> _Row:
    return _Row(
        node=node,
        row_total=find_money(node, "base_row_total", currency),
        discount=find_money(node, "base_discount_amount", currency),
        compensation=find_money(node, "base_discount_tax_compensation_amount", currency),
        tax=find_money(node, "base_tax_amount", currency),
    )


def _parents(rows: Sequence[_Row]) -> list[_Row]:
    ids = {_id(row) for row in rows}
    return [row for row in rows if _parent_id(row) not in ids]


def _carriers(rows: Sequence[_Row]) -> list[_Row]:
    """Return of each family the children if they carry money, else the parent."""
    children: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.row_total:
            children[_parent_id(row)].append(row)
    found: list[_Row] = []
    for parent in _parents(rows):
        found += children[_id(parent)] or [parent]
    return found


def _id(row: _Row) -> str:
    return row.node.identifier("item_id")


def _parent_id(row: _Row) -> str:
    return row.node.find_identifier("parent_item_id")


def _is_sold(row: _Row) -> bool:
    return read_units(row.node, "qty_ordered") > 0 or row.row_total > 0


def _make_line(row: _Row, *, is_net: bool) -> Line:
    node = row.node
    item = Item(
        line_id=_id(row),
        product_ref=node.find_identifier("product_id"),
        sku=node.text("sku"),
        title=node.text("name"),
        quantity=max(1, read_units(node, "qty_ordered")),
        is_gift_card=node.text("product_type") == "giftcard",
    )
    gross = row.row_total + (row.discount if is_net else 0)
    discount = row.discount - row.compensation
    if discount < 0:
        node.refuse("inconsistent_money", "base_discount_tax_compensation_amount")
    return make_line(item, gross=gross, discount=discount, tax=row.tax)
