"""What rails sent is forgotten once it is worked on and old."""

from datetime import datetime, timedelta

from django.conf import settings

from core.models import InboundStatus
from payouts.models import RailEvent

DONE = (InboundStatus.PROCESSED, InboundStatus.IGNORED, InboundStatus.REFUSED)


def forget_bodies(*, now: datetime) -> int:
    """Empty raw messages of rails after their days; returns how many."""
    old = now - timedelta(days=settings.RAW_BODY_DAYS)
    return RailEvent.objects.filter(
        status__in=DONE, body__isnull=False, received_at__lt=old
    ).update(body=None)
