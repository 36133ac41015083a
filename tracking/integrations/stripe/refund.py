"""Refunds and disputes: of a charge, of a payment intent, and so of a session or an invoice.

A refund names its payment intent, which is the id of a session's order. That of a subscription is
its invoice's, which older charges name and newer ones (2025 on) do not: it is looked up with the
key. A charge that lists its refunds tells each by its id; else only the running total is known.
"""

from collections.abc import Sequence

from tracking.domain.events import (
    CanonicalEvent,
    DisputeEvent,
    DisputeStatus,
    RefundEvent,
    RefundStatus,
)
from tracking.integrations.base import check_refund
from tracking.integrations.minor import find_id, find_seconds, read_currency
from tracking.integrations.reading import Node
from tracking.integrations.stripe.fields import Told, list_data, money
from tracking.services.adapters import NO_MONEY, NO_ORDER, Parsed

_REFUNDS: dict[str, RefundStatus] = {
    "succeeded": "succeeded",
    "pending": "pending",
    "requires_action": "pending",
    "failed": "failed",
    "canceled": "cancelled",
}
# An inquiry (`warning_…`) may become a chargeback; one that is closed took nothing.
_DISPUTES: dict[str, DisputeStatus] = {
    "needs_response": "opened",
    "under_review": "opened",
    "warning_needs_response": "opened",
    "warning_under_review": "opened",
    "warning_closed": "won",
    "prevented": "won",
    "won": "won",
    "lost": "lost",
}


def read_charge(charge: Node, told: Told) -> Parsed:
    """Read a refunded charge: its refunds by their ids, or what was given back in all."""
    invoice, intent = find_id(charge, "invoice"), find_id(charge, "payment_intent")
    order = invoice or intent or charge.identifier("id")
    listed = charge.find_node("refunds")
    if listed is not None and listed.nodes("data") and not listed.flag("has_more"):
        events = [_make_refund(node, order, is_test=told.is_test) for node in listed.nodes("data")]
        return _settle(events, is_order_sure="invoice" in charge.values, intent=intent)
    currency = read_currency(charge)
    total = money(charge, "amount_refunded", currency)
    if not total:
        return Parsed((), NO_MONEY)
    event = RefundEvent(
        external_order_id=order,
        external_refund_id=charge.identifier("id"),
        status="succeeded",
        kind="amount_only",
        currency=currency,
        occurred_at=told.at,
        amount=total,
        total=total,
        cumulative_total=total,
        is_test=told.is_test,
    )
    return _settle([check_refund(event)], is_order_sure="invoice" in charge.values, intent=intent)


def read_refund(refund: Node, told: Told) -> Parsed:
    order = find_id(refund, "payment_intent") or find_id(refund, "charge")
    if not order:
        return Parsed((), NO_ORDER)
    event = _make_refund(refund, order, is_test=told.is_test)
    return _settle([event], is_order_sure=False, intent=find_id(refund, "payment_intent"))


def read_dispute(dispute: Node, told: Told) -> Parsed:
    order = find_id(dispute, "payment_intent") or find_id(dispute, "charge")
    event = _make_dispute(dispute, order or dispute.identifier("id"), told)
    return _settle([event], is_order_sure=False, intent=find_id(dispute, "payment_intent"))


def read_payment(body: Node) -> Parsed:
    """Read what was fetched of a payment: whose it is, its refunds and its disputes."""
    intent = body.node("payment_intent")
    invoice = next((find_id(node, "invoice") for node in list_data(body, "invoices")), "")
    order, is_test = invoice or intent.identifier("id"), not intent.flag("livemode")
    refunds = [_make_refund(node, order, is_test=is_test) for node in list_data(body, "refunds")]
    disputes = [
        DisputeEvent(
            external_order_id=order,
            external_dispute_id=node.identifier("id"),
            status=node.word("status", _DISPUTES),
            occurred_at=find_seconds(node, "created"),
            amount=money(node, "amount", read_currency(node)),
        )
        for node in list_data(body, "disputes")
    ]
    events: tuple[CanonicalEvent, ...] = (*refunds, *disputes)
    return Parsed(events) if events else Parsed((), NO_MONEY)


def _settle(events: Sequence[CanonicalEvent], *, is_order_sure: bool, intent: str) -> Parsed:
    """Return the events, or the payment to be looked up where its order is not sure."""
    wanted = () if is_order_sure or not intent else (intent,)
    return Parsed(tuple(events), fetch=wanted, is_provisional=True)


def _make_refund(node: Node, order: str, *, is_test: bool) -> RefundEvent:
    currency = read_currency(node)
    total = money(node, "amount", currency)
    return check_refund(
        RefundEvent(
            external_order_id=order,
            external_refund_id=node.identifier("id"),
            status=node.word("status", _REFUNDS),
            kind="amount_only",
            currency=currency,
            occurred_at=find_seconds(node, "created"),
            amount=total,
            total=total,
            is_test=is_test,
        )
    )


def _make_dispute(node: Node, order: str, told: Told) -> DisputeEvent:
    return DisputeEvent(
        external_order_id=order,
        external_dispute_id=node.identifier("id"),
        status=node.word("status", _DISPUTES),
        occurred_at=told.at,
        amount=money(node, "amount", read_currency(node)),
    )
