"""What an Ecwid order means, and how little its webhook proves."""

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
)
from tests.tracking.payloads import SHARED, own
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import ecwid
from tracking.integrations.ecwid.parser import find_order_id
from tracking.services.adapters import IRRELEVANT, NEEDS_FETCH, NO_ORDER

SECRET = "abcdefgh12345678"
BODY = own("ecwid", "webhook_updated")


def signature(text, key=SECRET):
    mac = hmac.new(key.encode(), text.encode(), hashlib.sha256)
    return {"X-Ecwid-Webhook-Signature": base64.b64encode(mac.digest()).decode()}


def verify(headers, body=BODY, secrets=(SECRET,)):
    return ecwid.verify(headers=headers, body=body, secrets=secrets, now=at(2026, 3, 2), address="")


def order(name, change=lambda _: None):
    return read(ecwid, changed("ecwid", name, lambda found: change(found["order"])))


def test_only_two_fields_are_signed():
    found = document("ecwid", "webhook_updated")
    headers = signature(f"{found['eventCreated']}.{found['eventId']}")
    assert verify(headers) == Verified(0)
    assert verify(headers, secrets=["other", SECRET]) == Verified(1)
    forged = json.dumps({**found, "eventType": "order.deleted", "entityId": 1}).encode()
    assert verify(headers, body=forged) == Verified(0)
    assert read_raw(ecwid, forged, "order.deleted").events == ()
    other = json.dumps({**found, "eventId": "another"}).encode()
    assert verify(headers, body=other) == Refusal("signature_mismatch")


@pytest.mark.parametrize(
    ("headers", "body", "secrets", "code"),
    [
        ({}, BODY, [SECRET], "missing_header"),
        ({"X-Ecwid-Webhook-Signature": "%"}, BODY, [SECRET], "bad_signature"),
        (signature("1.2"), BODY, [""], "no_secret"),
        (signature("1.2"), b"{}", [SECRET], "bad_body"),
        (signature("1.2"), b"\xff", [SECRET], "bad_body"),
    ],
)
def test_what_is_not_proven_is_refused(headers, body, secrets, code):
    assert verify(headers, body, secrets) == Refusal(code)


def test_a_webhook_only_asks_for_its_order():
    delivery = ecwid.describe(headers={}, body=BODY)
    assert (delivery.topic, delivery.triggered_at) == ("order.updated", at(2026, 3, 2, 9, 0, 44))
    assert delivery.event_id == "5f0c2a44-1111-4222-8333-0123456789ab"
    assert read_raw(ecwid, BODY, "order.updated").note == NEEDS_FETCH
    assert find_order_id(BODY) == "W-1501"
    assert find_order_id(b'{"entityId": 103}') == "103"
    unfinished = own("ecwid", "webhook_unfinished")
    assert read_raw(ecwid, unfinished, "unfinished_order.created").note == IRRELEVANT


def test_a_paid_order():
    [found] = order("order_paid")
    assert money_of(found) == [(10000, 1667, 8333, 1667), (2000, 333, 1667, 333)]
    assert (found.total, found.shipping, found.shipping_tax) == (13200, 1000, 200)
    assert [line.is_gift_card for line in found.lines] == [False, True]
    assert (found.external_order_id, found.external_number) == ("740001501", "W-1501")
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41))
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 2000)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.external_id, found.customer.country) == ("77", "AT")
    assert found.lines[0].collections == ("19",)
    assert found.clicks == (
        ClickSignal("fs-click-token", "order_field"),
        ClickSignal("url-token", "landing_url"),
    )
    assert found.has_paid_marker


def test_tax_in_the_price_leaves_the_base():
    [found] = order("order_tax_included")
    assert found.tax_included
    assert money_of(found) == [(10000, 1667, 6944, 1389), (2000, 333, 1390, 277)]
    assert (found.shipping, found.shipping_tax) == (833, 167)


def test_a_tax_in_the_price_beside_one_on_top():
    [found] = order("order_taxes_mixed")
    assert not found.tax_included
    assert money_of(found) == [(9200, 0, 9200, 1800), (2000, 0, 2000, 200)]


def test_three_digits_and_a_used_gift_card():
    [found] = order("order_kwd")
    assert (found.lines[0].net_ex_tax, found.shipping, found.total) == (12345, 2000, 14345)
    [gift] = order("order_gift_card_used")
    assert (gift.total, money_of(gift)) == (10000, money_of(order("order_paid")[0]))


@pytest.mark.parametrize(
    ("name", "status", "is_paid"),
    [
        ("order_awaiting_payment", "pending", False),
        ("order_partly_refunded", "partially_refunded", True),
        ("order_cancelled", "cancelled", False),
    ],
)
def test_statuses(name, status, is_paid):
    found = order(name)[0]
    assert (found.status, found.paid_at is not None) == (status, is_paid)


def test_an_unfinished_order_is_no_order():
    body = own("ecwid", "order_unfinished")
    parsed = read_raw(ecwid, body)
    assert (parsed.events, parsed.note) == ((), NO_ORDER)


def test_refunds_are_a_running_total_that_never_counts_twice():
    found, refund = order("order_partly_refunded")
    state = merge.EMPTY
    for event in (refund, found, *order("order_paid"), refund):
        state = merge.merge_event(state, event, received_at=at(2026, 3, 5, 11))
    assert standing.refund_totals(state).unassigned == 3350
    assert state.snapshot.status == "partially_refunded"


@pytest.mark.parametrize(
    ("name", "value", "code", "path"),
    [
        ("total", 131.99, "inconsistent_money", "order.total"),
        ("subtotal", 100, "inconsistent_money", "order.subtotal"),
        ("total", 132.001, "bad_amount", "order.total"),
        ("total", "a lot", "bad_amount", "order.total"),
        ("total", None, "missing_field", "order.total"),
        ("refundedAmount", -1, "negative_amount", "order.refundedAmount"),
        ("updateTimestamp", 10**12, "bad_time", "order.updateTimestamp"),
        ("updateTimestamp", "now", "wrong_type", "order.updateTimestamp"),
        ("paymentStatus", "BARTERED", "unknown_word", "order.paymentStatus"),
        ("items", None, "missing_field", "order.items"),
    ],
)
def test_garbled_money_is_refused(name, value, code, path):
    body = changed("ecwid", "order_paid", lambda found: found["order"].update({name: value}))
    assert refused(ecwid, body) == (code, path)


def test_an_order_without_its_currency_is_refused():
    body = changed("ecwid", "order_paid", lambda found: found.pop("currency"))
    assert refused(ecwid, body) == ("missing_field", "currency")


@needs_shared
def test_the_real_order_is_right_to_the_minor_unit():
    """One of its taxes says that prices hold it; its total adds both on top."""
    [real] = shared("ecwid", "orders_search")["items"]
    found, refund = read(ecwid, {"currency": "USD", "order": real})
    assert money_of(found) == [(106000, 2560, 103440, 33101), (1664, 40, 1624, 520)]
    assert (found.shipping, found.shipping_tax, found.total) == (47185, 15227, 201497)
    assert (found.status, refund.cumulative_total) == ("partially_refunded", 350)
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [
        ("code", "apitesting", 2200),
        ("automatic", "", 400),
    ]


@needs_shared
@pytest.mark.parametrize(
    ("name", "topic", "note"),
    [
        ("wh_order_created", "order.created", NEEDS_FETCH),
        ("wh_order_updated", "order.updated", NEEDS_FETCH),
        ("wh_unfinished_order", "unfinished_order.created", IRRELEVANT),
        ("wh_app_uninstalled", "application.uninstalled", IRRELEVANT),
    ],
)
def test_real_webhooks_are_hints(name, topic, note):
    body = (SHARED / f"ecwid__{name}.json").read_bytes()
    assert ecwid.describe(headers={}, body=body).topic == topic
    assert read_raw(ecwid, body, topic).note == note


@needs_shared
def test_the_body_of_a_request_is_no_order():
    real = shared("ecwid", "order_update_request")
    assert refused(ecwid, {"currency": "USD", "order": real})[0] == "inconsistent_money"


@needs_shared
def test_the_vector_of_the_vendor():
    vectors = json.loads((SHARED / "signatures" / "vectors.json").read_bytes())
    [vector] = [one for one in vectors if one["id"] == "ecwid"]
    created, _, event_id = vector["signed"].partition(".")
    body = json.dumps({"eventCreated": int(created), "eventId": event_id}).encode()
    assert verify(vector["header"], body, [vector["key"]]) == Verified(0)


@needs_shared
def test_every_real_file_is_expected_here():
    found = {path.stem.removeprefix("ecwid__") for path in SHARED.glob("ecwid__*")}
    webhooks = {"wh_order_created", "wh_order_updated", "wh_unfinished_order", "wh_app_uninstalled"}
    assert found == {*webhooks, "orders_search", "order_update_request"}
