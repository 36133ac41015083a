"""The lines of a WooCommerce order, without tax: `subtotal` before discounts, `total` after.

Totals never hold the tax; `prices_include_tax` only tells how prices were entered. `price` is a
rounded number and is not read. A fee below zero is a discount that a plugin wrote as a fee, so it
is spread over the lines by value; a fee above zero is no goods and earns nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.money import allocate
from tracking.domain.events import Line
from tracking.integrations.base import MAX_LINES
from tracking.integrations.reading import Node, clean_text
from tracking.integrations.woocommerce.fields import (
    find_money,
    meta_values,
    money,
    read_quantity,
    signed_money,
)

# What the gift card plugins of WooCommerce and of PW write on the line that sells a card.
GIFT_CARD_META = (
    "wc_gc_giftcard_amount",
    "wc_gc_giftcards",
    "wc_gc_giftcard_to_multiple",
    "pw_gift_card_amount",
    "pw_gift_card_number",
)


def read_lines(order: Node, currency: str) -> tuple[tuple[Line, ...], int]:
    """Return the lines as placed or edited, before refunds, and what negative fees took off.

    :raises PayloadRefused: for what cannot be read exactly.
    """
    order.required("line_items")
    nodes = order.nodes("line_items", at_most=MAX_LINES)
    lines = [line for line in (_read_line(node, currency) for node in nodes) if line]
    net, tax = _sum_rebates(order, currency)
    return _take_off(lines, net, tax), min(net, sum(line.net_ex_tax for line in lines))


def _read_line(node: Node, currency: str) -> Line | None:
    quantity = read_quantity(node)
    net, tax = money(node, "total", currency), find_money(node, "total_tax", currency)
    before = find_money(node, "subtotal", currency)
    if quantity < 0:
        node.refuse("bad_quantity", "quantity")
    if not quantity and not net + tax + before:
        return None  # taken off the order, and still listed
    gross = max(before, net)  # a price raised by hand stands in the total alone
    return Line(
        external_line_id=node.identifier("id"),
        product_ref=_find_ref(node, "product_id"),
        variant_ref=_find_ref(node, "variation_id"),
        sku=node.text("sku"),
        title=node.text("name"),
        quantity=max(1, quantity),
        gross=gross,
        discount=gross - net,
        net_ex_tax=net,
        tax=tax,
        is_gift_card=any(True for _ in meta_values(node, *GIFT_CARD_META)),
        collections=_read_collections(node),
    )


def _find_ref(node: Node, name: str) -> str:
    """Return an id; 0 stands for none."""
    found = node.find_identifier(name)
    return "" if found == "0" else found


def _read_collections(node: Node) -> tuple[str, ...] | None:
    """Return the categories that code of the shop put on the line: WooCommerce sends none."""
    found = node.values.get("collections")
    if not isinstance(found, list):
        return None
    return tuple(clean_text(str(ref))[:80] for ref in found if isinstance(ref, str | int))


def _sum_rebates(order: Node, currency: str) -> tuple[int, int]:
    net = tax = 0
    for fee in order.nodes("fee_lines"):
        total = signed_money(fee, "total", currency)
        if total < 0:
            net -= total
            tax += max(0, -signed_money(fee, "total_tax", currency)) if fee.has("total_tax") else 0
    return net, tax


def _take_off(lines: Sequence[Line], net: int, tax: int) -> tuple[Line, ...]:
    if not lines or not net + tax:
        return tuple(lines)
    nets, taxes = [line.net_ex_tax for line in lines], [line.tax for line in lines]
    net_shares = allocate(min(net, sum(nets)), nets)
    tax_shares = allocate(min(tax, sum(taxes)), taxes)
    return tuple(
        replace(
            line,
            discount=line.discount + of_net,
            net_ex_tax=line.net_ex_tax - of_net,
            tax=line.tax - of_tax,
        )
        for line, of_net, of_tax in zip(lines, net_shares, tax_shares, strict=True)
    )
