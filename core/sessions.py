"""How long somebody stays logged in, and from where."""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from ua_parser import parse

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
LONGEST_OF_STAFF = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=5)
BEGAN, SEEN = "began_at", "seen_at"


def is_over(request: Any, *, now: datetime) -> bool:
    """Say whether the session has lasted, or lain unused, as long as one may."""
    began, seen = read_began(request), _read(request, SEEN)
    longest = LONGEST_OF_STAFF if request.user.is_staff else LONGEST
    is_old = began is not None and now - began >= longest
    return is_old or (seen is not None and now - seen >= IDLE)


def begin(request: Any, *, now: datetime) -> None:
    """Note that somebody logged in just now."""
    request.session[BEGAN] = request.session[SEEN] = now.isoformat()


def touch(request: Any, *, now: datetime) -> None:
    """Keep the session alive while it is used; written every five minutes at most."""
    seen = _read(request, SEEN)
    if seen is not None and now - seen < NOTED_EVERY:
        return
    request.session.setdefault(BEGAN, now.isoformat())
    request.session[SEEN] = now.isoformat()
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def read_began(request: Any) -> datetime | None:
    """Return when somebody logged in with this browser."""
    return _read(request, BEGAN)


def name_device(agent: str) -> str:
    """Return browser and system in words, for example "Firefox, Windows"; "" for none known."""
    found = parse(agent)
    parts = (found.user_agent, found.os)
    return ", ".join(part.family for part in parts if part is not None)


def _read(request: Any, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
