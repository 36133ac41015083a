"""What a Magento order and its credit memos mean, and who may tell of them."""

import base64

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
from tests.tracking.keys import pem, private_key, sign
from tests.tracking.payloads import SHARED, own
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import magento
from tracking.services.adapters import NEEDS_FETCH

BODY = own("magento", "event_order_saved")
KEY, OTHER = private_key("shop"), private_key("other")
COMMERCE, EVENTS = "x-adobe-commerce-webhook-signature", "X-Adobe-Digital-Signature-2"
NOW = at(2026, 3, 2, 9, 1)


def signature(text, key=KEY):
    return base64.b64encode(sign(key, text)).decode()


def verify(headers, secrets=None, body=BODY):
    found = secrets or [pem(KEY)]
    return magento.verify(headers=headers, body=body, secrets=found, now=NOW, address="")


def order(name, change=lambda _: None):
    return read(magento, changed("magento", name, lambda found: change(found["order"])))


def test_commerce_signs_the_base64_of_the_body():
    headers = {COMMERCE: signature(base64.b64encode(BODY))}
    assert verify(headers) == Verified(0)
    assert verify(headers, [pem(OTHER), pem(KEY)]) == Verified(1)
    assert verify(headers, [pem(OTHER)]) == Refusal("signature_mismatch")
    assert verify(headers, body=BODY + b" ") == Refusal("signature_mismatch")
    assert verify({COMMERCE: signature(BODY)}) == Refusal("signature_mismatch")


def test_io_events_sign_the_body_by_either_of_two_keys():
    headers = {"x-adobe-digital-signature-1": signature(BODY, OTHER), EVENTS: signature(BODY)}
    assert verify(headers) == Verified(0)
    assert verify({EVENTS: signature(base64.b64encode(BODY))}) == Refusal("signature_mismatch")
    described = {"x-adobe-event-code": "com.adobe.commerce.observer.sales_order_save_after"}
    assert magento.describe(headers=described, body=BODY).topic.endswith("sales_order_save_after")


@pytest.mark.parametrize(
    ("headers", "secrets", "code"),
    [
        ({}, None, "missing_header"),
        ({COMMERCE: "%%"}, None, "bad_signature"),
        ({COMMERCE: "AAAA"}, ["no key"], "no_secret"),
        ({COMMERCE: "AAAA"}, None, "signature_mismatch"),
    ],
)
def test_what_is_not_proven_is_refused(headers, secrets, code):
    assert verify(headers, secrets) == Refusal(code)


def test_a_paid_order_in_the_currency_of_the_shop():
    [found] = order("order_paid")
    assert money_of(found) == [(10000, 1000, 9000, 1800), (2000, 0, 2000, 0)]
    assert (found.currency, found.presentment_currency) == ("EUR", "USD")
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        13400,
        500,
        100,
        1900,
    )
    assert [line.is_gift_card for line in found.lines] == [False, True]
    assert (found.external_order_id, found.external_number) == ("1501", "000001501")
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41))
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1000)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.country, found.customer.external_id) == ("AT", "77")
    assert found.clicks == (ClickSignal("fs-click-token", "order_attribute"),)


def test_the_rows_that_carry_the_money_are_counted_once():
    bundle = order("order_bundle")[0]
    assert money_of(bundle) == [(7000, 700, 6300, 1100), (5000, 300, 4700, 800)]
    parent = order("order_bundle", lambda body: body["items"][0].update(base_row_total=None))
    assert money_of(parent[0]) == money_of(bundle)
    assert [line.external_line_id for line in order("order_paid")[0].lines] == ["1", "3"]


def test_a_row_total_that_is_net_already_loses_the_discount_once():
    assert money_of(order("order_row_totals_net")[0]) == money_of(order("order_paid")[0])


def test_a_discount_of_prices_with_tax_gives_its_tax_back():
    [found] = order("order_tax_compensation")
    assert money_of(found) == [(10000, 1000, 9000, 1800)]


@pytest.mark.parametrize(
    ("name", "status", "is_paid"),
    [
        ("order_pending", "pending", False),
        ("order_partly_refunded", "partially_refunded", True),
        ("order_closed", "refunded", True),
        ("order_canceled", "cancelled", False),
    ],
)
def test_statuses(name, status, is_paid):
    found = order(name)[0]
    assert (found.status, found.paid_at is not None) == (status, is_paid)


def test_a_part_payment_a_closing_without_refund_and_a_free_order():
    part = order("order_paid", lambda body: body.update(base_total_paid=50))[0]
    assert (part.status, part.paid_at) == ("partially_paid", None)
    assert order("order_paid", lambda body: body.update(state="closed"))[0].status == "cancelled"
    free = {"base_grand_total": 0, "base_total_paid": 0}
    assert order("order_paid", lambda body: body.update(free))[0].status == "paid"
    assert order("order_pending", lambda body: body.update(free))[0].status == "pending"


def test_a_credit_memo_names_lines_shipping_and_the_rest():
    found, memo, running = order("order_partly_refunded")
    assert [(one.external_line_id, one.net_ex_tax, one.tax) for one in memo.lines] == [
        ("1", 4500, 900)
    ]
    assert (memo.shipping, memo.amount, memo.total) == (600, 200, 6200)
    state = merge.EMPTY
    for event in (memo, running, *order("order_pending"), found, running):
        state = merge.merge_event(state, event, received_at=NOW)
    assert state.snapshot == found
    assert standing.refund_totals(state).unassigned == 200


def test_a_fee_kept_from_a_refund_lowers_its_rows():
    [memo] = read(magento, document("magento", "creditmemo_with_a_fee"), "")
    assert (memo.lines[0].net_ex_tax + memo.lines[0].tax, memo.amount) == (4800, 0)
    assert (memo.external_order_id, memo.status) == ("1501", "succeeded")


@pytest.mark.parametrize(("state", "status"), [(1, "pending"), ("3", "cancelled")])
def test_a_credit_memo_that_is_open_or_called_off_does_not_count(state, status):
    found = document("magento", "creditmemo_with_a_fee")
    [memo] = read(magento, with_value(found, "event.data.value.state", state), "")
    assert memo.status == status


def test_an_event_holds_the_same_order_in_an_envelope():
    parsed = read_raw(magento, BODY, "observer.sales_order_save_after")
    assert parsed.events == order("order_paid")
    bare = document("magento", "order_paid")["order"]
    assert read(magento, bare, "") == read(magento, {"order": bare}, "") == parsed.events


def test_an_invoice_asks_for_its_order():
    body = own("magento", "event_invoice_saved")
    parsed = read_raw(magento, body, "")
    assert (parsed.note, parsed.fetch) == (NEEDS_FETCH, ("1501",))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("order.base_grand_total", 134.001, "bad_amount"),
        ("order.base_grand_total", None, "missing_field"),
        ("order.base_total_refunded", "-1", "negative_amount"),
        ("order.base_total_refunded", "float", "bad_amount"),
        ("order.base_subtotal", 119, "inconsistent_money"),
        ("order.state", "bartered", "unknown_word"),
        ("order.base_currency_code", "XXX", "unknown_currency"),
        ("order.updated_at", "yesterday", "bad_time"),
        ("order.items", None, "missing_field"),
        ("order.items[0].qty_ordered", "NaN", "bad_quantity"),
    ],
)
def test_garbled_money_is_refused(path, value, code):
    body = with_value(document("magento", "order_paid"), path, value)
    assert refused(magento, body) == (code, path)


def test_a_discount_no_row_explains_is_refused():
    body = changed("magento", "order_paid", lambda o: o["order"].update(base_discount_amount=-11))
    assert refused(magento, body) == ("inconsistent_money", "order.base_subtotal")


@needs_shared
def test_the_real_order_of_three_digits_is_right_to_the_minor_unit():
    """Its `row_total` has lost the discount already."""
    found = read(magento, shared("magento", "m2_order_coupon_bhd"), "")[0]
    assert money_of(found) == [(98000, 9800, 88200, 0)]
    assert (found.total, found.shipping, found.currency) == (93200, 5000, "BHD")
    assert (found.status, found.paid_at, found.customer.country) == ("pending", None, "IN")
    assert [discount.code for discount in found.discounts] == ["coupon2022"]


@needs_shared
@pytest.mark.parametrize("name", ["event_invoice_save_after", "m2_invoice_docs"])
def test_real_invoices_ask_for_their_order(name):
    body = (SHARED / f"magento__{name}.json").read_bytes()
    parsed = read_raw(magento, body, "")
    assert parsed.note == NEEDS_FETCH
    assert parsed.fetch in {("8",), ("3",)}


@needs_shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("event_order_save_after_schema", ("unknown_currency", "base_currency_code")),
        ("event_creditmemo_schema", ("unknown_currency", "base_currency_code")),
    ],
)
def test_the_names_of_types_are_no_values(name, expected):
    assert refused(magento, shared("magento", name), "") == expected


@needs_shared
def test_every_real_file_is_expected_here():
    found = {path.stem.removeprefix("magento__") for path in SHARED.glob("magento__*")}
    schemas = {"event_order_save_after_schema", "event_creditmemo_schema"}
    invoices = {"event_invoice_save_after", "m2_invoice_docs"}
    assert found == schemas | invoices | {"m2_order_coupon_bhd"}
