"""Sessions that are over are forgotten, with where they were begun from."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from core.sessions import LONGEST

KEPT = LONGEST * 2


def forget_sessions(*, now: datetime) -> int:
    """Delete sessions that have run out; returns how many."""
    expired, _ = Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.filter(last_seen_at__lt=now - KEPT).delete()
    return expired
