"""Write a fact for others in the transaction that made it true."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from django.db import transaction

from core.jobs import enqueue
from core.models import OutboxEvent

HandOn: TypeAlias = Callable[..., int]
"""Takes `events` and `now`, in the transaction that marks them."""


def emit(*, brand_id: int, topic: str, payload: dict[str, Any], now: datetime) -> OutboxEvent:
    """Store the event; it is handed on after the commit, and by the sweeper if that is lost."""
    event = OutboxEvent.objects.create(brand_id=brand_id, topic=topic, payload=payload, at=now)
    enqueue("core.sweep")
    return event


def keep(
    *, brand_id: int, topic: str, payload: dict[str, Any], now: datetime, real_now: datetime
) -> OutboxEvent:
    """Store an event that its writer hands on himself, to one receiver alone."""
    return OutboxEvent.objects.create(
        brand_id=brand_id, topic=topic, payload=payload, at=now, processed_at=real_now
    )


def take_waiting(*, now: datetime, limit: int, hand_on: HandOn) -> int:
    """Hand waiting events on, oldest first, and mark them; safe beside another sweeper.

    Both commit together: what `hand_on` wrote is there for every event that is marked.
    """
    with transaction.atomic():
        events = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(processed_at__isnull=True)
            .order_by("id")[:limit]
        )
        if events:
            hand_on(events=events, now=now)
            OutboxEvent.objects.filter(id__in=[event.pk for event in events]).update(
                processed_at=now
            )
    return len(events)
