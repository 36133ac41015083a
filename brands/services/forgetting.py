"""Forget what arrived long ago; what did not arrive stays until it does."""

from datetime import datetime, timedelta

from brands.models import DeliveryStatus, EventDelivery

KEPT = timedelta(days=30)


def forget_delivered(*, now: datetime) -> int:
    """Delete deliveries that were taken 30 days ago, with their tries; returns how many."""
    old = EventDelivery.objects.filter(status=DeliveryStatus.DELIVERED, delivered_at__lt=now - KEPT)
    return old.delete()[1].get("brands.EventDelivery", 0)
