"""Our own webhook format: what the documentation promises."""

import json
from datetime import UTC, datetime

import pytest

from core import signing
from core.signing import Refusal, Verified
from tests.tracking.payloads import ROOT, hash_email, own
from tracking.domain.events import ClickSignal, DisputeEvent, OrderSnapshot, RefundEvent
from tracking.integrations.generic import describe, parse, verify
from tracking.services.adapters import Delivery, PayloadRefused

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_a2tra2tra2tra2tra2tra2tra2tra2tr"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def read(name, change=None):
    found = json.loads(own("generic", name))
    if change:
        change(found["data"])
    body = json.dumps(found).encode()
    return parse(topic=found["type"], headers={}, body=body, hash_email=hash_email)


def event(name, change=None):
    [found] = read(name, change).events
    return found


def refused(name, change):
    with pytest.raises(PayloadRefused) as caught:
        read(name, change)
    return caught.value.code, caught.value.detail


def refused_body(body: bytes, topic="order.paid"):
    with pytest.raises(PayloadRefused) as caught:
        parse(topic=topic, headers={}, body=body, hash_email=hash_email)
    return caught.value.code


def test_a_signed_delivery_is_verified_and_described():
    body = own("generic", "order_paid")
    headers = signing.sign_standard_webhooks(secrets=[SECRET], event_id="evt_1", body=body, now=NOW)
    assert verify(headers=headers, body=body, secrets=[SECRET], now=NOW) == Verified(
        0, "evt_1", NOW
    )
    assert verify(headers=headers, body=body + b"\n", secrets=[SECRET], now=NOW) == Refusal(
        "signature_mismatch"
    )
    assert describe(headers=headers, body=body) == Delivery("order.paid", "evt_1", NOW)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 5000, b'{"type": 5', b"null"])
def test_a_body_that_cannot_be_read_is_described_without_a_topic(body):
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1e5"}
    assert describe(headers=headers, body=body) == Delivery("", "evt_1", None)


def test_a_paid_order():
    found = event("order_paid")
    assert isinstance(found, OrderSnapshot)
    lamp, card = found.lines
    assert (lamp.gross, lamp.discount, lamp.net_ex_tax, lamp.tax) == (12000, 1200, 9076, 1724)
    assert (card.net_ex_tax, card.is_gift_card) == (2500, True)
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        13790,
        412,
        78,
        1802,
    )
    assert (lamp.product_ref, lamp.variant_ref, lamp.collections) == (
        "lamp",
        "lamp-red",
        ("light",),
    )
    assert (found.placed_at, found.paid_at) == (at(2026, 3, 2, 9), at(2026, 3, 2, 9, 0, 5))
    assert found.customer.email_hash == "hash of shopper@example.com"
    assert (found.customer.country, found.customer.is_first_order) == ("DE", True)
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1200)]
    assert found.clicks[1] == ClickSignal("other-token", "landing_url")
    assert found.has_paid_marker


def test_a_dinar_order_keeps_its_three_digits_and_its_microsecond():
    found = event("order_kwd")
    assert (found.lines[0].gross, found.total, found.external_order_id) == (12345, 12345, "1002")
    assert found.version % 10 == 1


def test_a_cancelled_order_and_a_renewal():
    assert event("order_cancelled").cancelled_at == at(2026, 3, 4, 8, 59, 59)
    renewal = event("order_subscription")
    assert (renewal.subscription.kind, renewal.subscription.external_id) == ("renewal", "sub-9")
    assert renewal.total == 1200


def test_refunds_by_line_and_by_amount():
    by_line, by_amount = event("refund_line"), event("refund_amount")
    assert isinstance(by_line, RefundEvent)
    assert (by_line.kind, by_line.lines[0].net_ex_tax, by_line.lines[0].tax) == (
        "partial_line",
        4538,
        862,
    )
    assert (by_line.shipping, by_line.total, by_line.status) == (490, 5890, "succeeded")
    assert (by_amount.kind, by_amount.amount, by_amount.status) == ("amount_only", 1000, "pending")


def test_a_refund_of_shipping_alone_touches_no_goods():
    def only_shipping(data):
        data.update(lines=[], total="4.90")

    found = event("refund_line", only_shipping)
    assert (found.kind, found.amount, found.shipping) == ("shipping_only", 0, 490)


def test_disputes_are_of_the_whole_order_or_of_an_amount():
    assert event("dispute_opened") == DisputeEvent(
        "A-1001", "D-1", "opened", at(2026, 3, 10, 10), None
    )
    assert event("dispute_lost_partly").amount == 5000


def test_unknown_types_are_noted_and_unknown_fields_ignored():
    body = b'{"type": "cart.updated", "data": 5}'
    parsed = parse(topic="cart.updated", headers={}, body=body, hash_email=hash_email)
    assert (parsed.events, parsed.note) == ((), "irrelevant_topic")
    assert event("order_paid", lambda data: data.update(gift_wrap={"a": [1]})) == event(
        "order_paid"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"[]", "not_an_object"),
        (b"{}", "missing_field"),
        (b'{"type": "order.paid"}', "missing_field"),
        (b'{"type": "order.paid", "data": []}', "wrong_type"),
        (b'{"type": "order.updated", "data": {}}', "topic_mismatch"),
        (b'{"type": "order.paid", "type": "order.paid"}', "duplicate_key"),
        (b'{"type": "order.paid", "data": {"id": 1, "id": 1}}', "duplicate_key"),
        (b'{"type": "order.paid", "data": {"total": NaN}}', "not_a_number"),
        (b'{"type": "order.paid", "data": {"total": -Infinity}}', "not_a_number"),
        (b'{"type": "order.paid", "data": {"total": 1e999999999}}', "number_too_long"),
        (b'{"type": "order.paid", "data": {"total": ' + b"9" * 5000 + b"}}", "number_too_long"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
    ],
)
def test_what_is_no_readable_object_is_refused(body, code):
    assert refused_body(body) == code


REFUSALS = [
    ("order_paid", "amount_not_text", "total", {"total": 137.9}),
    ("order_paid", "amount_not_text", "total", {"total": 137}),
    ("order_paid", "bad_amount", "total", {"total": "137.901"}),
    ("order_paid", "bad_amount", "total", {"total": "1_000"}),
    ("order_paid", "bad_amount", "total", {"total": "１２"}),
    ("order_paid", "bad_amount", "total", {"total": " 12"}),
    ("order_paid", "bad_amount", "total", {"total": "1e3"}),
    ("order_paid", "negative_amount", "total", {"total": "-0.01"}),
    ("order_paid", "bad_amount", "total", {"total": "9" * 20}),
    ("order_paid", "missing_field", "paid_at", {"paid_at": None}),
    ("order_paid", "bad_time", "paid_at", {"paid_at": "2026-03-02T09:00:05"}),
    ("order_paid", "wrong_type", "paid_at", {"paid_at": 1772442005}),
    ("order_paid", "unknown_word", "status", {"status": "done"}),
    ("order_paid", "unknown_currency", "currency", {"currency": "XXX"}),
    ("order_paid", "missing_field", "lines", {"lines": None}),
    ("order_paid", "wrong_type", "tax_included", {"tax_included": 1}),
    ("order_paid", "wrong_type", "customer", {"customer": []}),
    ("order_paid", "missing_field", "discounts[0].code", {"discounts": [{"kind": "code"}]}),
    ("order_paid", "unknown_word", "discounts[0].kind", {"discounts": [{"kind": "magic"}]}),
    ("order_paid", "missing_field", "subscription.kind", {"subscription": {}}),
    ("order_paid", "bad_identifier", "id", {"id": "a\u0000b"}),
    ("order_paid", "missing_field", "id", {"id": None}),
    ("order_cancelled", "missing_field", "cancelled_at", {"cancelled_at": None}),
    ("refund_line", "inconsistent_money", "total", {"total": "58.91"}),
    ("refund_line", "missing_field", "order_id", {"order_id": None}),
    ("refund_amount", "unknown_word", "status", {"status": "success"}),
    ("dispute_lost_partly", "missing_field", "currency", {"currency": None}),
    ("dispute_lost_partly", "missing_field", "amount", {"amount": None}),
]


@pytest.mark.parametrize(("name", "code", "field", "change"), REFUSALS)
def test_a_field_that_breaks_the_format_is_refused_by_its_path(name, code, field, change):
    assert refused(name, lambda data: data.update(change)) == (code, f"data.{field}")


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        ({"discount": "120.01"}, "inconsistent_money", "lines[0]"),
        ({"tax": "108.01"}, "inconsistent_money", "lines[0]"),
        ({"quantity": 0}, "inconsistent_money", "lines[0]"),
        ({"quantity": 1.0}, "wrong_type", "data.lines[0].quantity"),
        ({"quantity": 10**7}, "bad_quantity", "data.lines[0].quantity"),
        ({"id": "2"}, "repeated_line", "lines"),
        ({"collections": "light"}, "wrong_type", "data.lines[0].collections"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(change, code, detail):
    assert refused("order_paid", lambda data: data["lines"][0].update(change)) == (code, detail)


def test_the_documented_examples_are_read():
    text = (ROOT / "docs" / "stores" / "generic.md").read_text()
    blocks = [block.split("```")[0] for block in text.split("```json\n")[1:]]
    assert len(blocks) >= 3
    for block in blocks:
        topic = json.loads(block)["type"]
        parsed = parse(topic=topic, headers={}, body=block.encode(), hash_email=hash_email)
        assert len(parsed.events) == 1
