"""One row for each event and endpoint that wants it, in the transaction that hands events on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from brands.models import Endpoint, EndpointStatus, EventDelivery
from core.jobs import enqueue
from core.models import OutboxEvent

DELIVER = "brands.deliver_events"


def fan_out(*, events: Sequence[OutboxEvent], now: datetime) -> int:
    """Note for which endpoints events are; returns how many deliveries began. `now` is real time.

    A stopped endpoint gets none: what it missed can be asked for when it is started.
    """
    endpoints: dict[int, list[Endpoint]] = defaultdict(list)
    rows = Endpoint.objects.filter(
        brand_id__in={event.brand_id for event in events}, brand__archived_at=None
    ).exclude(status=EndpointStatus.STOPPED)
    for endpoint in rows.defer("secret", "old_secret"):
        endpoints[endpoint.brand_id].append(endpoint)
    deliveries = [
        make_delivery(endpoint, event.pk, now)
        for event in events
        for endpoint in endpoints[event.brand_id]
        if wants(endpoint, event.topic)
    ]
    return store_deliveries(deliveries)


def wants(endpoint: Endpoint, topic: str) -> bool:
    """Tell whether an endpoint hears of a topic; one that names none hears of all."""
    return not endpoint.topics or topic in endpoint.topics


def make_delivery(endpoint: Endpoint, event_id: int, now: datetime) -> EventDelivery:
    """Return a delivery that is due at once; stores nothing."""
    return EventDelivery(
        brand_id=endpoint.brand_id,
        endpoint=endpoint,
        event_id=event_id,
        begun_at=now,
        next_at=now,
        created_at=now,
    )


def store_deliveries(deliveries: Iterable[EventDelivery]) -> int:
    """Store deliveries, of an event and endpoint one alone, and have them brought."""
    rows = list(deliveries)
    if rows:
        EventDelivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        enqueue(DELIVER)
    return len(rows)
