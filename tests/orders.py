"""Orders as a store would report them, through the one real path from event to commission."""

from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings

from affiliates.domain.codes import normalise_code
from affiliates.models import Code, Enrollment, Link
from brands.models import StoreConnection
from core.ids import uuid7
from core.models import Brand
from payouts.access import lacks_second_factor
from payouts.domain.limits import RailLimits
from payouts.models import Payout
from payouts.rails.registry import LIMITS
from payouts.services.approval import approve_plan
from payouts.services.planning import make_plan
from tests.makers import NOW, get_owner, make_connection
from tests.safety import make_app
from tests.tracking.events import make_line
from tracking.domain.events import (
    CanonicalEvent,
    ClickSignal,
    Discount,
    OrderSnapshot,
    RefundEvent,
    RefundLine,
)
from tracking.domain.token import make_token
from tracking.models import Click, Commission, Order, StoreEvent, Verdict
from tracking.services.orders import merge_events
from tracking.services.release import release_commissions

_numbers = count(1000)


def make_click(
    link: Link, *, at: datetime = NOW, verdict: Verdict = Verdict.COUNTED, **facts: Any
) -> Click:
    return Click.objects.create(
        id=uuid7(at),
        brand_id=link.brand_id,
        program_id=link.enrollment.program_id,
        enrollment_id=link.enrollment_id,
        link_id=link.pk,
        at=at,
        visitor_key=next(_numbers),
        net_key=1,
        verdict=verdict,
        **facts,
    )


def send_events(
    brand: Brand,
    *events: CanonicalEvent,
    order_id: str,
    now: datetime = NOW,
    store: StoreConnection | None = None,
) -> Order:
    """Let a store of the brand, its first one unless said, report facts of one order."""
    number = next(_numbers)
    event = StoreEvent.objects.create(
        brand=brand,
        connection=store or find_store(brand),
        event_id=f"e{number}",
        topic="order",
        body_sha256=f"{number:064}",
        size_bytes=2,
        received_at=now,
        next_attempt_at=now,
    )
    return merge_events(event=event, external_order_id=order_id, events=events, now=now)


def find_store(brand: Brand) -> StoreConnection:
    return brand.connections.order_by("pk").first() or make_connection(brand)


def make_snapshot(order_id: str, *, now: datetime = NOW, **changes: Any) -> OrderSnapshot:
    """Make a paid order of one line of 100.00; `changes` replace any field."""
    facts: dict[str, Any] = {
        "external_order_id": order_id,
        "external_number": f"#{order_id}",
        "version": 1,
        "status": "paid",
        "currency": "EUR",
        "total": 10_000,
        "lines": (make_line(),),
        "placed_at": now,
        "paid_at": now,
    }
    return OrderSnapshot(**(facts | changes))


def place_order(
    *signals: Link | Code, order_id: str = "", now: datetime = NOW, **changes: Any
) -> Order:
    """Place an order that carries a click of each link, and each code."""
    order_id = order_id or str(next(_numbers))
    brand = signals[0].brand
    clicks = tuple(_carry(signal, now) for signal in signals if isinstance(signal, Link))
    codes = tuple(
        Discount(kind="code", amount=0, code=normalise_code(signal.text), raw_code=signal.text)
        for signal in signals
        if isinstance(signal, Code)
    )
    snapshot = make_snapshot(order_id, now=now, **{"clicks": clicks, "discounts": codes, **changes})
    return send_events(brand, snapshot, order_id=order_id, now=now)


def _carry(link: Link, at: datetime) -> ClickSignal:
    click = make_click(link, at=at)
    return ClickSignal(make_token(settings.CLICK_TOKEN_KEYS, click.id, link.pk), "note")


def refund_order(order: Order, *, net: int, now: datetime, line_id: str = "l1") -> Order:
    """Refund a part of one line."""
    refund = RefundEvent(
        external_order_id=order.external_order_id,
        external_refund_id=f"r{next(_numbers)}",
        status="succeeded",
        kind="partial_line",
        currency=order.currency,
        occurred_at=now,
        lines=(RefundLine(external_line_id=line_id, quantity=0, net_ex_tax=net, tax=0),),
        total=net,
    )
    return send_events(order.brand, refund, order_id=order.external_order_id, now=now)


def get_commission(order: Order, enrollment: Enrollment | None = None) -> Commission:
    rows = Commission.objects.filter(order=order)
    return rows.get(enrollment=enrollment) if enrollment else rows.get()


def release_due(brand: Brand, *, now: datetime) -> int:
    return release_commissions(brand_id=brand.pk, now=now)


def approve_payouts(brand: Brand, *, currency: str = "EUR", now: datetime) -> list[Payout]:
    """Plan and approve the run of a brand, by an owner who has a second factor."""
    limits: dict[str, RailLimits] = LIMITS
    if lacks_second_factor(brand, get_owner(brand)):
        make_app(get_owner(brand))
    owner = get_owner(brand).pk
    plan = make_plan(brand_id=brand.pk, currency=currency, limits=limits, actor_id=owner, now=now)
    return approve_plan(
        plan_id=plan.pk, seen_hash=plan.content_hash, limits=limits, actor_id=owner, now=now
    )
