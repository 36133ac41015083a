"""Square: ids come, orders are fetched; the address is signed too."""

import json
from datetime import UTC, datetime

import pytest

from core.egress import Answer
from core.signing import Refusal, Verified
from tests.tracking.payloads import SHARED, hash_email, own
from tests.tracking.vectors import list_vectors
from tracking.integrations.square import describe, parse, verify
from tracking.integrations.square.pull import SquareSource
from tracking.services.adapters import IRRELEVANT, PayloadRefused

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLICK = "Ab3" * 16 + "xy"


def read(name, **changes):
    document = json.loads(own("square", name))
    if changes:
        document["order"]["order"] |= changes
    body = json.dumps(document).encode()
    topic = "order.fetched" if name.startswith("fetched") else document["type"]
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


@pytest.mark.parametrize("vector", list_vectors("square"), ids=lambda one: one.name)
def test_the_address_is_part_of_what_is_signed(vector):
    asked = {"headers": vector.headers, "secrets": [vector.key], "now": NOW}

    assert verify(body=vector.body, address=vector.url, **asked) == Verified(0)
    for body, address in ((vector.body, f"{vector.url}/"), (vector.body + b" ", vector.url)):
        refused = verify(body=body, address=address, **asked)
        assert refused == Refusal("signature_mismatch")


def test_an_event_names_what_has_to_be_fetched():
    assert read("order_updated").fetch == ("ORD1",)
    assert read("payment_updated").fetch == ("ORD1",)
    assert read("refund_created").fetch == ("payment/PAY1",)
    assert read("test_notification").note == IRRELEVANT
    assert describe(headers={}, body=own("square", "order_updated")).event_id == "e1"


def test_a_paid_order_has_lines_and_the_click():
    [order] = read("fetched_paid").events

    assert (order.external_order_id, order.status, order.version) == ("ORD1", "paid", 4)
    assert [(one.quantity, one.gross, one.net_ex_tax, one.tax) for one in order.lines] == [
        (2, 4000, 3600, 288),
        (1, 2000, 1800, 132),
    ]
    assert order.paid_at == datetime(2026, 1, 1, 9, 59, tzinfo=UTC)
    assert (CLICK, "metadata") in [(one.token, one.carrier) for one in order.clicks]
    assert (order.customer.email_hash, order.customer.country) == ("hash of mia@shop.example", "US")
    assert order.shipping == 500


def test_states_follow_the_order_and_its_payments():
    [waiting], [gone] = read("fetched_open").events, read("fetched_canceled").events

    assert (waiting.status, waiting.paid_at) == ("pending", None)
    assert gone.status == "cancelled" and gone.cancelled_at is not None


def test_tax_inside_the_price_is_taken_out_and_weight_is_one_unit():
    [order] = read("fetched_tax_inside").events
    [line] = order.lines

    assert (line.gross, line.net_ex_tax, line.tax, line.quantity) == (1000, 1000, 190, 1)


def test_refunds_are_the_running_total_of_the_payments():
    _order, refund = read("fetched_refunded_partly").events

    assert (refund.cumulative_total, refund.status) == (1932, "succeeded")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total_money": {"amount": "63.20", "currency": "USD"}}, "bad_amount"),
        ({"total_tax_money": {"amount": 420, "currency": "EUR"}}, "currency_mismatch"),
        ({"state": "ODD"}, "unknown_status"),
        ({"line_items": [{"uid": "a", "quantity": "x"}]}, "bad_quantity"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read("fetched_paid", **changes)
    assert refused.value.code == code


def test_a_refund_leads_over_its_payment_to_the_order():
    order = b'{"order":{"id":"O","customer_id":"C","tenders":[{"payment_id":"P"}]}}'
    found = {
        "payments/P": b'{"payment":{"id":"P","order_id":"O"}}',
        "orders/O": order,
        "customers/C": b'{"customer":{}}',
    }
    source = SquareSource(
        lambda path: Answer(200, {}, found[path]) if path in found else Answer(404, {}, b""),
        lambda _path, _body: Answer(404, {}, b""),
    )

    body = source.get_order("payment/P").body
    assert json.loads(body)["order"] == json.loads(order)
    assert [one["payment"]["id"] for one in json.loads(body)["payments"]] == ["P"]
    assert source.get_order("X") is None


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_every_real_body_is_read_or_set_aside_with_a_reason():
    fetched = {}
    for name in ("order_created", "payment_created"):
        body = (SHARED / f"square__{name}.json").read_bytes()
        topic = describe(headers={}, body=body).topic
        fetched[name] = parse(topic=topic, headers={}, body=body, hash_email=hash_email).fetch
    real = json.loads((SHARED / "square__order_create_response.json").read_bytes())

    raw = json.dumps({"order": {"order": real["order"]}, "payments": []}).encode()
    [order] = parse(topic="order.fetched", headers={}, body=raw, hash_email=hash_email).events

    assert fetched == {
        "order_created": ("eA3vssLHKJrv9H0IdJCM3gNqfdcZY",),
        "payment_created": ("03O3USaPaAaFnI6kkwB1JxGgBsUZY",),
    }
    assert [(one.gross, one.discount, one.tax) for one in order.lines] == [
        (1599, 87, 136),
        (4500, 346, 374),
    ]
    assert (order.status, order.currency) == ("pending", "USD")
