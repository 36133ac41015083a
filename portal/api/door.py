"""Who asks: a key of a brand, and how often."""

from collections import defaultdict
from datetime import timedelta
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

_taken_here: dict[str, int] = defaultdict(int)
"""Turns taken in this process by key and minute: what counts while the cache is away."""


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
    seconds = int(utc_now().timestamp())
    name = f"api:{key.prefix}:{seconds // MINUTE_S}"
    if name not in _taken_here:
        for old in [one for one in _taken_here if one.startswith(f"api:{key.prefix}:")]:
            del _taken_here[old]
    _taken_here[name] += 1
    if max(_taken_here[name], _count_everywhere(name)) > settings.API_REQUESTS_PER_MINUTE:
        raise Problem("too_many_requests", wait_s=MINUTE_S - seconds % MINUTE_S)


def _count_everywhere(name: str) -> int:
    cache.add(name, 0, 2 * MINUTE_S)
    try:
        return int(cache.incr(name))
    except ValueError:  # it went away in between
        return 1
