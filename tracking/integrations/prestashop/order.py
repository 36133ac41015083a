"""A PrestaShop order.

- Amounts with tax are what is charged, and exact. Those without it are kept with six decimals, so
  rows are rounded and then made to add up to the order's own totals; where these are further away
  than rounding can be, the order is refused.
- Cart rules are told for the whole order and spread by value; one that makes shipping free takes
  shipping off first.
- Paid: `valid`, at the time of the invoice. An order that has an invoice and is valid no more was
  cancelled or given back.
- Refunds: order slips, with their lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.money import allocate
from core.signing import normalise_email
from tracking.domain.events import (
    Customer,
    Discount,
    Line,
    OrderSnapshot,
    OrderStatus,
    RefundEvent,
    RefundLine,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    MAX_LINES,
    check_snapshot,
    collect_clicks,
    normalise_code,
    normalise_country,
)
from tracking.integrations.prestashop.fields import find_time, find_zone, is_set, time
from tracking.integrations.reading import Node, microseconds
from tracking.integrations.sums import (
    Item,
    make_line,
    make_refund,
    read_rounded,
    read_units,
    spread,
)
from tracking.services.adapters import HashEmail

_MARK = re.compile(rf"{CLICK_PARAMETER}[=:]\s*([A-Za-z0-9_-]{{1,200}})")


@dataclass(frozen=True, slots=True)
class _Sum:
    """An amount without tax, and the tax of it."""

    net: int
    tax: int


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read a body.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency, zone = body.currency("currency"), find_zone(body)
    order = body.node("order")
    rules = body.nodes("cart_rules")
    discount, shipping = _read_discount(order, rules, currency)
    lines, rest = _read_lines(order, currency, discount)
    paid_at = _find_paid_at(order, zone)
    order_id = order.identifier("id")
    refunds = tuple(
        _read_slip(node, order_id, currency, zone) for node in body.nodes("order_slips")
    )
    snapshot = OrderSnapshot(
        external_order_id=order_id,
        external_number=order.text("reference", at_most=80),
        version=microseconds(time(order, "date_upd", zone)),
        status=_read_status(order, refunds),
        currency=currency,
        total=order.amount("total_paid_tax_incl", currency),
        lines=lines,
        placed_at=time(order, "date_add", zone),
        paid_at=paid_at,
        shipping=max(0, shipping.net - rest.net),
        shipping_tax=max(0, shipping.tax - rest.tax),
        tax_total=_total_tax(order, currency),
        discounts=tuple(_read_discounts(rules, currency)),
        customer=_read_customer(body, order, hash_email),
        clicks=collect_clicks(_click_candidates(order)),
    )
    return check_snapshot(snapshot), tuple(refund for refund in refunds if refund.total)


def _read_sum(node: Node, name: str, currency: str, *, net_name: str) -> _Sum:
    """Read an amount with tax exactly, and the same without it, rounded."""
    gross, net = node.amount(name, currency), read_rounded(node, net_name, currency)
    if net > gross:
        node.refuse("inconsistent_money", net_name)
    return _Sum(net, gross - net)


def _total(order: Node, name: str, currency: str) -> _Sum:
    return _read_sum(order, f"{name}_tax_incl", currency, net_name=f"{name}_tax_excl")


def _read_discount(order: Node, rules: list[Node], currency: str) -> tuple[_Sum, _Sum]:
    """Return what cart rules took off goods, and what shipping costs after them."""
    discount, shipping = (_total(order, f"total_{n}", currency) for n in ("discounts", "shipping"))
    if not any(rule.text("free_shipping") == "1" for rule in rules):
        return discount, shipping
    net, tax = min(discount.net, shipping.net), min(discount.tax, shipping.tax)
    goods = _Sum(discount.net - net, discount.tax - tax)
    return goods, _Sum(shipping.net - net, shipping.tax - tax)


def _read_lines(order: Node, currency: str, discount: _Sum) -> tuple[tuple[Line, ...], _Sum]:
    """Return the lines, and what of the discount is more than goods are worth."""
    order.required("associations")
    rows = order.node("associations").nodes("order_rows", at_most=MAX_LINES)
    with_tax = _fit(order, rows, "unit_price_tax_incl", "total_products_wt", currency)
    nets = _fit(order, rows, "unit_price_tax_excl", "total_products", currency)
    taxes = [max(0, gross - net) for gross, net in zip(with_tax, nets, strict=True)]
    off_nets, off_taxes = spread(discount.net, nets), spread(discount.tax, taxes)
    lines = tuple(
        make_line(_read_item(row), gross=net, discount=off_net, tax=tax - off_tax)
        for row, net, tax, off_net, off_tax in zip(
            rows, nets, taxes, off_nets, off_taxes, strict=True
        )
    )
    return lines, _Sum(discount.net - sum(off_nets), discount.tax - sum(off_taxes))


def _fit(order: Node, rows: list[Node], name: str, total_name: str, currency: str) -> list[int]:
    """Return what each row is worth, rounded so that together they are the order's own total."""
    units = [read_units(row, "product_quantity") for row in rows]
    worth = [read_rounded(row, name, currency, n) for row, n in zip(rows, units, strict=True)]
    total = read_rounded(order, total_name, currency)
    if abs(sum(worth) - total) > sum(units):
        order.refuse("inconsistent_money", total_name)
    return allocate(total, worth) if rows else []


def _read_item(row: Node) -> Item:
    variant = row.find_identifier("product_attribute_id")
    return Item(
        line_id=row.identifier("id"),
        product_ref=row.find_identifier("product_id"),
        variant_ref="" if variant == "0" else variant,
        sku=row.text("product_reference"),
        title=row.text("product_name"),
        quantity=max(1, read_units(row, "product_quantity")),
    )


def _total_tax(order: Node, currency: str) -> int:
    return _total(order, "total_paid", currency).tax


def _find_paid_at(order: Node, zone: ZoneInfo) -> datetime | None:
    if not (is_set(order, "valid") or _has_invoice(order)):
        return None
    return find_time(order, "invoice_date", zone) or time(order, "date_upd", zone)


def _has_invoice(order: Node) -> bool:
    return order.text("invoice_number") not in ("", "0")


def _read_status(order: Node, slips: tuple[RefundEvent, ...]) -> OrderStatus:
    if not is_set(order, "valid"):
        return "cancelled" if _has_invoice(order) else "pending"
    return "partially_refunded" if any(slip.total for slip in slips) else "paid"


def _read_discounts(rules: list[Node], currency: str) -> Iterator[Discount]:
    for rule in rules:
        raw = rule.text("code")
        amount = rule.amount("value", currency)
        yield Discount("code" if raw else "automatic", amount, normalise_code(raw), raw)


def _read_customer(body: Node, order: Node, hash_email: HashEmail) -> Customer:
    customer = body.find_node("customer") or Node({}, "customer")
    email = normalise_email(customer.text("email"))
    external_id = order.find_identifier("id_customer")
    return Customer(
        external_id="" if external_id == "0" else external_id,
        email_hash=hash_email(email) if email else "",
        country=normalise_country(body.text("country")),
    )


def _click_candidates(order: Node) -> Iterator[tuple[object, str]]:
    """Yield what a module of the shop noted on the order."""
    for name in ("note", "gift_message"):
        value = order.values.get(name)
        if isinstance(value, str):
            yield from ((token, "order_note") for token in _MARK.findall(value[:4000]))


def _read_slip(node: Node, order_id: str, currency: str, zone: ZoneInfo) -> RefundEvent:
    if node.has("id_order") and node.identifier("id_order") != order_id:
        node.refuse("inconsistent_order", "id_order")
    products = _total(node, "total_products", currency)
    shipping = _total(node, "total_shipping", currency)
    back = shipping.net + shipping.tax
    return make_refund(
        order_id=order_id,
        refund_id=node.identifier("id"),
        currency=currency,
        total=products.net + products.tax + back,
        lines=_read_slip_lines(node, currency),
        shipping=back,
        occurred_at=find_time(node, "date_add", zone),
    )


def _read_slip_lines(node: Node, currency: str) -> Iterator[RefundLine]:
    associations = node.find_node("associations")
    details = associations.nodes("order_slip_details") if associations else []
    for detail in details:
        worth = _read_sum(detail, "amount_tax_incl", currency, net_name="amount_tax_excl")
        units = read_units(detail, "product_quantity")
        yield RefundLine(detail.identifier("id_order_detail"), units, worth.net, worth.tax)
