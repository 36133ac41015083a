"""What a Saleor order means, and the two ways its shop signs."""

import base64
import hashlib
import hmac
import json

import pytest

from core.signing import Refusal, Verified
from tests.tracking.adapting import (
    at,
    changed,
    document,
    money_of,
    needs_shared,
    read,
    read_raw,
    refused,
    shared,
    with_value,
)
from tests.tracking.keys import base64url, key_set, pem, private_key, sign
from tests.tracking.payloads import SHARED, own
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import saleor
from tracking.services.adapters import IRRELEVANT

BODY = own("saleor", "order_paid")
KEY = private_key("shop")
SECRET = "the secret key of the webhook"
NOW = at(2026, 3, 2, 9, 1)
# A webhook's fields that the samples of the mail app leave out, as they would be for them.
LEFT_OUT = {"updatedAt": "2024-01-15T14:32:05+00:00"}


def detached(body=BODY, *, b64=False, key=KEY, **header):
    fields = {"alg": "RS256", "kid": "1", "typ": "JWT"} | header
    if not b64:
        fields |= {"b64": False, "crit": ["b64"]}
    first = base64url(json.dumps(fields).encode())
    payload = base64.urlsafe_b64encode(body).rstrip(b"=") if b64 else body
    signature = base64url(sign(key, first.encode() + b"." + payload))
    return {"Saleor-Signature": f"{first}..{signature}", "Saleor-Event": "ORDER_PAID"}


def mac(key=SECRET):
    return {"saleor-signature": hmac.new(key.encode(), BODY, hashlib.sha256).hexdigest()}


def verify(headers, secrets, body=BODY):
    return saleor.verify(headers=headers, body=body, secrets=secrets, now=NOW, address="")


def order(name, change=lambda _: None):
    return read(saleor, changed("saleor", name, lambda found: change(found["order"])))


@pytest.mark.parametrize("b64", [False, True])
def test_a_detached_signature_is_checked_with_the_key_set_of_the_shop(b64):
    headers = detached(b64=b64)
    other = private_key("other")
    assert verify(headers, [key_set(KEY)]) == Verified(0)
    assert verify(headers, [key_set(other), key_set(other, KEY)]) == Verified(1)
    assert verify(headers, [pem(KEY)]) == Verified(0)
    assert verify(headers, [key_set(other)]) == Refusal("signature_mismatch")
    assert verify(headers, [key_set(KEY)], BODY + b" ") == Refusal("signature_mismatch")


def test_a_mac_is_checked_with_the_secret_key():
    assert verify(mac(), [SECRET]) == Verified(0)
    assert verify(mac(), [key_set(KEY), SECRET]) == Verified(1)
    assert verify(mac("other"), [SECRET]) == Refusal("signature_mismatch")


def test_a_public_key_never_serves_as_the_key_of_a_mac():
    for secret in (pem(KEY), key_set(KEY)):
        assert verify(mac(secret), [secret]) == Refusal("no_secret")
    assert verify(detached(), [SECRET]) == Refusal("no_secret")
    assert verify(detached(alg="HS256"), [key_set(KEY)]) == Refusal("bad_signature")
    assert verify(detached(alg="none"), [key_set(KEY)]) == Refusal("bad_signature")


@pytest.mark.parametrize("text", ["", "zz", "..", "a.b.c", "a..", "{}", "x" * 3000])
def test_a_malformed_signature_is_refused(text):
    refusal = verify({"saleor-signature": text}, [key_set(KEY), SECRET])
    assert refusal in {Refusal("bad_signature"), Refusal("missing_header")}


@pytest.mark.parametrize(
    "secret", ["{", "{}", '{"keys": 7}', '{"keys": [{"kty": "RSA", "n": "AA", "e": "AQAB"}]}']
)
def test_a_key_set_without_a_key_proves_nothing(secret):
    assert verify(detached(), [secret]) == Refusal("no_secret")


def test_the_event_is_its_topic():
    delivery = saleor.describe(headers=detached(), body=BODY)
    assert (delivery.topic, delivery.event_id) == ("order_paid", "")


def test_a_paid_order():
    [found] = order("order_paid")
    assert money_of(found) == [(10000, 1000, 9000, 1800), (2000, 0, 2000, 0)]
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        13400,
        500,
        100,
        1900,
    )
    lamp, card = found.lines
    assert (lamp.collections, card.is_gift_card, lamp.sku) == (("light", "home"), True, "L-1")
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41))
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1000)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.country, found.external_number) == ("AT", "1042")
    assert found.clicks == (ClickSignal("fs-click-token", "metadata"),)


@pytest.mark.parametrize(
    ("name", "status", "is_paid"),
    [
        ("order_unpaid", "pending", False),
        ("order_partly_charged", "partially_paid", False),
        ("order_partly_refunded", "partially_refunded", True),
        ("order_refunded", "refunded", True),
        ("order_cancelled", "cancelled", True),
    ],
)
def test_statuses(name, status, is_paid):
    found = order(name)[0]
    assert (found.status, found.paid_at is not None) == (status, is_paid)


def test_a_draft_is_not_paid_and_an_expired_order_failed():
    assert order("order_paid", lambda o: o.update(status="DRAFT"))[0].paid_at is None
    assert order("order_paid", lambda o: o.update(status="EXPIRED"))[0].status == "failed"


def test_a_discount_outside_the_lines_is_spread_and_a_gift_card_is_not():
    [found] = order("order_discount_outside_lines")
    assert sum(line.net_ex_tax + line.tax for line in found.lines) == 12600
    assert [d.kind for d in found.discounts] == ["manual"]
    gross = {"amount": 100, "currency": "EUR"}
    net = {"amount": 81, "currency": "EUR"}

    def pay_by_gift_card(body):
        body["total"].update(gross=gross, net=net)

    assert money_of(order("order_paid", pay_by_gift_card)[0]) == money_of(order("order_paid")[0])


def test_three_digits_and_a_guest():
    [found] = order("order_kwd")
    assert (found.lines[0].net_ex_tax, found.shipping, found.total) == (12345, 2000, 14345)
    assert (found.customer.email_hash, found.customer.external_id) == ("", "")


def test_a_granted_refund_names_its_lines_and_the_rest_is_of_no_line():
    found, granted, running = order("order_partly_refunded")
    assert [(one.external_line_id, one.net_ex_tax, one.tax) for one in granted.lines] == [
        ("T3JkZXJMaW5lO1==", 4500, 900)
    ]
    assert (granted.shipping, granted.amount, granted.total) == (600, 0, 6000)
    assert running.cumulative_total == 6400
    state = merge.EMPTY
    for event in (running, granted, *order("order_paid"), found, granted):
        state = merge.merge_event(state, event, received_at=NOW)
    totals = standing.refund_totals(state)
    assert (totals.unassigned, totals.shipping) == (400, 600)


@pytest.mark.parametrize(
    ("path", "value", "code", "at_path"),
    [
        ("total.gross.amount", 134.001, "bad_amount", "order.total.gross.amount"),
        ("total.gross.amount", None, "missing_field", "order.total.gross.amount"),
        ("total.net.amount", 114, "inconsistent_money", "order.total.gross"),
        ("total.net.currency", "USD", "currency_mismatch", "order.total.net.currency"),
        ("lines[0].totalPrice", None, "missing_field", "order.lines[0].totalPrice"),
        ("totalCharged", None, "missing_field", "order.totalCharged"),
        ("totalRefunded.amount", -1, "negative_amount", "order.totalRefunded.amount"),
        ("updatedAt", None, "missing_field", "order.updatedAt"),
        ("updatedAt", "2026-03-02T09:00:00", "bad_time", "order.updatedAt"),
    ],
)
def test_garbled_money_is_refused(path, value, code, at_path):
    body = with_value(document("saleor", "order_paid"), f"order.{path}", value)
    assert refused(saleor, body) == (code, at_path)


def test_a_body_without_an_order_is_of_no_interest():
    assert read_raw(saleor, b'{"product": {}}', "product_updated").note == IRRELEVANT


@needs_shared
@pytest.mark.parametrize("name", ["orderCreatedPayload", "orderRefundedPayload"])
def test_the_real_orders_are_right_once_the_query_asks_for_all(name):
    """The mail app's own query leaves out when the order changed and what was charged."""
    real = shared("saleor", name)
    assert refused(saleor, real) == ("missing_field", "order.totalRefunded")
    charged = {"amount": 213, "currency": "USD"}
    nothing = {"amount": 0, "currency": "USD"}
    real["order"] |= LEFT_OUT | {"totalCharged": charged, "totalRefunded": nothing}
    [found] = read(saleor, real)
    assert money_of(found) == [
        (7273, 0, 7273, 727),
        (2273, 0, 2273, 227),
        (10909, 2182, 8727, 873),
    ]
    assert (found.total, found.shipping, found.shipping_tax) == (21300, 1091, 109)
    assert (found.status, found.external_number) == ("paid", "1042")
    assert found.customer.email_hash == "hash of adrian.king@example.com"


@needs_shared
def test_every_real_file_is_expected_here():
    found = {path.stem.removeprefix("saleor__") for path in SHARED.glob("saleor__*")}
    assert found == {"orderCreatedPayload", "orderRefundedPayload"}
