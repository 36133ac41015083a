"""Read once what looks beyond an order, keep it as the order's decision, and price by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.models import Q

from affiliates.models import Enrollment
from affiliates.selectors_moves import find_group_at
from brands.domain.bases import BasePolicy
from brands.domain.pricing import Pricing, price_order
from brands.domain.rules import (
    KnownProduct,
    LineMatch,
    PriceContext,
    PriceLine,
    PriceOrder,
    Rule,
    ask_for_collections,
    match_lines,
)
from brands.selectors import get_base_policy, list_rules_at, list_rules_of
from core.money import allocate
from tracking.domain.merge import OrderState, list_versions
from tracking.domain.reasons import WON_BOUND
from tracking.domain.standing import (
    RefundTotals,
    commissionable,
    effective_placed_at,
    refund_totals,
)
from tracking.models import (
    Attribution,
    Commission,
    CommissionKind,
    CustomerBinding,
    Decision,
    Order,
    OrderKind,
)
from tracking.services.caps import Share, read_caps, take_share
from tracking.services.products import find_products
from tracking.services.subscriptions import read_payment

LEAD_LINE = PriceLine(
    line_id="lead",
    product_ref="",
    variant_ref="",
    sku="",
    title="",
    collections=None,
    quantity=1,
    gross=0,
    discount=0,
    net_ex_tax=0,
    tax=0,
    is_lead=True,
)


@dataclass(frozen=True, slots=True)
class Priced:
    """What an order earns by a decision, and what the decision then knows of the order."""

    pricing: Pricing
    context: PriceContext
    matches: tuple[LineMatch, ...]


def price(
    *,
    commission: Commission,
    order: Order,
    state: OrderState,
    attribution: Attribution,
    now: datetime,
) -> Pricing:
    """Return what the order earns the creator it is attributed to, and keep what it was priced by.

    A pure function of the decision and of all that is known of the order: no matter in which
    order its versions came, the result is the same. Where it would grow it asks the caps again,
    and what they leave is kept in the decision; see `take_share`.
    """
    decision = ensure_decision(order=order, state=state, attribution=attribution, now=now)
    _count_payment(decision, order)
    rules = list_rules_of(decision.rule_set)
    _look_up_products(decision, order, state, rules)

    def price_it() -> Priced:
        return price_decided(decision=decision, rules=rules, state=state, attribution=attribution)

    priced = price_it()
    if _ask_caps(decision, commission, priced.pricing):
        priced = price_it()
    _keep(decision, priced.context, priced.matches)
    return priced.pricing


def price_decided(
    *,
    decision: Decision,
    rules: tuple[Rule, ...],
    state: OrderState,
    attribution: Attribution,
) -> Priced:
    """Work out what the order earns by a decision that was made; asks and writes nothing."""
    base = BasePolicy.from_json(decision.base)
    context = _of_this_order(PriceContext.from_json(decision.context), state, attribution)
    versions = [
        to_price_order(replace(state, snapshot=version), base=base, products=context.products)
        for version in list_versions(state)
    ]
    matches: tuple[LineMatch, ...] = ()
    for version in versions:
        previous = {match.line_id: match for match in matches}
        matches = match_lines(order=version, rules=rules, context=context, previous=previous)
    pricing = price_order(
        order=versions[-1], rules=rules, base=base, context=context, matches=matches
    )
    return Priced(pricing, context, matches)


def ensure_decision(
    *, order: Order, state: OrderState, attribution: Attribution, now: datetime
) -> Decision:
    """Return the order's decision for this creator; made at first pricing, never read again.

    What it consumes is locked while it is made: the customer's history in the brand.
    """
    current = Decision.objects.filter(order=order, is_current=True).first()
    if current is not None and current.enrollment_id == attribution.enrollment_id:
        return current
    if current is not None:
        Decision.objects.filter(pk=current.pk).update(is_current=False)
    return _decide(order, state, attribution, now)


def redecide_group(*, decision: Decision, group_id: int, now: datetime) -> Decision:
    """Replace the decision of a locked order by one with another group, all else as it was.

    Where the order earns more by it, it asks the caps again as any order that grows.
    """
    context = PriceContext.from_json(decision.context)
    Decision.objects.filter(pk=decision.pk).update(is_current=False)
    return Decision.objects.create(
        brand_id=decision.brand_id,
        order=decision.order,
        enrollment=decision.enrollment,
        rule_set=decision.rule_set,
        context=replace(context, group_id=group_id).to_json(),
        base=decision.base,
        at=now,
    )


def find_kept_rate(order: Order, attribution: Attribution) -> datetime | None:
    """Return when the customer of an order came, where that time's rates hold for all of his."""
    if attribution.code != WON_BOUND or not order.customer_hash:
        return None
    kept = CustomerBinding.objects.filter(
        enrollment=attribution.enrollment_id, customer_hash=order.customer_hash, is_rate_kept=True
    )
    return kept.values_list("bound_at", flat=True).first()


def to_price_order(
    state: OrderState, *, base: BasePolicy, products: Sequence[KnownProduct] = ()
) -> PriceOrder:
    """Return the merged order as pricing sees it; a lead is one line, in the program's currency.

    `products`: collections of lines whose store did not say them.
    """
    snapshot = state.snapshot
    assert snapshot is not None  # noqa: S101
    standing = commissionable(state)
    if snapshot.kind == "lead":
        return PriceOrder(
            currency=base.currency,
            lines=(LEAD_LINE,),
            order_value=0,
            is_void=not standing.is_commissionable,
            void_reason=standing.code,
        )
    refunds = refund_totals(state)
    back = {line.external_line_id: line for line in refunds.lines}
    listed = {(one.product_ref, one.sku): one.collections for one in products}
    lines = [
        PriceLine(
            line_id=line.external_line_id,
            product_ref=line.product_ref,
            variant_ref=line.variant_ref,
            sku=line.sku,
            title=line.title,
            collections=listed.get((line.product_ref, line.sku))
            if line.collections is None
            else line.collections,
            quantity=line.quantity,
            gross=line.gross,
            discount=line.discount,
            net_ex_tax=line.net_ex_tax,
            tax=line.tax,
            is_gift_card=line.is_gift_card,
            refunded_quantity=back[line.external_line_id].quantity,
            refunded_net=back[line.external_line_id].net_ex_tax,
            refunded_tax=back[line.external_line_id].tax,
        )
        for line in snapshot.lines
    ]
    if base.include_shipping and snapshot.shipping:
        lines.append(_shipping_line(snapshot.shipping, snapshot.shipping_tax, refunds))
    return PriceOrder(
        currency=snapshot.currency,
        lines=tuple(lines),
        order_value=sum(line.net_ex_tax for line in snapshot.lines),
        amount_refunded=refunds.unassigned_net,
        is_void=not standing.is_commissionable,
        void_reason=standing.code,
    )


def _shipping_line(shipping: int, tax: int, refunds: RefundTotals) -> PriceLine:
    """`shipping` is without its tax, a refund of shipping is with it: split by their proportion."""
    back = min(refunds.shipping, shipping + tax)
    net_back, tax_back = allocate(back, [shipping, tax])
    return PriceLine(
        line_id="shipping",
        product_ref="",
        variant_ref="",
        sku="",
        title="",
        collections=None,
        quantity=1,
        gross=shipping,
        discount=0,
        net_ex_tax=shipping,
        tax=tax,
        is_shipping=True,
        refunded_net=net_back,
        refunded_tax=tax_back,
    )


def currency_of(state: OrderState, enrollment: Enrollment) -> str:
    """Return what an order earns in: its own currency; a lead, which names none, the program's."""
    assert state.snapshot is not None  # noqa: S101
    return state.snapshot.currency or enrollment.program.currency


def is_repeated_lead(order: Order, state: OrderState, enrollment: Enrollment) -> bool:
    """Tell whether another lead of the same customer earns in the program already.

    Asked under a lock of the customer, so that of several at once one alone earns.
    """
    assert state.snapshot is not None  # noqa: S101
    if state.snapshot.kind != "lead" or not order.customer_hash:
        return False
    _lock_text(f"customer:{order.brand_id}:{order.customer_hash}")
    others = Commission.objects.filter(
        Q(amount_minor__gt=0) | Q(has_unposted_change=True),
        program_id=enrollment.program_id,
        kind=CommissionKind.LEAD,
        order__customer_hash=order.customer_hash,
    )
    return others.exclude(order=order).exists()


def _decide(order: Order, state: OrderState, attribution: Attribution, now: datetime) -> Decision:
    enrollment = attribution.enrollment
    assert enrollment is not None and state.snapshot is not None  # noqa: S101
    placed_at = effective_placed_at(state) or now
    rates_of = find_kept_rate(order, attribution) or placed_at
    rule_set, _ = list_rules_at(enrollment.program, rates_of)
    context = PriceContext(
        group_id=find_group_at(enrollment, rates_of).pk,
        enrollment_id=enrollment.pk,
        is_new_customer=_is_new_customer(order, state, placed_at),
        country="",  # this and the signal are the order's own: filled in at every pricing
        signal=attribution.signal,  # type: ignore[arg-type]
        caps=read_caps(enrollment.program, currency_of(state, enrollment)),
    )
    return Decision.objects.create(
        brand_id=order.brand_id,
        order=order,
        enrollment=enrollment,
        rule_set=rule_set,
        context=_of_this_order(context, state, attribution).to_json(),
        base=get_base_policy(enrollment.program).to_json(),
        at=now,
    )


def _is_new_customer(order: Order, state: OrderState, placed_at: datetime) -> bool | None:
    """Tell by earlier orders of that address here; without an address by the store's word."""
    assert state.snapshot is not None  # noqa: S101
    customer = state.snapshot.customer
    if not customer.email_hash:
        return customer.is_first_order
    _lock_text(f"customer:{order.brand_id}:{customer.email_hash}")
    earlier = Order.objects.filter(
        brand_id=order.brand_id,
        kind=OrderKind.ORDER,
        customer_hash=customer.email_hash,
        placed_at__lt=placed_at,
    )
    return not earlier.filter(is_test=False).exclude(pk=order.pk).exists()


def _of_this_order(
    context: PriceContext, state: OrderState, attribution: Attribution
) -> PriceContext:
    """Return the context with the order's own facts as they are known now.

    The country is the first that any version told: an edit may leave it out, and keeps its rate.
    """
    countries = (version.customer.country for version in list_versions(state))
    return replace(
        context,
        country=next(filter(None, countries), ""),
        signal=attribution.signal,  # type: ignore[arg-type]
        code=str(attribution.params.get("code") or "").casefold(),
    )


def _look_up_products(
    decision: Decision, order: Order, state: OrderState, rules: Sequence[Rule]
) -> None:
    """Keep the collections of products the decision has not met before, where a rule asks."""
    if not ask_for_collections(rules):
        return
    context = PriceContext.from_json(decision.context)
    met = {(one.product_ref, one.sku) for one in context.products}
    lines = [line for version in list_versions(state) for line in version.lines]
    asked = {(line.product_ref, line.sku) for line in lines if line.collections is None}
    if new := asked - met:
        found = find_products(order.connection_id, new)
        context = replace(context, products=(*context.products, *found))
        decision.context = context.to_json()
        decision.save(update_fields=["context"])


def _count_payment(decision: Decision, order: Order) -> None:
    """Keep which payment of its subscription the order is.

    An earlier order that arrives late still moves it while the commission is pending; what was
    released keeps the number it was released by.
    """
    released = Commission.objects.filter(
        order=order, enrollment=decision.enrollment_id, released_at__isnull=False
    )
    if not order.subscription or released.exists():
        return
    payment = read_payment(order)
    context = replace(
        PriceContext.from_json(decision.context),
        payment_number=payment.number if payment else None,
        payment_month=payment.month if payment else None,
    )
    if context.to_json() != decision.context:
        decision.context = context.to_json()
        decision.save(update_fields=["context"])


def _ask_caps(decision: Decision, commission: Commission, pricing: Pricing) -> bool:
    """Keep what the caps leave the order, where it asks again; tell whether it did."""
    context = PriceContext.from_json(decision.context)
    share = Share(context.caps, context.caps_left, context.caps_asked)
    if not (share.caps or share.left):
        return False
    new = take_share(commission=commission, pricing=pricing, share=share)
    if new == share:
        return False
    context = replace(context, caps_left=new.left, caps_asked=new.asked)
    decision.context = context.to_json()
    decision.save(update_fields=["context"])
    return True


def _keep(decision: Decision, context: PriceContext, matches: tuple[LineMatch, ...]) -> None:
    facts, stored = context.to_json(), [match.to_json() for match in matches]
    if (facts, stored) != (decision.context, decision.matches):
        decision.context, decision.matches = facts, stored
        decision.save(update_fields=["context", "matches"])


def _lock_text(text: str) -> None:
    """Take a lock for the transaction on something that has no row of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [text])
