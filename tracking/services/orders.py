"""Merge, attribute, decide, price, post the difference: an order from event to commission."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tracking.domain import merge, standing
from tracking.domain.events import CanonicalEvent
from tracking.domain.merge import EMPTY, OrderState
from tracking.models import Attribution, Commission, Order, OrderKind, StoreEvent
from tracking.services.attribution import ensure_attribution
from tracking.services.claims import follow_order
from tracking.services.codeuses import follow_codes, lock_codes
from tracking.services.commissions import open_commission, settle_commission
from tracking.services.doubles import lock_doubles, lock_sales
from tracking.services.holds import follow_checks, follow_dispute
from tracking.services.posting import Cause
from tracking.services.subscriptions import lock_later, lock_subscriptions
from tracking.services.telling import tell_order


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known before an event, to tell what it changed."""

    is_known: bool
    refunded_minor: int
    has_dispute: bool


def merge_events(
    *,
    event: StoreEvent,
    external_order_id: str,
    events: Sequence[CanonicalEvent],
    now: datetime,
) -> Order:
    """Join events of one order to what is known of it and settle what follows.

    The order's row is locked first, so that any number of workers and repeats converge. Renewals
    that were told before an earlier order of their subscription are settled after it, and so are
    orders that lose or win a code which is good for one, and what another connection may have told
    of the same sale.
    """
    with transaction.atomic():
        lock_subscriptions(connection_id=event.connection_id, events=events)
        lock_codes(
            brand_id=event.brand_id,
            connection_id=event.connection_id,
            external_order_id=external_order_id,
            events=events,
        )
        lock_sales(event=event, external_order_id=external_order_id, events=events)
        order = _lock_order(event, external_order_id)
        state = load_state(order)
        before = _Before(
            state.snapshot is not None, order.refunded_minor, standing.has_open_dispute(state)
        )
        for one in events:
            state = merge.merge_event(state, one, received_at=event.received_at)
        store_state(order, state, now)
        others = (*lock_later(order), *follow_codes(order, state), *lock_doubles(order))
        waiting = {one.pk: one for one in others}
        cause = Cause(store_event=event)
        attribution = settle_order(order=order, state=state, cause=cause, now=now)
        settle_others(waiting.values(), cause=cause, now=now)
        if attribution is not None:
            follow_order(order=order, attribution=attribution, now=now)
            tell_order(order, _topics(order, state, attribution, before), now)
    return order


def settle_order(
    *, order: Order, state: OrderState, cause: Cause, now: datetime
) -> Attribution | None:
    """Bring the commissions of a locked order to what its facts say they should be.

    Returns who has the credit; None before anything but refunds is known of the order.
    """
    if state.snapshot is None:
        return None
    attribution = ensure_attribution(order=order, state=state, now=now)
    if attribution.enrollment_id is not None:
        open_commission(order=order, state=state, attribution=attribution, now=now)
    commissions = _lock_commissions(order)
    commissions.sort(key=lambda one: one.enrollment_id == attribution.enrollment_id)
    for commission in commissions:  # who lost the credit first: it makes room for who has it
        follow_dispute(commission=commission, state=state, now=now)
        follow_checks(commission=commission, attribution=attribution, now=now)
        settle_commission(
            commission=commission,
            order=order,
            state=state,
            attribution=attribution,
            cause=cause,
            now=now,
        )
    return attribution


def settle_others(orders: Iterable[Order], *, cause: Cause, now: datetime) -> None:
    """Settle locked orders whose credit hangs on another one that changed."""
    for order in orders:
        settle_order(order=order, state=load_state(order), cause=cause, now=now)


def resettle(*, order_id: int, cause: Cause, now: datetime) -> Order:
    """Settle an order again under its lock, after a person's decision or a reinstatement."""
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        settle_order(order=order, state=load_state(order), cause=cause, now=now)
    return order


def load_state(order: Order) -> OrderState:
    """Return what is known of the order."""
    return merge.from_json(order.facts) if order.facts else EMPTY


def store_state(order: Order, state: OrderState, now: datetime) -> None:
    """Keep what is known of a locked order, and the columns that are read from it."""
    order.facts = merge.to_json(state)
    order.updated_at = now
    if state.received_at is not None:
        order.first_received_at = min(order.first_received_at, state.received_at)
    copy_snapshot(order, state)
    order.save()


def copy_snapshot(order: Order, state: OrderState) -> None:
    """Set the columns that are read from what is known of the order; saves nothing."""
    snapshot = state.snapshot
    if snapshot is None:
        return
    totals = standing.refund_totals(state)
    order.kind = OrderKind(snapshot.kind)
    order.external_number = snapshot.external_number[:80]
    order.version = snapshot.version
    order.status = snapshot.status
    order.currency = snapshot.currency
    order.total_minor = snapshot.total
    order.net_minor = sum(line.net_ex_tax for line in snapshot.lines)
    goods = sum(line.net_ex_tax + line.tax for line in totals.lines) + totals.unassigned
    order.refunded_minor = goods + totals.shipping
    order.customer_hash = snapshot.customer.email_hash
    order.country = snapshot.customer.country
    order.subscription = snapshot.subscription.external_id[:80]
    order.subscription_kind = snapshot.subscription.kind if order.subscription else ""
    order.is_test = state.is_test
    order.placed_at = standing.effective_placed_at(state)
    order.paid_at = state.paid_at
    order.cancelled_at = state.cancelled_at if state.is_cancelled else None


def _lock_order(event: StoreEvent, external_order_id: str) -> Order:
    Order.objects.bulk_create(
        [
            Order(
                brand_id=event.brand_id,
                connection_id=event.connection_id,
                external_order_id=external_order_id,
                first_received_at=event.received_at,
                updated_at=event.received_at,
            )
        ],
        ignore_conflicts=True,
    )
    return (
        Order.objects.select_for_update(of=("self",))
        .select_related("brand", "connection")
        .get(connection_id=event.connection_id, external_order_id=external_order_id)
    )


def _lock_commissions(order: Order) -> list[Commission]:
    commissions = list(
        Commission.objects.select_for_update(of=("self",))
        .filter(order=order)
        .select_related("affiliation", "program", "enrollment__group")
        .order_by("pk")
    )
    for commission in commissions:
        commission.order = order
    return commissions


def _topics(
    order: Order, state: OrderState, attribution: Attribution, before: _Before
) -> list[str]:
    if before.is_known:
        topics = [f"{order.kind}.updated"]
    elif attribution.enrollment_id:
        topics = [f"{order.kind}.attributed"]
    else:
        topics = [f"{order.kind}.unattributed"]
    if order.refunded_minor > before.refunded_minor:
        topics.append("order.refunded")
    if standing.has_open_dispute(state) and not before.has_dispute:
        topics.append("order.disputed")
    return topics
