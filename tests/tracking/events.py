"""Makers of canonical events for tests; every time is counted in hours from one instant."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tracking.domain.events import (
    DisputeEvent,
    DisputeStatus,
    Line,
    OrderCancelled,
    OrderSnapshot,
    RefundEvent,
    RefundLine,
    RefundStatus,
)

START = datetime(2026, 8, 12, 12, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def make_line(line_id: str = "l1", net: int = 10_000, tax: int = 0, quantity: int = 1) -> Line:
    return Line(
        external_line_id=line_id,
        product_ref="p" + line_id,
        variant_ref="",
        sku="sku-" + line_id,
        title="Cup",
        quantity=quantity,
        gross=net + tax,
        discount=0,
        net_ex_tax=net,
        tax=tax,
    )


def make_snapshot(version: int = 1, **changes: Any) -> OrderSnapshot:
    """Make a paid order of one line of 100.00 EUR; `changes` replace any field."""
    facts: dict[str, Any] = {
        "external_order_id": "o1",
        "external_number": "#1042",
        "status": "paid",
        "currency": "EUR",
        "total": 10_000,
        "lines": (make_line(),),
        "placed_at": at(0),
        "paid_at": at(1),
    }
    return OrderSnapshot(version=version, **(facts | changes))


def make_refund(
    refund_id: str = "r1", status: RefundStatus = "succeeded", **changes: Any
) -> RefundEvent:
    """Make a refund by amount of nothing; `changes` replace any field."""
    facts: dict[str, Any] = {"kind": "amount_only", "currency": "EUR", "occurred_at": at(5)}
    facts |= {"external_order_id": "o1", "external_refund_id": refund_id}
    return RefundEvent(status=status, **(facts | changes))


def refund_line(line_id: str, net: int, tax: int = 0, quantity: int = 0) -> RefundLine:
    return RefundLine(external_line_id=line_id, quantity=quantity, net_ex_tax=net, tax=tax)


def make_dispute(
    status: DisputeStatus,
    dispute_id: str = "d1",
    hours: float | None = None,
    amount: int | None = None,
) -> DisputeEvent:
    return DisputeEvent(
        external_order_id="o1",
        external_dispute_id=dispute_id,
        status=status,
        occurred_at=None if hours is None else at(hours),
        amount=amount,
    )


def make_cancelled(hours: float | None = None) -> OrderCancelled:
    when = None if hours is None else at(hours)
    return OrderCancelled(external_order_id="o1", occurred_at=when)
