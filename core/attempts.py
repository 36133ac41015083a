"""How often somebody may guess: counted in PostgreSQL, so that it holds while Redis is away.

An attempt is taken before the secret is looked at and given back when it was right, so that guesses
at once count like guesses in a row. A person's own device is counted apart: strangers who guess at
his account do not lock him out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core.models import GuessCount

LONGEST = timedelta(minutes=15)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `free` guesses in `window`; each further one waits, twice as long each time.

    `longest`: no wait is longer.
    """

    key: str
    free: int
    window: timedelta
    wait: timedelta
    longest: timedelta = LONGEST

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()


def account_limit(name: str) -> Limit:
    """Return the limit of one account: 5 guesses, then 1, 2, 4, 8 and 15 minutes apart."""
    return Limit(name, free=5, window=DAY, wait=timedelta(minutes=1))


def network_limit(prefix: str) -> Limit:
    """Return the limit of one network: 30 guesses an hour, whatever accounts they are at."""
    return Limit(f"net {prefix}", free=30, window=timedelta(hours=1), wait=LONGEST)


def day_limit(name: str, most: int) -> Limit:
    """Return a limit of so many a day: after the last of them nothing for a day."""
    return Limit(name, free=most, window=DAY, wait=DAY, longest=DAY)


@transaction.atomic
def take_attempt(limits: Sequence[Limit], *, now: datetime) -> bool:
    """Count one guess against every limit; False, and nothing counted, while one of them waits."""
    rows = [_lock(limit, now) for limit in sorted(limits, key=lambda one: one.digest)]
    if any(row.blocked_until and row.blocked_until > now for row in rows):
        return False
    for limit, row in zip(sorted(limits, key=lambda one: one.digest), rows, strict=True):
        if now - row.began_at >= limit.window:
            row.count, row.began_at = 0, now
        row.count += 1
        row.blocked_until = _next_try(limit, row.count, now)
        row.save(update_fields=["count", "began_at", "blocked_until"])
    return True


@transaction.atomic
def give_back(limits: Sequence[Limit], *, now: datetime) -> None:
    """Take one guess back, because it was right."""
    for limit in sorted(limits, key=lambda one: one.digest):
        row = _lock(limit, now)
        row.count = max(0, row.count - 1)
        row.blocked_until = None
        row.save(update_fields=["count", "blocked_until"])


def forget_guesses(*, now: datetime) -> int:
    """Delete counts that no limit looks at any more; returns how many."""
    return GuessCount.objects.filter(began_at__lt=now - timedelta(days=2)).delete()[0]


def _lock(limit: Limit, now: datetime) -> GuessCount:
    GuessCount.objects.bulk_create(
        [GuessCount(key_hash=limit.digest, began_at=now)], ignore_conflicts=True
    )
    return GuessCount.objects.select_for_update().get(key_hash=limit.digest)


def _next_try(limit: Limit, count: int, now: datetime) -> datetime | None:
    if count < limit.free:
        return None
    waited: timedelta = limit.wait * 2 ** min(count - limit.free, 10)
    return now + min(limit.longest, waited)
