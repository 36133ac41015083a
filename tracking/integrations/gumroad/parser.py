"""From a ping to the sale that has to be looked up, and from that to canonical events.

Only a ping tells the currency and what stood in the address of the product page, so the currency
goes along to the fetch, and the click is kept at once: an order that is not known to be paid.
`order.fetched` is what the API told: `{"currency": …, "answer": {"sale": …}}`.
"""

from collections.abc import Iterator, Mapping

from core.money import EXPONENTS
from core.signing import Headers, normalise_email
from tracking.domain.events import (
    CanonicalEvent,
    Customer,
    Discount,
    DisputeEvent,
    Line,
    OrderSnapshot,
    RefundEvent,
    Subscription,
)
from tracking.integrations.base import (
    CLICK_PARAMETER,
    check_refund,
    check_snapshot,
    collect_clicks,
    normalise_code,
)
from tracking.integrations.gumroad.form import read_form
from tracking.integrations.minor import minor
from tracking.integrations.reading import Node, load_object, microseconds
from tracking.services.adapters import IRRELEVANT, NO_REVENUE, HashEmail, Parsed, PayloadRefused

FETCHED = "order.fetched"
SALES = frozenset({"sale", "refund", "dispute", "dispute_won"})
CLICK_FIELDS = (f"url_params[{CLICK_PARAMETER}]", CLICK_PARAMETER)


def parse(
    *,
    topic: str,
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a ping into what has to be looked up, and an answer into events.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    if topic == FETCHED:
        return Parsed(tuple(_read_sale(load_object(body), hash_email)))
    form = read_form(body)
    if topic not in SALES:
        return Parsed((), IRRELEVANT)
    if form.get("test") == "true":
        return Parsed((), NO_REVENUE)
    currency, sale = _read_currency(form), _read_id(form)
    return Parsed(tuple(_keep_click(form, sale, currency)), fetch=(f"{currency}/{sale}",))


def _keep_click(form: Mapping[str, str], sale: str, currency: str) -> Iterator[OrderSnapshot]:
    clicks = collect_clicks((form.get(name), "url_params") for name in CLICK_FIELDS)
    if clicks and form.get("is_recurring_charge") != "true":
        yield OrderSnapshot(
            external_order_id=sale,
            external_number="",
            version=0,
            status="pending",
            currency=currency,
            total=0,
            lines=(),
            clicks=clicks,
        )


def _read_id(form: Mapping[str, str]) -> str:
    sale = Node(form).identifier("sale_id")
    if len(sale) > 70:  # the currency stands before it
        raise PayloadRefused("bad_identifier", "sale_id")
    return sale


def _read_currency(form: Mapping[str, str]) -> str:
    code = form.get("currency", "").upper()
    if code not in EXPONENTS:
        raise PayloadRefused("unknown_currency", "currency")
    return code


def _read_sale(body: Node, hash_email: HashEmail) -> Iterator[CanonicalEvent]:
    currency, sale = body.currency("currency"), body.node("answer").node("sale")
    price = minor(sale, "price", currency)
    at = sale.time("created_at")
    refunded = _read_refunded(sale, price, currency)
    states = ("partially_refunded", "refunded", "disputed", "chargedback", "dispute_won")
    rank = sum(2**place for place, name in enumerate(states) if sale.flag(name))
    email = normalise_email(sale.text("email"))
    snapshot = check_snapshot(
        OrderSnapshot(
            external_order_id=sale.identifier("id"),
            external_number=sale.find_identifier("order_id"),
            version=microseconds(at) + rank,
            status="refunded" if refunded == price and price else "paid",
            currency=currency,
            total=price,
            lines=(_read_line(sale, price),),
            placed_at=at,
            paid_at=at,
            discounts=tuple(_read_discounts(sale)),
            customer=Customer(
                external_id=sale.find_identifier("purchaser_id"),
                email_hash=hash_email(email) if email else "",
            ),
            subscription=_read_subscription(sale),
        )
    )
    yield snapshot
    if refunded:
        yield check_refund(
            RefundEvent(
                external_order_id=snapshot.external_order_id,
                external_refund_id=snapshot.external_order_id,
                status="succeeded",
                kind="amount_only",
                currency=currency,
                occurred_at=None,
                amount=refunded,
                total=refunded,
                cumulative_total=refunded,
            )
        )
    yield from _read_dispute(sale, snapshot)


def _read_line(sale: Node, price: int) -> Line:
    quantity = sale.quantity("quantity") if sale.has("quantity") else 1
    return Line(
        external_line_id=sale.identifier("id"),
        product_ref=sale.find_identifier("product_id"),
        variant_ref="",
        sku=sale.text("product_permalink"),
        title=sale.text("product_name"),
        quantity=max(1, quantity),
        gross=price,
        discount=0,
        net_ex_tax=price,
        tax=0,
    )


def _read_refunded(sale: Node, price: int, currency: str) -> int:
    """Return what was given back: all of it, or all but what can still be given back."""
    if sale.flag("refunded"):
        return price
    if not sale.flag("partially_refunded"):
        return 0
    left = sale.amount("amount_refundable_in_currency", currency)
    if left > price:
        sale.refuse("inconsistent_money", "amount_refundable_in_currency")
    return price - left


def _read_discounts(sale: Node) -> Iterator[Discount]:
    """Yield the code; what it took off is not told, the price is what is left."""
    offer = sale.values.get("offer_code")
    raw = Node(offer, "offer_code").text("name") if isinstance(offer, dict) else ""
    if raw:
        yield Discount("code", 0, normalise_code(raw), raw)


def _read_subscription(sale: Node) -> Subscription:
    external_id = sale.find_identifier("subscription_id")
    if not external_id:
        return Subscription()
    return Subscription("renewal" if sale.flag("recurring_charge") else "initial", external_id)


def _read_dispute(sale: Node, order: OrderSnapshot) -> Iterator[DisputeEvent]:
    if sale.flag("disputed") or sale.flag("chargedback"):
        status = "won" if sale.flag("dispute_won") else "opened"
        yield DisputeEvent(
            external_order_id=order.external_order_id,
            external_dispute_id=order.external_order_id,
            status="lost" if status != "won" and sale.flag("chargedback") else status,  # type: ignore[arg-type]
            occurred_at=None,
        )
