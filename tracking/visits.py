"""What this process remembers of the last hour's visits, to mark repeats and floods.

A mark informs and never takes credit away, so memory of one process is enough; reports count
unique visitors by their key.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from tracking.domain.ask import Ask
from tracking.domain.verdict import FLOOD_WINDOW_S, REPEAT_WINDOW_S, Earlier
from tracking.domain.visitor import make_net_key, make_visitor_key
from tracking.linktable import LinkFacts

MAX_KEPT = 100_000

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class VisitKeys:
    """The keyed hashes of a browser and of the network it is in."""

    visitor: int
    net: int


class VisitMemory:
    """Who opened which link lately, and how often a network did."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[int, int], datetime] = {}
        self._opens: dict[tuple[int, int], tuple[datetime, int]] = {}

    def look(self, *, link_id: int, keys: VisitKeys, now: datetime) -> Earlier:
        """Return this visitor's last open within the hour, and his network's in this window."""
        seen_at = self._seen.get((link_id, keys.visitor))
        if seen_at is not None and now - seen_at >= timedelta(seconds=REPEAT_WINDOW_S):
            seen_at = None
        began, opens = self._opens.get((link_id, keys.net), (now, 0))
        is_over = now - began >= timedelta(seconds=FLOOD_WINDOW_S)
        return Earlier(seen_at=seen_at, net_opens=0 if is_over else opens)

    def note(self, *, link_id: int, keys: VisitKeys, now: datetime) -> None:
        """Remember an open that was stored."""
        with self._lock:
            _put(self._seen, (link_id, keys.visitor), now)
            began, opens = self._opens.get((link_id, keys.net), (now, 0))
            if now - began >= timedelta(seconds=FLOOD_WINDOW_S):
                began, opens = now, 0
            _put(self._opens, (link_id, keys.net), (began, opens + 1))

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()
            self._opens.clear()


def make_keys(ask: Ask, link: LinkFacts) -> VisitKeys:
    """Return by what a visitor and his network are known for a day in the link's brand."""
    return VisitKeys(
        visitor=make_visitor_key(
            salt=link.salt,
            brand_id=link.brand_id,
            address=ask.address,
            user_agent=ask.user_agent,
        ),
        net=make_net_key(salt=link.salt, brand_id=link.brand_id, address=ask.address),
    )


def _put(table: dict[Key, Value], key: Key, value: Value) -> None:
    if key not in table and len(table) >= MAX_KEPT:
        table.pop(next(iter(table)))
    table[key] = value
