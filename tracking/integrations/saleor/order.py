"""A Saleor order, as the query of `docs/stores/saleor.md` asks for it.

- Every price is gross, net and tax at once; net is what counts, however prices are shown.
- Paid: what was charged and what went back again make up the total. `totalCharged` falls with
  each refund, so it alone does not tell. The time is that of the last successful charge, else of
  the body's own change, the earliest of which stays.
- Older shops keep a discount of the whole order out of the lines. What discounts took off beyond
  the lines is spread over these.
- Refunds: granted ones that succeeded name their lines; `totalRefunded` tells what else went back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
from tracking.integrations.reading import Node, clean_text, microseconds
from tracking.integrations.sums import (
    Item,
    make_line,
    make_refund,
    running_refund,
    spread,
    take_units,
)
from tracking.services.adapters import HashEmail

SUCCESS = "SUCCESS"


@dataclass(frozen=True, slots=True)
class _Price:
    """A price of Saleor, whose parts add up."""

    gross: int
    net: int
    tax: int


def read_order(body: Node, hash_email: HashEmail) -> tuple[OrderSnapshot, tuple[RefundEvent, ...]]:
    """Read an order.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    currency = body.node("total").node("gross").currency("currency")
    total, shipping = (
        read_price(body, "total", currency),
        read_price(body, "shippingPrice", currency),
    )
    body.required("lines")
    lines = tuple(_read_line(node, currency) for node in body.nodes("lines", at_most=MAX_LINES))
    lines = _take_off(lines, _find_rest(body, currency, lines, total.gross - shipping.gross))
    refunded = money(body, "totalRefunded", currency)
    status, paid_at = _read_payment(body, currency, total.gross, refunded)
    snapshot = OrderSnapshot(
        external_order_id=body.identifier("id"),
        external_number=body.text("number", at_most=80),
        version=microseconds(body.time("updatedAt")),
        status=status,
        currency=currency,
        total=total.gross,
        lines=lines,
        placed_at=body.time("created"),
        paid_at=paid_at,
        shipping=shipping.net,
        shipping_tax=shipping.tax,
        tax_total=total.tax,
        discounts=tuple(_read_discounts(body, currency)),
        customer=_read_customer(body, hash_email),
        clicks=collect_clicks(_click_candidates(body)),
    )
    running = running_refund(order_id=snapshot.external_order_id, currency=currency, total=refunded)
    return check_snapshot(snapshot), (*_read_granted(body, snapshot), *running)


def money(node: Node, name: str, currency: str) -> int:
    """Return `{"amount": 36.36, "currency": "USD"}` as minor units."""
    found = node.node(name)
    if found.has("currency") and found.currency("currency") != currency:
        found.refuse("currency_mismatch", "currency")
    return found.amount("amount", currency)


def read_price(node: Node, name: str, currency: str) -> _Price:
    found = node.node(name)
    gross, net = money(found, "gross", currency), money(found, "net", currency)
    tax = money(found, "tax", currency) if found.has("tax") else gross - net
    if gross != net + tax:
        found.refuse("inconsistent_money", "gross")
    return _Price(gross, net, tax)


def _read_line(node: Node, currency: str) -> Line:
    quantity = node.quantity("quantity")
    price = read_price(node, "totalPrice", currency)
    before = price.net
    if node.has("undiscountedTotalPrice"):
        before = read_price(node, "undiscountedTotalPrice", currency).net
    elif node.has("undiscountedUnitPrice"):
        before = read_price(node, "undiscountedUnitPrice", currency).net * quantity
    gross = max(before, price.net)
    return make_line(
        _read_item(node, quantity), gross=gross, discount=gross - price.net, tax=price.tax
    )


def _read_item(node: Node, quantity: int) -> Item:
    variant = node.find_node("variant") or Node({}, "variant")
    product = variant.find_node("product") or Node({}, "variant.product")
    kind = product.find_node("productType") or Node({}, "productType")
    sold = node.text("variantName")
    return Item(
        line_id=node.identifier("id"),
        product_ref=product.find_identifier("id"),
        variant_ref=variant.find_identifier("id"),
        sku=node.text("productSku"),
        title=f"{node.text('productName')} {sold}".strip()[:200],
        quantity=quantity,
        is_gift_card=kind.text("kind") == "GIFT_CARD",
        collections=_read_collections(product),
    )


def _read_collections(product: Node) -> tuple[str, ...] | None:
    """Return the slugs of collections and category, where the query asked for them."""
    if not (product.has("collections") or product.has("category")):
        return None
    places = product.nodes("collections")
    category = product.find_node("category")
    places += [category] if category else []
    return tuple(clean_text(node.text("slug"))[:80] for node in places if node.has("slug"))


def _find_rest(body: Node, currency: str, lines: Sequence[Line], goods: int) -> int:
    """Return what discounts of the whole order took off goods beyond the lines' own."""
    worth = sum(line.net_ex_tax + line.tax for line in lines)
    told = sum(_discount_amount(node, currency) for node in body.nodes("discounts"))
    in_lines = sum(line.discount for line in lines)
    return min(max(0, worth - goods), max(0, told - in_lines))


def _take_off(lines: tuple[Line, ...], rest: int) -> tuple[Line, ...]:
    shares = spread(rest, [line.net_ex_tax + line.tax for line in lines])
    return tuple(_lower(line, share) for line, share in zip(lines, shares, strict=True))


def _lower(line: Line, share: int) -> Line:
    if not share:
        return line
    net, tax = allocate(share, [line.net_ex_tax, line.tax])
    return replace(
        line,
        discount=line.discount + net,
        net_ex_tax=line.net_ex_tax - net,
        tax=line.tax - tax,
    )


def _read_payment(
    body: Node, currency: str, total: int, refunded: int
) -> tuple[OrderStatus, datetime | None]:
    charged = money(body, "totalCharged", currency)
    status = _payment_status(charged, refunded, total)
    paid_at = _read_paid_at(body) if charged + refunded >= total else None
    words: dict[str, OrderStatus] = {"CANCELED": "cancelled", "EXPIRED": "failed"}
    if body.text("status") in {"DRAFT", "UNCONFIRMED"}:
        return "pending", None
    return words.get(body.text("status"), status), paid_at


def _payment_status(charged: int, refunded: int, total: int) -> OrderStatus:
    if charged + refunded < total:
        return "partially_paid" if charged + refunded else "pending"
    if refunded:
        return "partially_refunded" if charged else "refunded"
    return "paid"


def _read_paid_at(body: Node) -> datetime:
    """Return when the last charge went through."""
    events = [event for node in body.nodes("transactions") for event in node.nodes("events")]
    charges = [event for event in events if event.text("type") == "CHARGE_SUCCESS"]
    return max((event.time("createdAt") for event in charges), default=body.time("updatedAt"))


def _read_discounts(body: Node, currency: str) -> Iterator[Discount]:
    nodes = body.nodes("discounts")
    raw = body.text("voucherCode")
    if raw:
        amounts = [_discount_amount(n, currency) for n in nodes if n.text("type") == "VOUCHER"]
        yield Discount("code", sum(amounts), normalise_code(raw), raw)
    for node in nodes:
        if node.text("type") != "VOUCHER" or not raw:
            kind = node.text("type")
            amount = _discount_amount(node, currency)
            yield Discount("manual" if kind == "MANUAL" else "automatic", amount)


def _discount_amount(node: Node, currency: str) -> int:
    return money(node, "total" if node.has("total") else "amount", currency)


def _read_customer(body: Node, hash_email: HashEmail) -> Customer:
    user = body.find_node("user") or Node({}, "user")
    written = (body.text("userEmail"), user.text("email"))
    email = next((found for found in map(normalise_email, written) if found), "")
    address = body.find_node("shippingAddress") or body.find_node("billingAddress")
    country = address.find_node("country") if address else None
    return Customer(
        external_id=user.find_identifier("id"),
        email_hash=hash_email(email) if email else "",
        country=normalise_country(country.text("code")) if country else "",
    )


def _click_candidates(body: Node) -> Iterator[tuple[object, str]]:
    for entry in body.nodes("metadata"):
        if entry.text("key") in {CLICK_PARAMETER, f"_{CLICK_PARAMETER}"}:
            yield entry.values.get("value"), "metadata"


def _read_granted(body: Node, order: OrderSnapshot) -> Iterator[RefundEvent]:
    for node in body.nodes("grantedRefunds"):
        total = money(node, "amount", order.currency)
        if node.text("status") != SUCCESS or not total:
            continue
        with_shipping = node.flag("shippingCostsIncluded")
        yield make_refund(
            order_id=order.external_order_id,
            refund_id=node.identifier("id"),
            currency=order.currency,
            total=total,
            lines=_read_granted_lines(node, order),
            shipping=order.shipping + order.shipping_tax if with_shipping else 0,
            occurred_at=node.find_time("createdAt"),
        )


def _read_granted_lines(node: Node, order: OrderSnapshot) -> list[RefundLine]:
    by_id = {line.external_line_id: line for line in order.lines}
    named = [
        (line.node("orderLine").identifier("id"), line.quantity("quantity"))
        for line in node.nodes("lines", at_most=MAX_LINES)
    ]
    return [take_units(by_id[line_id], units) for line_id, units in named if line_id in by_id]
