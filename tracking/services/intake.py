"""Keep what a store delivers before anything is done with it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from brands.models import StoreConnection
from core import audit, jobs
from core.models import InboundStatus
from tracking.models import RefusedDelivery, StoreEvent

KEPT_REFUSALS = 100


class BodyForgotten(Exception):
    """The raw body was deleted when its time was over; it cannot be replayed."""


def store_delivery(
    *,
    connection: StoreConnection,
    topic: str,
    event_id: str,
    body: bytes,
    key_index: int,
    now: datetime,
) -> tuple[StoreEvent, bool]:
    """Store a verified delivery once; returns it and whether it is new.

    The same event id with another body is kept beside the first and flagged (a store that gets
    a refusal may drop the subscription). One event may come under several topics, so the topic is
    part of its key (Shopify, "Ignore duplicate webhooks"). Without an id the body's hash stands in.
    """
    digest = hashlib.sha256(body).hexdigest()
    key = f"{topic}:{event_id}"[:128] if event_id else f"sha256:{digest}"
    with transaction.atomic():
        others = StoreEvent.objects.filter(connection=connection, event_id=key)
        has_other_body = others.exclude(body_sha256=digest).exists()
        return StoreEvent.objects.get_or_create(
            connection=connection,
            event_id=key,
            body_sha256=digest,
            defaults={
                "brand_id": connection.brand_id,
                "topic": topic[:64],
                "body": body.decode("latin-1"),  # one character a byte: comes back exact
                "size_bytes": len(body),
                "key_index": key_index,
                "received_at": now,
                "next_attempt_at": now,
                "has_other_body": has_other_body,
            },
        )


def record_refusal(
    *, connection: StoreConnection, code: str, body: bytes, now: datetime
) -> RefusedDelivery:
    """Remember a delivery that did not prove itself: no body, and only the last 100."""
    refusal = RefusedDelivery.objects.create(
        brand_id=connection.brand_id,
        connection=connection,
        at=now,
        code=code[:64],
        size_bytes=len(body),
        body_sha256=hashlib.sha256(body).hexdigest(),
    )
    kept = RefusedDelivery.objects.filter(connection=connection).order_by("-id")
    last = kept.values_list("id", flat=True)[KEPT_REFUSALS - 1 : KEPT_REFUSALS]
    RefusedDelivery.objects.filter(connection=connection, id__lt=min(last, default=0)).delete()
    return refusal


def replay(*, event_id: int, actor_id: int, now: datetime) -> StoreEvent:
    """Queue a stored delivery once more; merging makes that safe, whatever it did before.

    :raises StoreEvent.DoesNotExist: unknown.
    :raises BodyForgotten: its raw body was deleted after its time.
    """
    with transaction.atomic():
        event = StoreEvent.objects.select_for_update(of=("self",)).get(pk=event_id)
        if event.body is None:
            raise BodyForgotten(event.public_id)
        event.status, event.next_attempt_at = InboundStatus.STORED, now
        event.save(update_fields=["status", "next_attempt_at"])
        audit.record(
            brand_id=event.brand_id,
            actor_id=actor_id,
            action="store_event.replayed",
            target=event,
            now=now,
        )
    return event


def replay_all(
    *, connection: StoreConnection, event_ids: Sequence[int], actor_id: int, now: datetime
) -> int:
    """Queue deliveries of a store that came to nothing once more; returns how many.

    One that was worked on meanwhile, or whose body is gone, is left as it is.
    """
    with transaction.atomic():
        rows = StoreEvent.objects.filter(
            connection=connection,
            pk__in=event_ids,
            status__in=(InboundStatus.FAILED, InboundStatus.REFUSED),
            body__isnull=False,
        )
        count = rows.update(status=InboundStatus.STORED, next_attempt_at=now)
        audit.record(
            brand_id=connection.brand_id,
            actor_id=actor_id,
            action="store_event.all_replayed",
            target=connection,
            after={"deliveries": count},
            now=now,
        )
        jobs.enqueue("tracking.sweep_store_events")
    return count
