"""The cache forgets when Redis is away; it never fails a request."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError


class _ForgivingClient(RedisCacheClient):
    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except RedisError:
            return default

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        try:
            super().set(key, value, timeout)
        except RedisError:
            return

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        try:
            return bool(super().add(key, value, timeout))
        except RedisError:
            return True

    def delete(self, key: Any) -> bool:
        try:
            return bool(super().delete(key))
        except RedisError:
            return False

    def incr(self, key: Any, delta: int) -> Any:
        try:
            return super().incr(key, delta)
        except RedisError:
            return delta


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache whose reads miss and writes are dropped while Redis is gone."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _ForgivingClient
