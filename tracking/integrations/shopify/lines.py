"""The lines of a Shopify order as placed or edited, before refunds, in the shop's currency.

- `discount_allocations` hold the money; `total_discount` stays 0.00 for most discounts.
- Units: `current_quantity` lacks what was refunded and what an edit took off. Refunded units stay
  (their refund takes them back), units taken off by an edit go. Allocations and taxes are told
  for the whole `quantity`, so the units left carry their part of them.
- An edit of a paid order is often settled later by a refund of money alone. As far as it goes
  back for units taken off, these stay as a line of their own that the refund can take: otherwise
  the same money would be cut from the lines that stayed.
- Bodies older than 2018 have no allocations or line taxes: the order's totals are spread by value.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.money import allocate, divide_half_up
from tracking.domain.events import Line, RefundLine
from tracking.integrations.base import MAX_LINES
from tracking.integrations.reading import Node, clean_text
from tracking.integrations.shopify.money import find_shop_amount, shop_amount
from tracking.integrations.shopify.refund import Refund, merge_lines


@dataclass(frozen=True, slots=True)
class _Priced:
    """A line item with its money for the whole quantity."""

    node: Node
    line_id: str
    quantity: int
    price: int
    discount: int
    tax: int


def read_lines(
    order: Node, currency: str, refunds: Sequence[Refund], *, is_tax_included: bool
) -> tuple[Line, ...]:
    """Read the order's lines.

    :raises PayloadRefused: a price, quantity, discount or tax that cannot be read exactly.
    """
    items = _price_items(order, currency)
    if order.has("cancelled_at"):  # it earns nothing, and its lines stay as they were placed
        return tuple(
            _make_line(item, item.quantity, is_tax_included=is_tax_included)
            for item in items
            if item.quantity
        )
    refunded = _count_units(refund for refund in refunds if refund.event is not None)
    taken_off = _count_units(refund for refund in refunds if refund.event is None)
    units = [_units(item, refunded, taken_off) for item in items]
    kept = [
        _make_line(item, left, is_tax_included=is_tax_included)
        for item, left in zip(items, units, strict=True)
        if left
    ]
    by_id = {item.line_id: item for item in items}
    returned = [
        _make_returned_line(by_id[line.external_line_id], line, is_tax_included=is_tax_included)
        for line in _given_back(refunds)
        if line.external_line_id in by_id
    ]
    return (*kept, *returned)


def _price_items(order: Node, currency: str) -> list[_Priced]:
    order.required("line_items")
    nodes = order.nodes("line_items", at_most=MAX_LINES)
    quantities = [node.quantity("quantity") for node in nodes]
    prices = [shop_amount(node, "price", currency) for node in nodes]
    values = [price * quantity for price, quantity in zip(prices, quantities, strict=True)]
    discounts = _read_discounts(order, nodes, currency, values)
    paid = [max(0, value - cut) for value, cut in zip(values, discounts, strict=True)]
    taxes = _read_taxes(order, nodes, currency, paid)
    ids = [node.identifier("id") for node in nodes]
    rows = zip(nodes, ids, quantities, prices, discounts, taxes, strict=True)
    return [_Priced(*row) for row in rows]


def _read_discounts(
    order: Node, nodes: Sequence[Node], currency: str, values: Sequence[int]
) -> list[int]:
    if all(node.has("discount_allocations") for node in nodes):
        return [sum_amounts(node, "discount_allocations", "amount", currency) for node in nodes]
    return allocate(find_shop_amount(order, "total_discounts", currency) or 0, values)


def _read_taxes(
    order: Node, nodes: Sequence[Node], currency: str, values: Sequence[int]
) -> list[int]:
    if all(node.has("tax_lines") for node in nodes):
        return [sum_amounts(node, "tax_lines", "price", currency) for node in nodes]
    shipping = order.nodes("shipping_lines")
    of_shipping = sum(sum_amounts(node, "tax_lines", "price", currency) for node in shipping)
    total = find_shop_amount(order, "total_tax", currency) or 0
    return allocate(max(0, total - of_shipping), values)


def sum_amounts(node: Node, parts: str, name: str, currency: str) -> int:
    """Add up one amount of each part of a list, such as the price of each tax line."""
    return sum(shop_amount(part, name, currency) for part in node.nodes(parts))


def _units(item: _Priced, refunded: Counter[str], taken_off: Counter[str]) -> int:
    if item.node.has("current_quantity"):
        left = item.node.quantity("current_quantity") + refunded[item.line_id]
    else:
        left = item.quantity - taken_off[item.line_id]
    return max(0, min(item.quantity, left))


def _count_units(refunds: Iterable[Refund]) -> Counter[str]:
    units = Counter[str]()
    for refund in refunds:
        for line in refund.lines:
            units[line.external_line_id] += line.quantity
    return units


def _given_back(refunds: Sequence[Refund]) -> Iterator[RefundLine]:
    """Yield what edits took off, as far as money alone went back for it afterwards."""
    first_edit = next((i for i, refund in enumerate(refunds) if refund.event is None), len(refunds))
    later = refunds[first_edit:]
    money = sum(
        refund.event.amount
        for refund in later
        if refund.event and refund.event.status == "succeeded" and not refund.lines
    )
    edits = [line for refund in later if refund.event is None for line in refund.lines]
    for line in merge_lines(edits):
        value = line.net_ex_tax + line.tax
        part = min(value, money)
        money -= part
        if part and line.quantity:
            net, tax = allocate(part, [line.net_ex_tax, line.tax])
            yield RefundLine(line.external_line_id, line.quantity, net, tax)


def _make_line(item: _Priced, units: int, *, is_tax_included: bool) -> Line:
    gross = item.price * units
    discount = divide_half_up(item.discount * units, item.quantity)
    tax = divide_half_up(item.tax * units, item.quantity)
    net = gross - discount - (tax if is_tax_included else 0)
    return _describe(item, item.line_id, units, (gross, discount, net, tax))


def _make_returned_line(item: _Priced, removed: RefundLine, *, is_tax_included: bool) -> Line:
    net, tax = removed.net_ex_tax, removed.tax
    gross = net + tax if is_tax_included else net
    return _describe(item, f"{item.line_id}-removed", removed.quantity, (gross, 0, net, tax))


def _describe(item: _Priced, line_id: str, units: int, money: tuple[int, int, int, int]) -> Line:
    gross, discount, net, tax = money
    return Line(
        external_line_id=line_id,
        product_ref=item.node.find_identifier("product_id"),
        variant_ref=item.node.find_identifier("variant_id"),
        sku=item.node.text("sku"),
        title=item.node.text("title"),
        quantity=units,
        gross=gross,
        discount=discount,
        net_ex_tax=net,
        tax=tax,
        is_gift_card=item.node.flag("gift_card"),
        collections=_read_collections(item.node),
    )


def _read_collections(node: Node) -> tuple[str, ...] | None:
    """Return the collections an app put on the line: Shopify itself sends none."""
    found = node.values.get("collections")
    if not isinstance(found, list):
        return None
    return tuple(clean_text(str(ref))[:80] for ref in found if isinstance(ref, str | int))
