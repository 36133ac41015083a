"""Reading our own Shopify payloads, changed where a test wants them changed."""

import json
from datetime import UTC, datetime

import pytest

from tests.tracking.payloads import hash_email, own
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.integrations.shopify import parse
from tracking.services.adapters import PayloadRefused


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def events(name, topic="orders/updated", change=None, headers=None):
    body = own("shopify", name)
    if change:
        found = json.loads(body)
        change(found)
        body = json.dumps(found).encode()
    return parse(topic=topic, headers=headers or {}, body=body, hash_email=hash_email)


def order(name, change=None) -> OrderSnapshot:
    return events(name, change=change).events[0]


def refund(name, change=None) -> RefundEvent:
    return events(name, "refunds/create", change).events[0]


def refused(name, change, topic="orders/updated"):
    with pytest.raises(PayloadRefused) as caught:
        events(name, topic, change)
    return caught.value.code, caught.value.detail


def money(snapshot):
    """Return gross, discount, net, tax and quantity of each line."""
    return [(ln.gross, ln.discount, ln.net_ex_tax, ln.tax, ln.quantity) for ln in snapshot.lines]
