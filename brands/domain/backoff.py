"""When an event that did not arrive is tried again, and when an endpoint is given up."""

import hashlib
from datetime import datetime, timedelta

# Waits after the first try, the second and so on: eleven tries, the last within three days.
STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 1800, 7200, 18000, 36000, 43200, 50400, 64800)
)
WORTH = timedelta(days=3)
JITTER = 10  # the longest delay is one part of so many
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 30, 60, 120, 300))
WARN_AFTER = 5
WARN_WHEN = timedelta(hours=1)
STOP_WHEN = timedelta(days=5)


def next_try(*, tries: int, begun_at: datetime, key: str, now: datetime) -> datetime | None:
    """Return when to try again after so many tries; None where it is given up.

    Each wait is up to a tenth longer, by a hash of the key, so that deliveries of one moment do not
    come back in one.
    """
    if tries > len(STEPS):
        return None
    digest = hashlib.sha256(f"{key} {tries}".encode()).digest()
    wait = STEPS[tries - 1]
    at = now + wait + wait * (int.from_bytes(digest[:4]) % 10**6) // (10**6 * JITTER)
    return at if at <= begun_at + WORTH else None


def pause_until(*, failures: int, now: datetime) -> datetime:
    """Return until when an endpoint is left alone after so many failures in a row."""
    return now + PAUSES[min(failures, len(PAUSES)) - 1]


def is_worth_a_word(*, failures: int, since: datetime, now: datetime) -> bool:
    """Tell whether an endpoint failed often and long enough to tell its owners."""
    return failures >= WARN_AFTER and now - since >= WARN_WHEN


def is_hopeless(*, since: datetime, now: datetime) -> bool:
    """Tell whether an endpoint has done nothing but fail for too long."""
    return now - since >= STOP_WHEN
