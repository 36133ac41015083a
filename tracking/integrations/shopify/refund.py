"""A Shopify refund: what money went back, and what it was for.

The same refund comes by refunds/create and inside every later body of its order, so the event is
read from the refund alone and is equal both ways.

Money is what the successful refund transactions say. Refunded shipping and `refund_line_items`
claim it, lines in proportion where less went back than they are worth; the rest is `amount`,
goods of no line with the tax in it. Duties and fees are no goods.
Sources: shopify.dev Refund and OrderAdjustment (since 2024-10 refunded shipping stands in
`refund_shipping_lines`); restocking fees and goodwill make lines and money differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import allocate, divide_half_up
from tracking.domain.events import RefundEvent, RefundKind, RefundLine, RefundStatus
from tracking.integrations.base import MAX_LINES, check_refund
from tracking.integrations.reading import Node
from tracking.integrations.shopify.money import (
    PRESENTMENT,
    SHOP,
    shop_amount,
    side_amount,
    side_currency,
)

_STATUSES: Mapping[RefundStatus, frozenset[str]] = {
    "succeeded": frozenset({"success"}),
    "pending": frozenset({"pending", "awaiting_response", "unknown"}),
    "failed": frozenset({"failure", "error"}),
}


@dataclass(frozen=True, slots=True)
class OrderHint:
    """What the order around an embedded refund says, and refunds/create leaves out."""

    order_id: str
    currency: str
    is_tax_included: bool


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund record. Without a transaction it is an edit that took `lines` off the order."""

    event: RefundEvent | None
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two currencies a refund is told in, and how its prices hold the tax."""

    name: str
    currency: str
    is_tax_included: bool = False


@dataclass(frozen=True, slots=True)
class _Claims:
    lines: tuple[RefundLine, ...]
    shipping: int
    other: int

    @property
    def goods(self) -> int:
        return sum(line.net_ex_tax + line.tax for line in self.lines)

    @property
    def total(self) -> int:
        return self.goods + self.shipping + self.other


def read_refund(body: Node, hint: OrderHint | None = None) -> Refund:
    """Read one refund record, alone or embedded in its order.

    :raises PayloadRefused: for what cannot be read exactly, and for money in a currency that the
        refund's own lines do not translate into the shop's.
    """
    transactions = [node for node in body.nodes("transactions") if node.text("kind") == "refund"]
    status, moved = _settle(body, transactions)
    currency = _read_currency(body, hint)
    side = _choose_side(body, moved, currency)
    money = sum(transaction.amount("amount", side.currency) for transaction in moved)
    is_included = hint.is_tax_included if hint else _guess_tax_included(body, side, money)
    claims = _read_claims(body, _Side(SHOP, currency, is_included))
    if not transactions:
        return Refund(None, claims.lines)
    if side.name == PRESENTMENT:
        told = _read_claims(body, _Side(PRESENTMENT, side.currency, is_included))
        money = _to_shop_money(body, money, told.total, claims.total)
    lines, amount, shipping = _assign(money, claims)
    event = RefundEvent(
        external_order_id=_read_order_id(body, hint),
        external_refund_id=body.identifier("id"),
        status=status,
        kind=_kind(lines, amount, shipping),
        currency=currency,
        occurred_at=body.find_time("processed_at") or body.find_time("created_at"),
        lines=lines,
        amount=amount,
        shipping=shipping,
        total=money,
        is_test=all(transaction.flag("test") for transaction in moved),
    )
    return Refund(check_refund(event), claims.lines)


def merge_lines(lines: Sequence[RefundLine]) -> tuple[RefundLine, ...]:
    """Add up what is told of one order line in several places, in the order of first mention."""
    found: dict[str, RefundLine] = {}
    for line in lines:
        known = found.get(line.external_line_id)
        found[line.external_line_id] = _add(known, line) if known else line
    return tuple(found.values())


def _settle(body: Node, transactions: Sequence[Node]) -> tuple[RefundStatus, list[Node]]:
    """Return the status and the transactions that tell its money: what succeeded comes first."""
    for status, words in _STATUSES.items():
        moved = [node for node in transactions if node.text("status") in words]
        if moved:
            return status, moved
    if transactions:
        body.refuse("unknown_status", "transactions.status")
    return "succeeded", []


def _read_currency(body: Node, hint: OrderHint | None) -> str:
    found = next((code for code in _shop_currencies(body) if code), hint.currency if hint else "")
    if not found:
        body.refuse("missing_field", "currency")
    if hint and found != hint.currency:
        body.refuse("currency_mismatch", "currency")
    return found


def _shop_currencies(body: Node) -> Iterator[str]:
    """Yield where a refund names the shop's currency, which it has no field of its own for."""
    yield side_currency(body, "total_duties_set", SHOP)
    for line in body.nodes("refund_line_items"):
        yield side_currency(line, "subtotal_set", SHOP)
    for line in body.nodes("refund_shipping_lines"):
        yield side_currency(line, "subtotal_amount_set", SHOP)
    for adjustment in body.nodes("order_adjustments"):
        yield side_currency(adjustment, "amount_set", SHOP)
    for transaction in body.nodes("transactions"):
        if transaction.has("currency"):
            yield transaction.currency("currency")


def _choose_side(body: Node, moved: Sequence[Node], currency: str) -> _Side:
    """Transactions are in the shopper's currency where the shop sells in several."""
    told = {node.currency("currency") if node.has("currency") else currency for node in moved}
    if len(told) > 1:
        body.refuse("currency_mismatch", "transactions")
    money_currency = told.pop() if told else currency
    return _Side(SHOP if money_currency == currency else PRESENTMENT, money_currency)


def _guess_tax_included(body: Node, side: _Side, money: int) -> bool:
    """Tell whether subtotals hold the tax, which refunds/create does not say.

    The money that went back tells if it fits one reading exactly; else the tax rate does.
    """
    lines = body.nodes("refund_line_items")
    taxed = [(_size(line, "subtotal", side), _size(line, "total_tax", side)) for line in lines]
    if not any(tax for _, tax in taxed) or any(tax > subtotal for subtotal, tax in taxed):
        return False
    outside = _read_claims(body, _Side(side.name, side.currency)).total
    inside = _read_claims(body, _Side(side.name, side.currency, is_tax_included=True)).total
    if money in (outside, inside):
        return money == inside
    return any(_looks_included(line, side) for line in lines)


def _looks_included(refunded: Node, side: _Side) -> bool:
    line = refunded.find_node("line_item")
    rates = [tax.values.get("rate") for tax in line.nodes("tax_lines")] if line else []
    rate = sum((r for r in rates if isinstance(r, Decimal)), start=Decimal(0))
    base = Decimal(_size(refunded, "subtotal", side))
    tax = _size(refunded, "total_tax", side)
    return rate > 0 and abs(tax - base * rate / (1 + rate)) < abs(tax - base * rate)


def _read_claims(body: Node, side: _Side) -> _Claims:
    nodes = body.nodes("refund_line_items", at_most=MAX_LINES)
    lines = merge_lines([_read_line(node, side) for node in nodes])
    other = sum(_size(body, name, side) for name in ("total_duties", "total_additional_fees"))
    return _Claims(lines, _read_shipping(body, side), other)


def _read_line(node: Node, side: _Side) -> RefundLine:
    if node.has("subtotal") or node.has("subtotal_set"):
        subtotal, tax = _size(node, "subtotal", side), _size(node, "total_tax", side)
    else:
        subtotal, tax = _value_of_units(node, side)
    net = subtotal - tax if side.is_tax_included else subtotal
    if net < 0:
        node.refuse("inconsistent_money", "total_tax")
    return RefundLine(node.identifier("line_item_id"), node.quantity("quantity"), net, tax)


def _value_of_units(node: Node, side: _Side) -> tuple[int, int]:
    """Reckon what older records leave out: the units' part of their line's price and tax."""
    line = node.node("line_item")
    units, quantity = node.quantity("quantity"), line.quantity("quantity")
    if side.name != SHOP or not 0 < units <= quantity:
        node.refuse("missing_field", "subtotal")
    discounts = line.nodes("discount_allocations")
    discount = sum(shop_amount(share, "amount", side.currency) for share in discounts)
    tax = sum(shop_amount(share, "price", side.currency) for share in line.nodes("tax_lines"))
    full = shop_amount(line, "price", side.currency) * units
    subtotal = full - divide_half_up(discount * units, quantity)
    return max(subtotal, 0), divide_half_up(tax * units, quantity)


def _read_shipping(body: Node, side: _Side) -> int:
    lines = body.nodes("refund_shipping_lines")
    fields = ("subtotal_amount", "tax_amount")
    if not lines:
        adjustments = body.nodes("order_adjustments")
        lines = [node for node in adjustments if node.text("kind") == "shipping_refund"]
        fields = ("amount", "tax_amount")
    counted = fields[:1] if side.is_tax_included else fields
    return sum(_size(line, name, side) for line in lines for name in counted)


def _size(node: Node, name: str, side: _Side) -> int:
    """Return an amount of one side without its sign: order adjustments are negative."""
    if side.name == SHOP and not node.has(f"{name}_set"):
        return abs(node.signed_amount(name, side.currency)) if node.has(name) else 0
    return side_amount(node, f"{name}_set", side.name, side.currency)


def _to_shop_money(body: Node, money: int, told: int, claimed: int) -> int:
    """Translate by the refund's own two-sided amounts: exact when they explain the money."""
    if told <= 0:
        told, claimed = _sum_adjustments(body, PRESENTMENT), _sum_adjustments(body, SHOP)
    if told <= 0:
        body.refuse("currency_mismatch", "transactions")
    return divide_half_up(money * claimed, told)


def _sum_adjustments(body: Node, side: str) -> int:
    return sum(
        side_amount(node, "amount_set", side, side_currency(node, "amount_set", side))
        for node in body.nodes("order_adjustments")
    )


def _assign(money: int, claims: _Claims) -> tuple[tuple[RefundLine, ...], int, int]:
    shipping = min(claims.shipping, money)
    goods = min(claims.goods, money - shipping)
    lines = claims.lines if goods == claims.goods else _scale(claims.lines, goods)
    return lines, max(0, money - shipping - goods - claims.other), shipping


def _scale(lines: Sequence[RefundLine], goods: int) -> tuple[RefundLine, ...]:
    shares = allocate(goods, [line.net_ex_tax + line.tax for line in lines])
    return tuple(_share(line, share) for line, share in zip(lines, shares, strict=True))


def _share(line: RefundLine, share: int) -> RefundLine:
    net, tax = allocate(share, [line.net_ex_tax, line.tax])
    return RefundLine(line.external_line_id, line.quantity, net, tax)


def _add(a: RefundLine, b: RefundLine) -> RefundLine:
    return RefundLine(
        a.external_line_id, a.quantity + b.quantity, a.net_ex_tax + b.net_ex_tax, a.tax + b.tax
    )


def _kind(lines: Sequence[RefundLine], amount: int, shipping: int) -> RefundKind:
    if lines:
        return "partial_line"
    return "shipping_only" if shipping and not amount else "amount_only"


def _read_order_id(body: Node, hint: OrderHint | None) -> str:
    if hint is None:
        return body.identifier("order_id")
    if body.has("order_id") and body.identifier("order_id") != hint.order_id:
        body.refuse("inconsistent_order", "order_id")
    return hint.order_id
