"""What a Squarespace order means, and who may say that there is one."""

import hashlib
import hmac

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
)
from tests.tracking.payloads import SHARED, own
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import squarespace
from tracking.integrations.squarespace.parser import find_order_id
from tracking.services.adapters import NEEDS_FETCH, UNINSTALLED

SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OTHER = "00" * 32
BODY = own("squarespace", "notification")


def signed(key=SECRET):
    mac = hmac.new(bytes.fromhex(key), BODY, hashlib.sha256)
    return {"Squarespace-Signature": mac.hexdigest()}


def verify(headers, body=BODY, secrets=(SECRET,)):
    return squarespace.verify(
        headers=headers, body=body, secrets=secrets, now=at(2026, 3, 2), address=""
    )


def eur(value, currency="EUR"):
    return {"value": value, "currency": currency}


def order(name, change=lambda _: None):
    return read(squarespace, changed("squarespace", name, change))


def test_the_key_is_the_secret_decoded_from_hex():
    assert verify(signed()) == Verified(0)
    assert verify(signed(), secrets=[OTHER, SECRET]) == Verified(1)
    assert verify(signed(key=SECRET.encode().hex())) == Refusal("signature_mismatch")
    assert verify(signed(), body=BODY + b" ") == Refusal("signature_mismatch")


@pytest.mark.parametrize(
    ("headers", "secrets", "code"),
    [
        ({}, [SECRET], "missing_header"),
        ({"Squarespace-Signature": "zz"}, [SECRET], "bad_signature"),
        ({"Squarespace-Signature": "ab" * 32}, ["not hex"], "no_secret"),
        ({"Squarespace-Signature": "ab" * 32}, [SECRET], "signature_mismatch"),
    ],
)
def test_what_is_not_proven_is_refused(headers, secrets, code):
    assert verify(headers, secrets=secrets) == Refusal(code)


def test_a_notification_names_its_order_and_asks_for_it():
    delivery = squarespace.describe(headers={}, body=BODY)
    assert (delivery.topic, delivery.event_id) == ("order.update", "6612f0a1b2c3d4e5f6a7c001")
    assert delivery.triggered_at == at(2026, 3, 2, 9, 0, 44)
    assert read_raw(squarespace, BODY, "order.update").note == NEEDS_FETCH
    assert find_order_id(BODY) == "6612f0a1b2c3d4e5f6a7b801"
    assert read_raw(squarespace, b"{}", "extension.uninstall").note == UNINSTALLED
    assert refused(squarespace, {"data": {}}, "order.create") == ("missing_field", "data.orderId")
    assert squarespace.describe(headers={}, body=b"[]").topic == ""


def test_a_paid_order():
    [found] = order("order_paid")
    assert money_of(found) == [(8000, 800, 7200, 1440), (2000, 200, 1800, 360)]
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        11400,
        500,
        100,
        1900,
    )
    assert [line.is_gift_card for line in found.lines] == [False, True]
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41, 120000))
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1000)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.country, found.external_number) == ("AT", "1204")
    assert found.clicks == (
        ClickSignal("fs-click-token", "form_field"),
        ClickSignal("line-token", "line_property"),
    )


def test_tax_in_the_price_leaves_the_base():
    [found] = order("order_tax_included")
    assert found.tax_included
    lines = sum(line.net_ex_tax + line.tax for line in found.lines)
    assert lines == 9000
    assert found.shipping + found.shipping_tax == 500
    assert sum(line.tax for line in found.lines) + found.shipping_tax == 1517


def test_the_totals_tell_whether_tax_is_included_and_not_the_word():
    def contradict(body):
        body["priceTaxInterpretation"] = "INCLUSIVE"

    assert order("order_paid", contradict) == order("order_paid")


def test_a_running_total_of_refunds():
    found, refund = order("order_partly_refunded")
    assert (refund.cumulative_total, found.status) == (3450, "partially_refunded")
    assert found.fulfilled_at == at(2026, 3, 3, 12)
    state = merge.EMPTY
    for event in (*order("order_paid"), refund, found, refund):
        state = merge.merge_event(state, event, received_at=at(2026, 3, 5, 11))
    assert standing.refund_totals(state).unassigned == 3450


def test_a_cancelled_order_a_test_and_a_free_one():
    assert order("order_cancelled")[0].status == "cancelled"
    [test] = order("order_test_jpy")
    assert (test.is_test, test.total, test.lines[0].net_ex_tax) == (True, 1250, 1250)
    [free] = order("order_free")
    assert [line.net_ex_tax for line in free.lines] == [0, 0]
    assert (free.shipping, free.total) == (0, 0)


def test_an_order_without_the_word_on_payment_was_paid_when_it_was_placed():
    [found] = order("order_paid", lambda body: body.pop("paymentState"))
    assert (found.status, found.paid_at) == ("paid", found.placed_at)
    [unpaid] = order("order_paid", lambda body: body.update(paymentState="AUTHORIZED"))
    assert (unpaid.status, unpaid.paid_at) == ("authorized", None)


@pytest.mark.parametrize(
    ("name", "value", "code", "path"),
    [
        ("grandTotal", eur("113.99"), "inconsistent_money", "grandTotal"),
        ("subtotal", eur("99.00"), "inconsistent_money", "subtotal"),
        ("taxTotal", eur("1.234"), "bad_amount", "taxTotal.value"),
        ("taxTotal", eur(19.0), "amount_not_text", "taxTotal.value"),
        ("refundedTotal", eur("-1"), "negative_amount", "refundedTotal.value"),
        ("shippingTotal", eur("5", "USD"), "currency_mismatch", "shippingTotal.currency"),
        ("modifiedOn", None, "missing_field", "modifiedOn"),
        ("paymentState", "BARTERED", "unknown_word", "paymentState"),
        ("lineItems", None, "missing_field", "lineItems"),
    ],
)  # fmt: skip
def test_garbled_money_is_refused(name, value, code, path):
    body = changed("squarespace", "order_paid", lambda found: found.update({name: value}))
    assert refused(squarespace, body) == (code, path)


@needs_shared
def test_the_real_order_is_right_to_the_minor_unit():
    """Its word says that tax is included; its totals add the tax on top."""
    [document_] = shared("squarespace", "order_list_docs_sample")["result"]
    [found] = read(squarespace, document_)
    assert money_of(found) == [(5500, 100, 5400, 265)]
    assert (found.total, found.shipping, found.shipping_tax) == (5770, 100, 5)
    assert (found.is_test, found.status, found.currency) == (True, "paid", "USD")
    assert [discount.code for discount in found.discounts] == ["fallsale"]
    assert found.fulfilled_at == at(2017, 1, 30, 22, 18, 37, 480000)


@needs_shared
def test_every_real_file_is_expected_here():
    found = {path.stem for path in SHARED.glob("squarespace__*")}
    assert found == {"squarespace__order_list_docs_sample"}
    assert document("squarespace", "notification")["topic"] == "order.update"
