"""Forget what arrived long ago; what did not arrive stays until it does."""

from datetime import datetime, timedelta

from brands.models import DeliveryStatus, EventDelivery

KEPT = timedelta(days=30)
BATCH = 2_000


def forget_delivered(*, now: datetime) -> int:
    """Delete deliveries that were taken 30 days ago, with their tries; returns how many."""
    old = EventDelivery.objects.filter(
        status=DeliveryStatus.DELIVERED, delivered_at__lt=now - KEPT
    ).order_by("delivered_at")
    count = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        EventDelivery.objects.filter(pk__in=ids).delete()
        count += len(ids)
    return count
