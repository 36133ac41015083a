"""Say that an order is a test, or that it is none after all: a fact of its own beside the store's.

A test earns nothing and counts nowhere. What was posted for it is corrected by the difference, as
any change is; taking the mark back puts the earlier credit in force again and posts it anew.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from core import audit
from tracking.domain.merge import OrderState
from tracking.models import Attribution, CustomerBinding, Order
from tracking.services.attribution import credit_nobody, restore
from tracking.services.codeuses import follow_codes, lock_codes_of
from tracking.services.commissions import TEST, bind_customer
from tracking.services.doubles import lock_doubles, lock_sale
from tracking.services.orders import load_state, settle_order, settle_others, store_state
from tracking.services.posting import Cause
from tracking.services.telling import tell_order

MARKED, UNDONE = "attr.test_marked", "attr.test_undone"


class NotKnown(Exception):
    """Only refunds or disputes of the order are known, so there is nothing to mark."""


class AlreadyTest(Exception):
    """The store or somebody of the brand said so before."""


class NotMarked(Exception):
    """Nobody of the brand marked the order."""


@transaction.atomic
def mark_test(*, order_id: int, reason: str, actor_id: int, now: datetime) -> Order:
    """Say that an order is a test, with a reason its creator reads.

    :raises NotKnown: the order itself has not come.
    :raises AlreadyTest: it is one already.
    """
    order = _lock(order_id)
    state = load_state(order)
    if state.snapshot is None:
        raise NotKnown(order.public_id)
    if state.is_test:
        raise AlreadyTest(order.public_id)
    order.marked_test_at, order.marked_test_by_id = now, actor_id
    order.test_reason = reason[:500]
    state = replace(state, is_marked_test=True)
    store_state(order, state, now)
    credit_nobody(order=order, state=state, actor_id=actor_id, reason=reason, now=now)
    _free_customer(order)
    _settle(order, state, MARKED, actor_id, reason, now)
    return order


@transaction.atomic
def unmark_test(*, order_id: int, reason: str, actor_id: int, now: datetime) -> Order:
    """Take back that an order is a test: who had the credit before has it again.

    :raises NotMarked: nobody of the brand said so.
    """
    order = _lock(order_id)
    if order.marked_test_at is None:
        raise NotMarked(order.public_id)
    order.marked_test_at, order.marked_test_by_id, order.test_reason = None, None, ""
    state = replace(load_state(order), is_marked_test=False)
    store_state(order, state, now)
    before = Attribution.objects.filter(order=order).exclude(code=TEST).order_by("-pk").first()
    if before is not None and not state.is_test:
        attribution = restore(attribution=before, now=now)
        if attribution.enrollment_id is not None:
            bind_customer(order, attribution)
    _settle(order, state, UNDONE, actor_id, reason, now)
    return order


def _lock(order_id: int) -> Order:
    lock_codes_of(order_id)
    lock_sale(order_id)
    rows = Order.objects.select_for_update(of=("self",)).select_related("brand")
    return rows.get(pk=order_id)


def _free_customer(order: Order) -> None:
    """Take away what this order alone bound: its customer stays with nobody for a test."""
    if order.customer_hash:
        CustomerBinding.objects.filter(
            brand_id=order.brand_id,
            customer_hash=order.customer_hash,
            enrollment__in=order.commissions.values("enrollment"),
            bound_at=order.placed_at,
        ).delete()


def _settle(
    order: Order, state: OrderState, code: str, actor_id: int, reason: str, now: datetime
) -> None:
    cause = Cause(actor_id=actor_id, code=code, params={"reason": reason})
    others, doubles = follow_codes(order, state), lock_doubles(order)
    settle_order(order=order, state=state, cause=cause, now=now)
    settle_others(others, cause=cause, now=now)
    settle_others(doubles, cause=Cause(actor_id=actor_id), now=now)
    audit.record(
        brand_id=order.brand_id,
        actor_id=actor_id,
        action="order.marked_test" if code == MARKED else "order.unmarked_test",
        target=order,
        reason=reason,
        now=now,
    )
    tell_order(order, [f"{order.kind}.updated"], now)
