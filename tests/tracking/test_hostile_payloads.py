"""Whatever the bytes: events that keep the invariants, or PayloadRefused. Never anything else."""

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.payloads import OWN, SHARED, hash_email
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.integrations import get_adapter, list_adapters
from tracking.integrations.base import check_refund, check_snapshot
from tracking.integrations.reading import clean_text, load_object, parse_time
from tracking.services.adapters import PayloadRefused

SHOPIFY_TOPICS = ["orders/updated", "refunds/create", "disputes/update", "orders/delete"]
WOOCOMMERCE_TOPICS = ["order.updated", "order.deleted", "order.pulled"]
TOPICS = {
    "shopify": SHOPIFY_TOPICS,
    "woocommerce": WOOCOMMERCE_TOPICS,
    "squarespace": ["order.pulled", "order.update", "extension.uninstall"],
    "ecwid": ["order.pulled", "order.updated"],
    "wix": ["order.pulled", "wix.ecom.v1.order_updated"],
    "saleor": ["order_updated"],
    "magento": ["order.pulled", "observer.sales_order_save_after"],
    "medusa": ["order.placed"],
    "prestashop": ["order.pulled"],
}
PLATFORMS = [name for name in list_adapters() if name != "csv"]
ODD = [
    None, True, False, 0, -1, 1, 2**63, 10**30, 0.1, 1e-7, 1e25, "", "0", "-1", "1e5", "NaN", "1_0",
    "12.345", "x" * 5000, "\x00", "\ud800", "٣", [], {}, [[]], [None], [{}], {"amount": "1"},
    {"shop_money": None}, "2026-03-02T10:00:00Z", "0001-01-01T00:00:00+23:59", "EUR", "JPY",
]  # fmt: skip
SEEDS = sorted(OWN.glob("*/*.json"))


def outcome(platform, topic, body):
    """Return the events after checking them, or nothing when the body was refused."""
    adapter = get_adapter(platform)
    adapter.describe(headers={}, body=body)
    adapter.is_ping(body=body)
    try:
        parsed = adapter.parse(topic=topic, headers={}, body=body, hash_email=hash_email)
    except PayloadRefused:
        return ()
    for event in parsed.events:
        if isinstance(event, OrderSnapshot):
            check_snapshot(event)
        if isinstance(event, RefundEvent):
            check_refund(event)
    str(parsed).encode()  # nothing in it that no database could take
    return parsed.events


def topics(platform, body):
    """Return the topics a body is read under; where it names its own, also what is fetched."""
    told = get_adapter(platform).describe(headers={}, body=body).topic
    return TOPICS.get(platform) or [told, "order.fetched"]


def paths(value, path=()):
    """Yield the path of every value in a JSON document."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*path, key))


def replaced(document, path, value):
    copy = json.loads(json.dumps(document))
    target = copy
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return copy


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_one_field_gone_wrong_is_read_or_refused(seed):
    rng = random.Random(seed.stem)
    platform, document = seed.parent.name, json.loads(seed.read_bytes())
    places = [path for path in paths(document) if path]
    for _ in range(120):
        changed = replaced(document, rng.choice(places), rng.choice(ODD))
        body = json.dumps(changed).encode()
        for topic in topics(platform, body):
            outcome(platform, topic, body)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_broken_bytes_are_read_or_refused(seed):
    rng = random.Random(seed.stem)
    platform, raw = seed.parent.name, seed.read_bytes()
    for _ in range(40):
        body = bytearray(raw)
        for _ in range(rng.randrange(1, 4)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        cut = bytes(body[: rng.randrange(len(body))]) if rng.random() < 0.3 else bytes(body)
        for topic in topics(platform, cut):
            outcome(platform, topic, cut)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(platform=st.sampled_from(PLATFORMS), value=JSON, raw=st.binary(max_size=30))
def test_any_json_and_any_bytes_are_read_or_refused(platform, value, raw):
    for body in (json.dumps(value).encode(), raw):
        for topic in topics(platform, body):
            outcome(platform, topic, body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 2_000_000,
        b'{"a":' * 400_000,
        b'"' * 2_000_000,
        b'{"a":"' + b'\\"' * 900_000,
        b'{"a":"' + b"\\" * 1_000_001,
        b'{"id":' + b"9" * 1_000_000 + b"}",
        b'{"id":1e' + b"9" * 60 + b"}",
        b'{"total_price":1E+999999999,"currency":"EUR","id":1}',
        b"[]" * 1_000_000,
    ],
    ids=range(9),
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_bodies_made_to_be_slow_or_deep_are_refused_at_once(platform, body):
    started = time.process_time()
    assert outcome(platform, topics(platform, b"{}")[0], body) == ()
    assert time.process_time() - started < 1


def test_brackets_in_strings_are_no_depth():
    assert load_object(json.dumps({"a": '[{"' * 500}).encode()).text("a")


def test_a_large_honest_body_is_read():
    document = json.loads((OWN / "shopify" / "kwd.json").read_bytes())
    line = document["line_items"][0]
    document["line_items"] = [{**line, "id": n} for n in range(1, 501)]
    body = json.dumps(document).encode()
    [snapshot] = outcome("shopify", "orders/updated", body)
    assert len(snapshot.lines) == 500


@pytest.mark.parametrize("text", ["", "now", "2026", "2026-03-02", "T10:00Z", "9" * 41, "٢٠٢٦"])
def test_a_text_that_is_no_moment_is_none(text):
    assert parse_time(text) is None


def test_a_text_for_people_keeps_its_script_and_loses_what_cannot_be_stored():
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0631\u0645"  # holds a joiner that must stay
    assert clean_text(f" {persian}\x00\n\ud800 ") == persian


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_other_platforms_bodies_are_read_or_refused():
    for path in sorted(SHARED.glob("*__*.json")):
        for platform in PLATFORMS:
            for topic in topics(platform, path.read_bytes()):
                outcome(platform, topic, path.read_bytes())
