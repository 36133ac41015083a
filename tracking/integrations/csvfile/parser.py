"""An order of an uploaded file: the body of the signed webhook, and what only a file tells.

`refunded_total` is the running total of what went back. `vouched`: finance answers for the paid
time, which then may be older than a store may tell.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.signing import Headers, Refusal, Verified
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.integrations import generic
from tracking.integrations.base import check_refund
from tracking.integrations.reading import load_strict_object
from tracking.services.adapters import Delivery, HashEmail, Parsed

TOPIC = "order.updated"


def verify(
    *,
    headers: Headers,  # noqa: ARG001 - a file has no sender
    body: bytes,  # noqa: ARG001
    secrets: Sequence[str],  # noqa: ARG001
    now: datetime,  # noqa: ARG001
    address: str = "",  # noqa: ARG001
) -> Verified | Refusal:
    return Refusal("no_secret")


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - nothing is delivered
    return Delivery(TOPIC, "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001
    return False


def parse(*, topic: str, headers: Headers, body: bytes, hash_email: HashEmail) -> Parsed:
    """Turn an order of a file into events.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    parsed = generic.parse(topic=topic, headers=headers, body=body, hash_email=hash_email)
    if topic != TOPIC:
        return parsed
    [snapshot] = parsed.events
    assert isinstance(snapshot, OrderSnapshot)  # noqa: S101
    data = load_strict_object(body).node("data")
    snapshot = replace(snapshot, is_vouched=data.flag("vouched"))
    if not data.has("refunded_total"):
        return Parsed((snapshot,))
    total = data.amount("refunded_total", snapshot.currency)
    return Parsed((snapshot, _make_refund(snapshot, total))) if total else Parsed((snapshot,))


def _make_refund(snapshot: OrderSnapshot, total: int) -> RefundEvent:
    return check_refund(
        RefundEvent(
            external_order_id=snapshot.external_order_id,
            external_refund_id="file",
            status="succeeded",
            kind="amount_only",
            currency=snapshot.currency,
            occurred_at=None,
            total=total,
            cumulative_total=total,
            is_test=snapshot.is_test,
        )
    )
