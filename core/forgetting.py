"""Sessions that are over are forgotten, and the address somebody had before."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from core.models import User
from core.sessions import LONGEST

KEPT = LONGEST * 2
FORMER_ADDRESS = timedelta(days=30)  # it is told of what touches the person's money so long


def forget_sessions(*, now: datetime) -> int:
    """Delete sessions that have run out; returns how many."""
    expired, _ = Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.filter(last_seen_at__lt=now - KEPT).delete()
    return expired


def forget_former_addresses(*, now: datetime) -> int:
    """Forget addresses that people gave up long ago; returns how many."""
    rows = User.objects.exclude(former_email="").filter(email_changed_at__lt=now - FORMER_ADDRESS)
    return rows.update(former_email="")
