"""Reading our own WooCommerce payloads, changed where a test wants them changed."""

import json
from datetime import UTC, datetime

import pytest

from tests.tracking.payloads import hash_email, own
from tracking.domain.events import OrderSnapshot
from tracking.integrations.woocommerce import parse
from tracking.services.adapters import PayloadRefused


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def events(name, topic="order.updated", change=None):
    body = own("woocommerce", name)
    if change:
        found = json.loads(body)
        change(found)
        body = json.dumps(found).encode()
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email).events


def order(name, change=None) -> OrderSnapshot:
    return events(name, change=change)[0]


def refused(name, change, topic="order.updated"):
    with pytest.raises(PayloadRefused) as caught:
        events(name, topic, change)
    return caught.value.code, caught.value.detail
