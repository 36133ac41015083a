"""The cache forgets when Redis is away; it never fails a request, nor holds up many."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from core.pause import Pause

T = TypeVar("T")

redis_pause = Pause(length_s=5)


class _ForgivingClient(RedisCacheClient):
    def get(self, key: Any, default: Any) -> Any:
        return _ask(lambda: super(_ForgivingClient, self).get(key, default), default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        _ask(lambda: super(_ForgivingClient, self).set(key, value, timeout), None)

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return _ask(lambda: bool(super(_ForgivingClient, self).add(key, value, timeout)), True)  # noqa: FBT003

    def delete(self, key: Any) -> bool:
        return _ask(lambda: bool(super(_ForgivingClient, self).delete(key)), False)  # noqa: FBT003

    def incr(self, key: Any, delta: int) -> Any:
        return _ask(lambda: super(_ForgivingClient, self).incr(key, delta), delta)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache whose reads miss and writes are dropped while Redis is gone."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _ForgivingClient


def _ask(redis: Callable[[], T], otherwise: T) -> T:
    if redis_pause.is_on:
        return otherwise
    try:
        return redis()
    except RedisError:
        redis_pause.begin()
        return otherwise
