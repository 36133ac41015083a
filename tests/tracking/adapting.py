"""Reading our own payloads of the stores that are polled or sign by key, and what must hold."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from tests.tracking.payloads import SHARED, hash_email, own
from tracking.domain.events import CanonicalEvent, OrderSnapshot, RefundEvent
from tracking.services.adapters import Parsed, PayloadRefused

PULLED = "order.pulled"
Change = Callable[[dict[str, Any]], object]

needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def document(platform: str, name: str) -> Any:
    return json.loads(own(platform, name))


def shared(platform: str, name: str) -> Any:
    return json.loads((SHARED / f"{platform}__{name}.json").read_bytes())


def read_raw(adapter: ModuleType, body: bytes, topic: str = PULLED) -> Parsed:
    """Parse a body, and hold every event of it to what must always be true."""
    parsed: Parsed = adapter.parse(topic=topic, headers={}, body=body, hash_email=hash_email)
    check(parsed.events)
    return parsed


def read(adapter: ModuleType, found: Any, topic: str = PULLED) -> tuple[Any, ...]:
    return read_raw(adapter, json.dumps(found).encode(), topic).events


def refused(adapter: ModuleType, found: Any, topic: str = PULLED) -> tuple[str, str]:
    with pytest.raises(PayloadRefused) as caught:
        read(adapter, found, topic)
    return caught.value.code, caught.value.detail


def changed(platform: str, name: str, change: Change) -> Any:
    found = document(platform, name)
    change(found)
    return found


def with_value(found: Any, path: str, value: Any) -> Any:
    """Return a document with the value at a path such as `lines[0].total` replaced."""
    copy = json.loads(json.dumps(found))
    *parents, last = [
        int(name) if name.isdecimal() else name
        for name in path.replace("[", ".").replace("]", "").split(".")
    ]
    target = copy
    for name in parents:
        target = target[name]
    target[last] = value
    return copy


def money_of(order: OrderSnapshot) -> list[tuple[int, int, int, int]]:
    return [(line.gross, line.discount, line.net_ex_tax, line.tax) for line in order.lines]


def check(events: tuple[CanonicalEvent, ...]) -> None:
    """Assert the invariants of every canonical event, and those of an order with its refunds."""
    orders = [event for event in events if isinstance(event, OrderSnapshot)]
    refunds = [event for event in events if isinstance(event, RefundEvent)]
    for order in orders:
        for line in order.lines:
            amounts = (line.gross, line.discount, line.net_ex_tax, line.tax)
            assert all(type(amount) is int and amount >= 0 for amount in amounts)
            assert line.discount <= line.gross
            held = line.tax if order.tax_included else 0
            assert line.net_ex_tax == line.gross - line.discount - held
        assert order.version > 0
        assert order.placed_at is not None
        net = sum(line.net_ex_tax for line in order.lines)
        back = sum(line.net_ex_tax for refund in refunds for line in refund.lines)
        assert back <= net
    for refund in refunds:
        assert type(refund.total) is int
        assert refund.total >= 0
        named = sum(line.net_ex_tax + line.tax for line in refund.lines)
        assert named + refund.amount + refund.shipping <= refund.total
