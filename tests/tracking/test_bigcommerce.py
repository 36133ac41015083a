"""BigCommerce: ids come, orders are fetched."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.egress import Answer
from core.signing import Refusal, Verified
from tests.tracking.payloads import SHARED, hash_email, own
from tests.tracking.vectors import list_vectors
from tracking.integrations.bigcommerce import describe, parse, verify
from tracking.integrations.bigcommerce.pull import BigSource
from tracking.services.adapters import IRRELEVANT, NO_ORDER, PayloadRefused

CLICK = "Ab3" * 16 + "xy"


def read(name, part="", **changes):
    document = json.loads(own("bigcommerce", name))
    if changes:
        document[part] |= changes
    body = json.dumps(document).encode()
    topic = "order.fetched" if name.startswith("fetched") else document["scope"]
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


@pytest.mark.parametrize("vector", list_vectors("bigcommerce"), ids=lambda one: one.name)
def test_its_signature_is_believed_for_five_minutes(vector):
    at = datetime.fromtimestamp(int(vector.headers["webhook-timestamp"]), UTC)
    asked = {"headers": vector.headers, "secrets": [vector.key], "now": at}

    assert verify(body=vector.body, **asked) == Verified(0)
    assert verify(body=vector.body + b" ", **asked) == Refusal("signature_mismatch")
    late = asked | {"now": at + timedelta(seconds=301)}
    assert verify(body=vector.body, **late) == Refusal("timestamp_too_old")
    assert verify(body=vector.body, **(asked | {"headers": {}})) == Refusal("missing_header")


def test_a_webhook_names_what_has_to_be_fetched():
    assert read("webhook_updated").fetch == ("218",)
    assert read("webhook_refund").fetch == ("218",)
    assert (read("webhook_cart").fetch, read("webhook_cart").note) == ((), IRRELEVANT)
    assert describe(headers={}, body=own("bigcommerce", "webhook_updated")).event_id == "a" * 40


def test_a_paid_order_has_lines_discounts_code_and_click():
    [order] = read("fetched_paid").events

    assert (order.external_order_id, order.status, order.total) == ("218", "paid", 11390)
    assert [(one.gross, one.discount, one.net_ex_tax, one.tax) for one in order.lines] == [
        (6000, 600, 5400, 1045),
        (4000, 400, 3600, 665),
    ]
    assert [(one.code, one.amount) for one in order.discounts] == [("lena10", 1000)]
    assert [one.token for one in order.clicks] == [CLICK]
    assert (order.customer.email_hash, order.customer.country) == ("hash of mia@shop.example", "DE")
    assert order.shipping == 680


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("fetched_awaiting_payment", "pending"),
        ("fetched_cancelled", "cancelled"),
        ("fetched_archived", "cancelled"),
    ],
)
def test_states_follow_its_number(name, status):
    [order] = read(name).events

    assert (order.status, order.paid_at) == (status, None)


def test_an_order_left_at_the_checkout_is_none():
    assert (read("fetched_incomplete").events, read("fetched_incomplete").note) == ((), NO_ORDER)


def test_four_decimals_are_rounded_once_a_line_and_no_coupons_are_no_coupons():
    [order] = read("fetched_no_coupon").events
    [line] = order.lines

    assert (line.gross, line.net_ex_tax, line.tax, order.discounts) == (3333, 3333, 633, ())


def test_refunds_name_lines_shipping_or_an_amount():
    order, line, shipping, amount, declined = read("fetched_refunds").events

    assert order.status == "partially_refunded"
    assert [(one.external_line_id, one.quantity) for one in line.lines] == [("2", 1)]
    assert sum(one.net_ex_tax + one.tax for one in line.lines) == line.total == 4265
    assert (shipping.kind, shipping.shipping, amount.kind, amount.amount) == (
        "shipping_only",
        680,
        "amount_only",
        500,
    )
    assert declined.status == "failed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_inc_tax": "113.9050"}, "bad_amount"),
        ({"total_inc_tax": "odd"}, "bad_amount"),
        ({"status_id": 99}, "unknown_status"),
        ({"currency_code": "???"}, "unknown_currency"),
        ({"date_modified": "today"}, "bad_time"),
        ({"shipping_cost_ex_tax": "-1.0"}, "negative_amount"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read("fetched_paid", "order", **changes)
    assert refused.value.code == code


def test_an_order_is_fetched_in_four_parts():
    found = {
        "v2/orders/1": Answer(200, {}, b'{"id":1}'),
        "v2/orders/1/products?limit=250": Answer(200, {}, b"[]"),
        "v2/orders/1/coupons": Answer(204, {}, b""),
        "v3/orders/1/payment_actions/refunds": Answer(200, {}, b'{"data":[]}'),
    }
    source = BigSource(lambda path: found.get(path, Answer(404, {}, b"")))

    body = source.get_order("1").body
    assert body == b'{"order":{"id":1},"products":[],"coupons":null,"refunds":{"data":[]}}'
    assert source.get_order("2") is None


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_every_real_body_is_read_or_set_aside_with_a_reason():
    for path in sorted(SHARED.glob("bigcommerce__wh_*.json")):
        topic = describe(headers={}, body=path.read_bytes()).topic
        parsed = parse(topic=topic, headers={}, body=path.read_bytes(), hash_email=hash_email)
        assert parsed.fetch == ("250",) if "order_" in path.name else parsed.note == IRRELEVANT
    parts = {
        name: json.loads((SHARED / f"bigcommerce__{name}.json").read_bytes())
        for name in ("order_v2", "order_products_v2", "refund_v3")
    }
    body = {
        "order": parts["order_v2"],
        "products": parts["order_products_v2"],
        "coupons": None,
        "refunds": {"data": [parts["refund_v3"]["data"]]},
    }

    raw = json.dumps(body).encode()
    order, refund = parse(topic="order.fetched", headers={}, body=raw, hash_email=hash_email).events

    assert (order.status, order.currency, order.total) == ("pending", "USD", 6984)
    assert [(one.gross, one.discount, one.net_ex_tax, one.tax) for one in order.lines] == [
        (5599, 159, 5440, 924),
        (0, 0, 0, 0),
    ]
    assert (refund.total, refund.amount, refund.status) == (5000, 5000, "succeeded")
