"""A commission from its first price to its last correction: target, then delta."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from affiliates.selectors_moves import find_group_at
from brands.domain.pricing import Pricing, cut_beyond
from tracking import emails
from tracking.domain.merge import OrderState
from tracking.domain.release import release_date
from tracking.domain.standing import commissionable, effective_placed_at
from tracking.models import (
    Attribution,
    Award,
    Commission,
    CommissionChange,
    CommissionKind,
    CustomerBinding,
    Order,
    OrderKind,
)
from tracking.services.caps import add_to_total
from tracking.services.deciding import currency_of, is_repeated_lead, price
from tracking.services.posting import Cause, post_change
from tracking.services.telling import tell_commission

REASSIGNED = "attr.reassigned"
TEST = "attr.test"
REJECTED = "hold.rejected"
LEAD_REPEATED = "lead.repeated"
KIND_OF = {OrderKind.ORDER: CommissionKind.SALE, OrderKind.LEAD: CommissionKind.LEAD}


@dataclass(frozen=True, slots=True)
class Target:
    """What a commission should be, and why."""

    amount_minor: int
    code: str
    pricing: Pricing | None


def open_commission(
    *, order: Order, state: OrderState, attribution: Attribution, now: datetime
) -> Commission:
    """Return the commission of the creator an order is attributed to, made at first credit.

    The hold is read here, once: a later change of settings does not reach it.
    """
    enrollment = attribution.enrollment
    assert enrollment is not None and state.snapshot is not None  # noqa: S101
    program, placed_at = enrollment.program, effective_placed_at(state) or now

    def read_hold() -> int:
        own = find_group_at(enrollment, placed_at).hold_days
        return program.hold_days if own is None else own

    commission, is_new = Commission.objects.get_or_create(
        order=order,
        enrollment=enrollment,
        defaults={
            "brand_id": order.brand_id,
            "kind": KIND_OF[OrderKind(order.kind)],
            "affiliation_id": enrollment.affiliation_id,
            "program": program,
            "currency": currency_of(state, enrollment),
            "hold_days": read_hold,  # type: ignore[misc]  # called only where one is made
            "hold_anchor": program.hold_anchor,
            "caps_at": placed_at,
            "created_at": now,
        },
    )
    if is_new:
        bind_customer(order, attribution)
    return commission


def settle_commission(  # one commission beside all it depends on
    *,
    commission: Commission,
    order: Order,
    state: OrderState,
    attribution: Attribution,
    cause: Cause,
    now: datetime,
) -> int:
    """Bring the locked commission of an order to its target; see `settle_to`."""
    target = _find_target(commission, order, state, attribution, now)
    _set_dates(commission, state)
    return settle_to(commission=commission, target=target, cause=cause, now=now)


def settle_to(*, commission: Commission, target: Target, cause: Cause, now: datetime) -> int:
    """Post the difference between what a locked commission should be and what is posted.

    Nothing is posted while its creator is suspended; the change is remembered and posted when he
    is reinstated. Returns the difference in minor units.
    """
    delta = target.amount_minor - commission.amount_minor
    is_frozen = commission.affiliation.status == "suspended" and delta != 0
    if not is_frozen and (delta or _is_news(commission, target)):
        _record(commission, target, delta, cause, now)
    commission.has_unposted_change = is_frozen
    commission.save()
    return 0 if is_frozen else delta


def judge_target(
    *,
    commission: Commission,
    state: OrderState,
    attribution: Attribution,
    price_it: Callable[[], Pricing],
    adjusted: Callable[[], int],
    is_repeated: Callable[[], bool],
) -> Target:
    """Say what an order's commission should be; price and changes by hand where they count."""
    if attribution.enrollment_id != commission.enrollment_id:
        return Target(0, TEST if state.is_test else REASSIGNED, None)
    pricing = price_it()
    standing = commissionable(state)
    if commission.rejected_at is None and not standing.is_commissionable:
        return Target(0, standing.code, pricing)
    if commission.rejected_at is None and is_repeated():
        return Target(0, LEAD_REPEATED, pricing)
    return adjust_target(commission, pricing, adjusted)


def lock_commission(commission_id: int) -> Commission:
    """Return the commission under the lock of its order or award, then its own: one lock order."""
    of = Commission.objects.only("order_id", "award_id").get(pk=commission_id)
    if of.order_id is not None:
        Order.objects.select_for_update(of=("self",)).get(pk=of.order_id)
    if of.award_id is not None:
        Award.objects.select_for_update(of=("self",)).get(pk=of.award_id)
    return (
        Commission.objects.select_for_update(of=("self",))
        .select_related("affiliation", "order", "award", "program")
        .get(pk=commission_id)
    )


def adjust_target(
    commission: Commission, pricing: Pricing, adjusted: Callable[[], int] | None = None
) -> Target:
    """Return what a price comes to for a commission: nothing once rejected, else as adjusted."""
    if commission.rejected_at is not None:
        return Target(0, REJECTED, pricing)
    delta = adjusted() if adjusted else sum_adjustments(commission)
    return Target(max(0, pricing.total + delta), _first_code(pricing), pricing)


def sum_adjustments(commission: Commission) -> int:
    """Return by how much people changed a commission by hand."""
    return sum(commission.adjustments.values_list("delta_minor", flat=True))


def bind_customer(order: Order, attribution: Attribution) -> None:
    """Bind the customer of an order to who has its credit, where the program does that."""
    enrollment = attribution.enrollment
    assert enrollment is not None and order.placed_at is not None  # noqa: S101
    if not (enrollment.program.is_binding_customers and order.customer_hash):
        return
    if order.kind != OrderKind.ORDER:
        return
    CustomerBinding.objects.get_or_create(
        program=enrollment.program,
        customer_hash=order.customer_hash,
        defaults={
            "brand_id": order.brand_id,
            "enrollment": enrollment,
            "bound_at": order.placed_at,
            "orders": enrollment.program.binding_orders,
            "is_rate_kept": enrollment.program.is_keeping_rate,
        },
    )


def _find_target(
    commission: Commission,
    order: Order,
    state: OrderState,
    attribution: Attribution,
    now: datetime,
) -> Target:
    return judge_target(
        commission=commission,
        state=state,
        attribution=attribution,
        price_it=lambda: price(
            commission=commission, order=order, state=state, attribution=attribution, now=now
        ),
        adjusted=lambda: sum_adjustments(commission),
        is_repeated=lambda: is_repeated_lead(order, state, commission.enrollment),
    )


def _first_code(pricing: Pricing) -> str:
    """Name why a commission is what it is: the reason of the line that earns most."""
    if not pricing.lines:
        return "price.zero_base"
    return max(pricing.lines, key=lambda line: line.amount).code


def _is_news(commission: Commission, target: Target) -> bool:
    """Tell whether a price that changes no amount has something to say: why, or what limits it."""
    if commission.reason_code != target.code or not commission.changes.exists():
        return True
    if target.pricing is None or not commission.pricing:
        return False
    return cut_beyond(target.pricing) != cut_beyond(Pricing.from_json(commission.pricing))


def _record(
    commission: Commission, target: Target, delta: int, cause: Cause, now: datetime
) -> None:
    seq = commission.changes.count() + 1
    entry = None
    if delta:
        entry = post_change(commission=commission, delta_minor=delta, seq=seq, now=now)
        add_to_total(commission, delta)
    pricing = target.pricing.to_json() if target.pricing else commission.pricing
    CommissionChange.objects.create(
        brand_id=commission.brand_id,
        commission=commission,
        seq=seq,
        at=now,
        code=target.code if target.code == REASSIGNED else cause.code or target.code,
        params=cause.params or {},
        before_minor=commission.amount_minor,
        after_minor=target.amount_minor,
        pricing=pricing,
        entry=entry,
        store_event=cause.store_event,
        by_id=cause.actor_id,
    )
    if delta:
        emails.mail_change(commission=commission, now=now)
    before_minor, commission.amount_minor = commission.amount_minor, target.amount_minor
    commission.highest_minor = max(commission.highest_minor, target.amount_minor)
    commission.reason_code = target.code
    commission.pricing = pricing
    if seq == 1:
        tell_commission(commission, "commission.created", now)
    elif delta:
        topic = "commission.adjusted" if target.amount_minor else "commission.reversed"
        tell_commission(commission, topic, now, before_minor=before_minor)


def _set_dates(commission: Commission, state: OrderState) -> None:
    """Set the release date once its fact is known; the trigger refuses to move it after."""
    if commission.release_at is not None or state.paid_at is None:
        return
    date = release_date(
        paid_at=state.paid_at,
        received_at=state.paid_received_at or state.paid_at,
        hold_days=commission.hold_days,
        anchor=commission.hold_anchor,  # type: ignore[arg-type]
        fulfilled_at=state.fulfilled_at,
        delivered_at=state.delivered_at,
    )
    commission.release_at, commission.latest_at = date.release_at, date.latest_at
