"""Lemon Squeezy: one product an order, renewals, refunds as running totals."""

import json
from datetime import UTC, datetime

import pytest

from core.signing import Refusal, Verified
from tests.tracking.payloads import SHARED, hash_email, own
from tests.tracking.vectors import list_vectors
from tracking.integrations.lemonsqueezy import describe, parse, verify
from tracking.services.adapters import IRRELEVANT, SAME_SALE, PayloadRefused

NOW = datetime(2026, 1, 1, 10, tzinfo=UTC)
CLICK = "Ab3" * 16 + "xy"


def read(name, **changes):
    document = json.loads(own("lemonsqueezy", name))
    if changes:
        document["data"]["attributes"] |= changes
    body = json.dumps(document).encode()
    topic = "order.fetched" if name.startswith("fetched") else document["meta"]["event_name"]
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


@pytest.mark.parametrize("vector", list_vectors("lemonsqueezy"), ids=lambda one: one.name)
def test_its_signature_is_believed_and_no_other(vector):
    asked = {"headers": vector.headers, "now": NOW}

    assert verify(body=vector.body, secrets=["x", vector.key], **asked) == Verified(1)
    for body, secret in ((vector.body + b" ", vector.key), (vector.body, "x")):
        refused = verify(body=body, secrets=[secret], **asked)
        assert refused == Refusal("signature_mismatch")
    assert verify(headers={}, body=b"", secrets=["s"], now=NOW) == Refusal("missing_header")


def test_an_order_is_one_line_of_its_product():
    parsed = read("order_created")
    [order] = parsed.events
    [line] = order.lines

    assert (parsed.fetch, parsed.is_provisional) == (("41",), False)
    assert (order.external_order_id, order.status, order.total) == ("41", "paid", 5400)
    assert (line.product_ref, line.gross, line.discount, line.net_ex_tax, line.tax) == (
        "11",
        5000,
        500,
        4500,
        900,
    )
    assert [(one.token, one.carrier) for one in order.clicks] == [(CLICK, "custom_data")]
    assert order.customer.email_hash == "hash of mia@shop.example"


def test_what_is_fetched_adds_the_code():
    [told], [order] = read("order_created").events, read("fetched_order").events

    assert [(one.kind, one.code, one.amount) for one in order.discounts] == [
        ("code", "lena10", 500)
    ]
    assert order.external_order_id == told.external_order_id and order.version > told.version


def test_tax_inside_the_price_is_taken_out():
    [order] = read("order_tax_included").events
    [line] = order.lines

    assert (line.gross, line.net_ex_tax, line.tax) == (1000, 1000, 190)


def test_refunds_are_running_totals():
    order, refund = read("order_refunded_partly").events
    whole, all_of_it = read("order_refunded").events

    assert (order.status, refund.cumulative_total, refund.status) == (
        "partially_refunded",
        1080,
        "succeeded",
    )
    assert (whole.status, all_of_it.cumulative_total) == ("refunded", 5400)


def test_a_subscriptions_first_payment_counts_once_and_renewals_each():
    [renewal] = read("renewal").events

    assert (read("first_invoice").events, read("first_invoice").note) == ((), SAME_SALE)
    assert (renewal.external_order_id, renewal.subscription.kind) == ("invoice-51", "renewal")
    assert renewal.subscription.external_id == "3"
    assert (renewal.clicks, renewal.total) == ((), 999)


def test_a_test_is_told():
    [order] = read("order_of_a_test").events

    assert order.is_test


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": 5401}, "inconsistent_money"),
        ({"total": "54.00"}, "bad_amount"),
        ({"subtotal": None}, "missing_field"),
        ({"status": "odd"}, "unknown_word"),
        ({"currency": "???"}, "unknown_currency"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read("order_created", **changes)
    assert refused.value.code == code


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_every_real_body_is_read_or_set_aside_with_a_reason():
    found = {}
    for path in sorted(SHARED.glob("lemonsqueezy__*.json")):
        body = path.read_bytes()
        topic = describe(headers={}, body=body).topic
        parsed = parse(topic=topic, headers={}, body=body, hash_email=hash_email)
        found[topic] = [
            (one.external_order_id, one.status, one.total, one.lines[0].net_ex_tax)
            for one in parsed.events
        ] or parsed.note

    assert found == {
        "order_created": [("1", "paid", 5899, 5899)],
        "subscription_created": IRRELEVANT,
        "subscription_payment_success": SAME_SALE,
    }
