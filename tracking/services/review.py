"""What a person of the brand decides about a commission or an order, each with a reason."""

from datetime import datetime

from django.db import transaction

from affiliates.models import Enrollment
from core import audit
from tracking.models import Adjustment, Commission, Order
from tracking.services.attribution import assign, find_current
from tracking.services.awards import resettle_award
from tracking.services.claims import follow_order
from tracking.services.commissions import lock_commission
from tracking.services.doubles import lock_doubles, lock_sale
from tracking.services.holds import close_all
from tracking.services.orders import load_state, resettle, settle_order, settle_others
from tracking.services.posting import Cause
from tracking.services.telling import tell_order


class AlreadyRejected(Exception):
    """The commission is rejected already."""


class NotRejected(Exception):
    """The commission is not rejected, so there is nothing to reopen."""


class BelowZero(ValueError):
    """The adjustment would take the commission below zero."""


class NothingChanges(ValueError):
    """The commission would stay what it is: its order earns nothing, or earlier changes hide it."""


class AlreadyCredited(Exception):
    """The order is credited to this creator already."""


class Frozen(Exception):
    """The creator is suspended: his money stands still until he is reinstated."""


def reject_commission(
    *, commission_id: int, reason: str, actor_id: int, now: datetime
) -> Commission:
    """Set a commission to zero, with a reason the creator reads; its reviews end.

    :raises AlreadyRejected: by its state.
    :raises Frozen: its creator is suspended.
    """
    with transaction.atomic():
        commission = _lock_active(commission_id)
        if commission.rejected_at is not None:
            raise AlreadyRejected(commission.public_id)
        commission.rejected_at, commission.rejected_by_id = now, actor_id
        commission.reject_reason = reason[:500]
        commission.save(update_fields=["rejected_at", "rejected_by", "reject_reason"])
        _audit(commission, "commission.rejected", actor_id, reason, now)
        _settle(commission, "hold.rejected", actor_id, reason, now)
        close_all(commission=commission, reason=reason, actor_id=actor_id, now=now)
    return commission


def reopen_commission(
    *, commission_id: int, reason: str, actor_id: int, now: datetime
) -> Commission:
    """Undo a rejection: the commission becomes what its order or award says again.

    :raises NotRejected: by its state.
    :raises Frozen: its creator is suspended.
    """
    with transaction.atomic():
        commission = _lock_active(commission_id)
        if commission.rejected_at is None:
            raise NotRejected(commission.public_id)
        commission.rejected_at, commission.rejected_by_id, commission.reject_reason = None, None, ""
        commission.save(update_fields=["rejected_at", "rejected_by", "reject_reason"])
        _audit(commission, "commission.reopened", actor_id, reason, now)
        _settle(commission, "commission.reopened", actor_id, reason, now)
    return commission


def adjust_commission(
    *, commission_id: int, delta_minor: int, reason: str, actor_id: int, now: datetime
) -> Commission:
    """Raise or lower a commission by hand, with a reason the creator reads.

    :raises BelowZero: it would end below zero.
    :raises NothingChanges: it would stay what it is; nothing is stored.
    :raises AlreadyRejected: a rejected one is reopened first.
    :raises Frozen: its creator is suspended.
    """
    with transaction.atomic():
        commission = _lock_active(commission_id)
        if commission.rejected_at is not None:
            raise AlreadyRejected(commission.public_id)
        before = commission.amount_minor
        if before + delta_minor < 0:
            raise BelowZero(commission.public_id)
        Adjustment.objects.create(
            brand_id=commission.brand_id,
            commission=commission,
            delta_minor=delta_minor,
            reason=reason[:500],
            by_id=actor_id,
            at=now,
        )
        _audit(commission, "commission.adjusted", actor_id, reason, now)
        _settle(commission, "commission.adjusted", actor_id, reason, now)
        if commission.amount_minor == before:
            raise NothingChanges(commission.public_id)
    return commission


def credit_order(
    *, order_id: int, enrollment_id: int, reason: str, actor_id: int, now: datetime
) -> Order:
    """Credit an order to another creator by hand: the one loses what the other gains.

    :raises AlreadyCredited: to this one.
    :raises Enrollment.DoesNotExist: not of this brand.
    """
    with transaction.atomic():
        lock_sale(order_id)
        order = (
            Order.objects.select_for_update(of=("self",)).select_related("brand").get(pk=order_id)
        )
        others = lock_doubles(order)
        enrollment = Enrollment.objects.select_related("affiliation", "group", "program").get(
            pk=enrollment_id, brand_id=order.brand_id
        )
        current = find_current(order)
        if current is not None and current.enrollment_id == enrollment.pk:
            raise AlreadyCredited(order.public_id)
        state = load_state(order)
        assign(
            order=order,
            state=state,
            enrollment=enrollment,
            actor_id=actor_id,
            reason=reason,
            now=now,
        )
        cause = Cause(actor_id=actor_id, code="attr.won_manual", params={"reason": reason})
        attribution = settle_order(order=order, state=state, cause=cause, now=now)
        settle_others(others, cause=Cause(actor_id=actor_id), now=now)
        if attribution is not None:
            follow_order(order=order, attribution=attribution, now=now)
        audit.record(
            brand_id=order.brand_id,
            actor_id=actor_id,
            action="order.credited",
            target=order,
            before={"enrollment": current.enrollment_id if current else None},
            after={"enrollment": enrollment.pk},
            reason=reason,
            now=now,
        )
        tell_order(order, [f"{order.kind}.attributed"], now)
    return order


def _lock_active(commission_id: int) -> Commission:
    commission = lock_commission(commission_id)
    if commission.affiliation.status == "suspended":
        raise Frozen(commission.public_id)
    return commission


def _settle(commission: Commission, code: str, actor_id: int, reason: str, now: datetime) -> None:
    cause = Cause(actor_id=actor_id, code=code, params={"reason": reason})
    if commission.order_id is not None:
        resettle(order_id=commission.order_id, cause=cause, now=now)
    else:
        assert commission.award_id is not None  # noqa: S101
        resettle_award(award_id=commission.award_id, cause=cause, now=now)
    commission.refresh_from_db()


def _audit(commission: Commission, action: str, actor_id: int, reason: str, now: datetime) -> None:
    audit.record(
        brand_id=commission.brand_id,
        actor_id=actor_id,
        action=action,
        target=commission,
        before={"amount_minor": commission.amount_minor},
        reason=reason,
        now=now,
    )
