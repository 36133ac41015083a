"""Shopify's bodies become the right events: our own payloads, written after the real shapes."""

import json
from datetime import UTC, datetime

import pytest

from core import signing
from core.signing import Refusal, Verified
from tests.tracking.payloads import own
from tests.tracking.shopify import at, events, money, order, refund
from tracking.domain.events import ClickSignal, OrderCancelled
from tracking.integrations import UnknownPlatform, get_adapter, list_adapters
from tracking.integrations.shopify import describe, verify
from tracking.services.adapters import Delivery

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_registry_knows_the_platforms():
    assert {"shopify", "woocommerce", "generic", "csv"} <= set(list_adapters())
    assert get_adapter("shopify").traits.platform == "shopify"
    with pytest.raises(UnknownPlatform):
        get_adapter("nobodys_shop")


def test_a_signed_delivery_is_verified_and_described():
    body = own("shopify", "kwd")
    headers = {
        **signing.sign_shopify(secret="s", body=body),
        "X-Shopify-Topic": "orders/paid",
        "X-Shopify-Event-Id": "event-1",
        "X-Shopify-Webhook-Id": "delivery-1",
        "X-Shopify-Triggered-At": "2026-03-02T08:59:59.123456789Z",
    }
    assert verify(headers=headers, body=body, secrets=["s"], now=NOW) == Verified(0, "event-1")
    assert verify(headers=headers, body=body, secrets=["t"], now=NOW) == Refusal(
        "signature_mismatch"
    )
    assert describe(headers=headers, body=body) == Delivery(
        "orders/paid", "event-1", at(2026, 3, 2, 8, 59, 59).replace(microsecond=123456)
    )


def test_the_newer_header_family_is_described_too():
    headers = {"shopify-hmac-sha256": "x", "shopify-topic": "orders/create"}
    assert describe(headers=headers, body=b"") == Delivery("orders/create", "", None)


def test_headers_beyond_reason_describe_nothing():
    headers = [("X-Shopify-Topic", "a"), ("x-shopify-topic", "b"), ("X-Shopify-Event-Id", "é")]
    assert describe(headers=headers, body=b"") == Delivery("", "", None)


def test_a_paid_order_with_a_code_and_a_gift_card():
    found = order("paid_code_gift_card")
    assert money(found) == [
        (12000, 1200, 10800, 2052, 2),
        (6000, 600, 5400, 1026, 1),
        (5000, 0, 5000, 0, 1),
    ]
    assert [line.is_gift_card for line in found.lines] == [False, False, True]
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        24768,
        490,
        0,
        3078,
    )
    assert (found.status, found.currency, found.external_number) == ("paid", "EUR", "#1001")
    [code] = found.discounts
    assert (code.kind, code.code, code.raw_code, code.amount) == ("code", "lena10", "Lena10", 1800)
    assert found.has_paid_marker
    assert [click.carrier for click in found.clicks] == ["note_attribute"]


def test_times_and_version_come_from_the_body():
    found = order("paid_code_gift_card")
    assert found.placed_at == at(2026, 3, 2, 9, 0, 5)
    assert found.paid_at == at(2026, 3, 2, 9, 0, 3)
    assert found.version == int(at(2026, 3, 2, 9, 0, 9).timestamp()) * 10**6


def test_of_the_customer_only_a_hash_and_a_country_are_kept():
    found = order("paid_code_gift_card")
    assert found.customer.email_hash == "hash of shopper@example.com"
    assert (found.customer.external_id, found.customer.country) == ("6100000000001", "DE")
    assert found.customer.is_first_order is None


def test_a_guest_without_address_has_an_empty_customer():
    def strip(body):
        body.update(email="", contact_email=None, customer=None, shipping_address=None)

    assert order("kwd", strip).customer.email_hash == ""


def test_prices_that_hold_the_tax_are_reckoned_without_it():
    found = order("tax_included")
    assert money(found) == [(11900, 0, 10000, 1900, 1)]
    assert (found.shipping, found.shipping_tax, found.tax_included) == (412, 78, True)


def test_yen_and_dinar_are_right_to_the_minor_unit():
    assert money(order("jpy")) == [(6000, 500, 5000, 500, 3)]
    assert order("jpy").total == 5500
    assert money(order("kwd")) == [(9845, 0, 9845, 0, 1), (2500, 0, 2500, 0, 2)]
    assert order("kwd").total == 12345


def test_the_shops_money_counts_and_the_shoppers_is_only_named():
    snapshot, back = events("multicurrency").events
    assert (snapshot.currency, snapshot.presentment_currency) == ("AUD", "USD")
    assert money(snapshot) == [(15000, 0, 15000, 1500, 1)]
    assert (back.currency, back.total, back.amount) == ("AUD", 3000, 3000)


def test_a_title_in_discount_codes_is_no_code():
    found = order("draft_manual_discount")
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [
        ("manual", "", 1000),
        ("automatic", "", 0),
    ]
    assert money(found) == [(10000, 1000, 9000, 0, 1)]


def test_a_code_for_free_shipping_counts_with_its_shipping_discount():
    def ship_free(body):
        body["discount_applications"] = [
            {"type": "discount_code", "code": "FREE", "target_type": "shipping_line"}
        ]
        line = body["shipping_lines"][0]
        line["discount_allocations"] = [{"amount": "4.90", "discount_application_index": 0}]
        line["tax_lines"] = []

    found = order("tax_included", ship_free)
    assert [(d.code, d.amount) for d in found.discounts] == [("free", 490)]


def test_bodies_from_before_applications_spread_their_discount_by_value():
    def age(body):
        del body["discount_applications"]
        body["discount_codes"] = [{"code": "TEN", "amount": "20.00"}, {"code": "", "amount": "0"}]
        body["total_discounts"] = "20.00"
        body["total_tax"] = "6.00"
        for line in body["line_items"]:
            del line["discount_allocations"], line["tax_lines"], line["price_set"]
        body["line_items"] = [
            {**body["line_items"][0], "price": "40.00", "quantity": 1},
            {**body["line_items"][1], "price": "19.00", "quantity": 1},
        ]

    found = order("paid_code_gift_card", age)
    assert money(found) == [(4000, 1356, 2644, 407, 1), (1900, 644, 1256, 193, 1)]
    assert [(d.kind, d.code) for d in found.discounts] == [("code", "ten"), ("manual", "")]


def test_a_cancelled_order_keeps_its_lines_and_its_refund():
    snapshot, back = events("cancelled", "orders/cancelled").events
    assert (snapshot.status, snapshot.cancelled_at) == ("cancelled", at(2026, 3, 4, 7))
    assert money(snapshot) == [(8000, 0, 8000, 0, 2)]
    assert (back.total, back.lines[0].net_ex_tax, back.lines[0].quantity) == (8000, 8000, 2)


def test_the_topic_decides_nothing_about_the_order():
    assert events("cancelled", "orders/paid") == events("cancelled", "orders/create")


def test_a_test_order_is_marked():
    assert order("test_order").is_test


def test_units_an_edit_took_off_leave_with_their_part_of_the_discount():
    parsed = events("edited")
    assert len(parsed.events) == 1
    assert money(parsed.events[0]) == [
        (7000, 0, 7000, 0, 1),
        (4000, 400, 3600, 0, 1),
        (800, 0, 800, 0, 1),
    ]


def test_money_paid_back_for_an_edit_is_not_taken_from_the_lines_that_stayed():
    snapshot, back = events("edited_and_settled").events
    assert (back.amount, back.lines) == (2800, ())
    stayed = sum(line.net_ex_tax for line in events("edited").events[0].lines)
    assert sum(line.net_ex_tax for line in snapshot.lines) - back.amount == stayed
    assert snapshot.lines[-1].external_line_id == "9000000000602-removed"


def test_refunded_units_stay_until_their_refund_takes_them():
    def give_back(body):
        body["line_items"][0]["current_quantity"] = 1
        body["refunds"] = [json.loads(own("shopify", "refund_partial_line"))]

    snapshot, back = events("paid_code_gift_card", change=give_back).events
    assert snapshot.lines[0].quantity == 2
    assert back == refund("refund_partial_line")


def test_an_order_waits_for_its_payment():
    waiting, paid = order("pending_terms"), order("paid_by_terms")
    assert (waiting.status, waiting.paid_at) == ("pending", None)
    assert paid.paid_at == at(2026, 3, 20, 8, 59)
    assert (paid.fulfilled_at, paid.delivered_at) == (at(2026, 3, 21, 10), at(2026, 3, 23, 10))


@pytest.mark.parametrize(
    ("word", "status", "is_paid"),
    [
        ("pending", "pending", False),
        ("authorized", "authorized", False),
        ("partially_paid", "partially_paid", False),
        ("paid", "paid", True),
        ("partially_refunded", "partially_refunded", True),
        ("refunded", "refunded", True),
        ("voided", "failed", False),
        ("expired", "failed", False),
    ],
)
def test_every_financial_status_has_its_meaning(word, status, is_paid):
    found = order("kwd", lambda body: body.update(financial_status=word))
    assert (found.status, found.paid_at is not None) == (status, is_paid)


def test_a_renewal_is_told_by_its_channel():
    assert order("renewal").subscription.kind == "renewal"
    first = order("renewal", lambda b: b.update(source_name="subscription_contract_checkout_one"))
    assert first.subscription.kind == "initial"
    assert order("kwd").subscription.kind == "none"


def test_every_carrier_of_a_click_is_read_and_junk_is_not():
    def carry(body):
        body["note_attributes"] = [
            {"name": "fs_click", "value": "from-note"},
            {"name": "fs_click", "value": "no token: spaces"},
            {"name": ["fs_click"], "value": "x"},
            "junk",
        ]
        body["line_items"][0]["properties"] = {"_fs_click": "from-line", "other": {"deep": 1}}
        body["landing_site"] = "/p?fs_click=from-landing&fs_click=from-note"

    assert order("kwd", carry).clicks == (
        ClickSignal("from-note", "note_attribute"),
        ClickSignal("from-line", "line_property"),
        ClickSignal("from-landing", "landing_site"),
    )


@pytest.mark.parametrize("site", [None, 7, "http://[", "?" + "&".join(["a=1"] * 300), "\x00"])
def test_a_landing_page_that_is_no_url_is_nothing(site):
    assert order("kwd", lambda body: body.update(landing_site=site)).clicks == ()


def test_collections_are_kept_where_an_app_sends_them():
    def tag(body):
        body["line_items"][0]["collections"] = ["summer", 42, None]

    assert [line.collections for line in order("kwd", tag).lines] == [("summer", "42"), None]


def test_disputes_open_and_close():
    opened = events("dispute_opened", "disputes/create").events[0]
    lost = events("dispute_lost", "disputes/update").events[0]
    assert (opened.status, opened.occurred_at, opened.amount) == (
        "opened",
        at(2026, 3, 10, 12),
        None,
    )
    assert (lost.status, lost.occurred_at) == ("lost", at(2026, 4, 10, 12))
    assert opened.external_dispute_id == lost.external_dispute_id == "660000000001"


def test_a_dispute_of_no_order_is_only_noted():
    parsed = events("dispute_opened", "disputes/create", lambda b: b.update(order_id=None))
    assert (parsed.events, parsed.note) == ((), "no_order")


def test_a_deleted_order_is_cancelled_at_the_time_of_the_event():
    headers = {"X-Shopify-Triggered-At": "2026-03-05T10:00:00Z"}
    parsed = events("orders_delete", "orders/delete", headers=headers)
    assert parsed.events == (OrderCancelled("5500000000001", at(2026, 3, 5, 10)),)


def test_an_edit_names_its_order_and_is_a_note_where_nothing_can_be_fetched():
    parsed = events("orders_edited", "orders/edited")
    assert (parsed.events, parsed.note) == ((), "needs_fetch")
    assert (parsed.fetch, parsed.is_provisional) == (("5500000000006",), True)


@pytest.mark.parametrize(
    ("topic", "note"),
    [
        ("app/uninstalled", "app_uninstalled"),
        ("customers/data_request", "customer_data_request"),
        ("customers/redact", "customer_redact"),
        ("shop/redact", "shop_redact"),
        ("products/update", "irrelevant_topic"),
        ("", "irrelevant_topic"),
    ],
)
def test_topics_without_events_are_noted(topic, note):
    parsed = events("orders_edited", topic)
    assert (parsed.events, parsed.note) == ((), note)
