"""What changed in how a person gets in: a row each, with the network it was done from."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context

from core import audit
from core.models import User

TOLD_EVERY = timedelta(hours=24)


def note(*, user: User, action: str, now: datetime, **facts: str | int) -> None:
    """Record what a person changed in his ways in, or used of them."""
    _record(user, action, user.pk, facts, now)


def note_guessing(*, user: User, action: str, now: datetime) -> None:
    """Record that wrong guesses at a person's secret were stopped, once a day."""
    told = audit.list_about(user).filter(action=action, at__gt=now - TOLD_EVERY)
    if not told.exists():
        _record(user, action, None, {}, now)


def _record(
    user: User, action: str, actor_id: int | None, facts: dict[str, str | int], now: datetime
) -> None:
    request: Any = context.request
    told = facts | ({"network": get_adapter().get_client_ip(request)} if request else {})
    after = {name: fact for name, fact in told.items() if fact != ""}
    audit.record(brand_id=None, actor_id=actor_id, action=action, target=user, after=after, now=now)
