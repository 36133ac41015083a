"""Who asks: a key of a brand, and how often."""

from datetime import timedelta
from threading import Lock
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from brands.models import ApiKey
from brands.selectors_keys import find_key
from brands.services.apikeys import note_use
from core.attempts import Limit, take_attempt
from core.clock import utc_now
from core.models import BrandStatus
from portal.api.errors import Problem

MINUTE = timedelta(minutes=1)
MINUTE_S = 60
FREE_GUESSES = 20

_taken_here: dict[str, tuple[int, int]] = {}
"""By key: the minute of its latest turn in this process and its turns in it; counts while the cache
is away."""

_counting = Lock()


class KeyAuthentication(BaseAuthentication):
    """A key in the header: `Authorization: Bearer fs_live_…`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Return the key as `auth`; there is no user.

        A right key is neither counted nor refused for the wrong ones of its neighbours: 256 random
        bits are not guessed. What the limit spares is the work of looking up.
        """
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = utc_now()
        key = find_key(text.strip(), now=now)
        if key is None:
            address = get_adapter().get_client_ip(request._request)
            if take_attempt([Limit(f"api key {address}", FREE_GUESSES, MINUTE, MINUTE)], now=now):
                raise Problem("wrong_key")
            raise Problem("too_many_guesses", wait_s=MINUTE_S)
        if key.brand.archived_at is not None or key.brand.status != BrandStatus.ACTIVE:
            raise Problem("brand_closed")
        note_use(key=key, now=now)
        return None, key

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"


def take_turn(key: ApiKey) -> None:
    """Count a request of a key in this minute.

    Counted in the cache for all processes, and here for the case that the cache is away.

    :raises Problem: the key had its requests of this minute.
    """
    minute, second = divmod(int(utc_now().timestamp()), MINUTE_S)
    with _counting:
        latest, taken = _taken_here.get(key.prefix, (minute, 0))
        taken = taken + 1 if latest == minute else 1
        _taken_here[key.prefix] = (minute, taken)
    if (
        max(taken, _count_everywhere(f"api:{key.prefix}:{minute}"))
        > settings.API_REQUESTS_PER_MINUTE
    ):
        raise Problem("too_many_requests", wait_s=MINUTE_S - second)


def _count_everywhere(name: str) -> int:
    cache.add(name, 0, 2 * MINUTE_S)
    try:
        return int(cache.incr(name))
    except ValueError:  # it went away in between
        return 1
