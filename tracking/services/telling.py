"""What others hear of orders and commissions: events in the transaction of the change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import outbox
from core.topics import iso_utc
from tracking.models import Attribution, Commission, Order, ReviewHold
from tracking.selectors_brand import list_flags


def tell_order(order: Order, topics: Sequence[str], now: datetime) -> None:
    """Emit events of an order: what is known of it, and who has its credit."""
    if not topics:
        return
    current = (
        Attribution.objects.filter(order=order, is_current=True, enrollment__isnull=False)
        .values_list("enrollment__program__public_id", "enrollment__affiliation__public_id")
        .first()
    )
    program, creator = current or (None, None)
    payload = {
        "order": order.public_id,
        "external_id": order.external_order_id,
        "number": order.external_number or None,
        "status": order.status,
        "currency": order.currency or None,
        "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor,
        "placed_at": iso_utc(order.placed_at),
        "program": program,
        "creator": creator,
    }
    for topic in topics:
        outbox.emit(brand_id=order.brand_id, topic=topic, payload=payload, now=now)


def tell_commission(
    commission: Commission, topic: str, now: datetime, **more: str | int | None
) -> None:
    """Emit an event of a commission, with what is particular to the topic."""
    payload = {
        "commission": commission.public_id,
        "kind": commission.kind,
        "program": commission.program.public_id,
        "creator": commission.affiliation.public_id,
        "order": commission.order.public_id if commission.order else None,
        "award": commission.award.public_id if commission.award else None,
        "currency": commission.currency,
        "amount_minor": commission.amount_minor,
        "release_at": iso_utc(commission.release_at),
    }
    outbox.emit(brand_id=commission.brand_id, topic=topic, payload=payload | more, now=now)


def tell_flags(order: Order, attribution: Attribution, now: datetime) -> None:
    """Emit what the program wants noticed of an order, unless it was told for this creator."""
    flags = list_flags(attribution)
    if not flags or attribution.enrollment is None:
        return
    earlier = Attribution.objects.filter(order=order, enrollment=attribution.enrollment)
    told = {
        _name_flag(flag) for one in earlier.exclude(pk=attribution.pk) for flag in list_flags(one)
    }
    for flag in flags:
        if _name_flag(flag) not in told:
            payload = {
                "order": order.public_id,
                "program": attribution.enrollment.program.public_id,
                "creator": attribution.enrollment.affiliation.public_id,
                "check": flag["name"],
                "mode": flag["mode"],
                "signal": flag["signal"],
            }
            outbox.emit(brand_id=order.brand_id, topic="fraud.flagged", payload=payload, now=now)


def tell_resolved(commission: Commission, hold: ReviewHold, outcome: str, now: datetime) -> None:
    """Emit how a review for fraud ended: `cleared` or `rejected`."""
    if commission.order is None:
        return
    payload = {
        "order": commission.order.public_id,
        "program": commission.program.public_id,
        "creator": commission.affiliation.public_id,
        "commission": commission.public_id,
        "check": str(hold.kind),
        "outcome": outcome,
    }
    outbox.emit(brand_id=commission.brand_id, topic="fraud.resolved", payload=payload, now=now)


def _name_flag(flag: dict[str, Any]) -> tuple[str, ...]:
    return flag["name"], flag["mode"], flag["signal"]
