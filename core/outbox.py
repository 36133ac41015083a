"""Write a fact for others in the transaction that made it true."""

from datetime import datetime
from typing import Any

from django.db import transaction

from core.jobs import enqueue
from core.models import OutboxEvent


def emit(*, brand_id: int, topic: str, payload: dict[str, Any], now: datetime) -> OutboxEvent:
    """Store the event; it is handed on after the commit, and by the sweeper if that is lost."""
    event = OutboxEvent.objects.create(brand_id=brand_id, topic=topic, payload=payload, at=now)
    enqueue("core.sweep")
    return event


def take_waiting(*, now: datetime, limit: int) -> int:
    """Mark waiting events as handed on, oldest first; safe beside another sweeper.

    The receivers of today read OutboxEvent itself; endpoints of brands are delivered from here.
    """
    with transaction.atomic():
        ids = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(processed_at__isnull=True)
            .order_by("id")
            .values_list("id", flat=True)[:limit]
        )
        OutboxEvent.objects.filter(id__in=ids).update(processed_at=now)
    return len(ids)
