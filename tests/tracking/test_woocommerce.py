"""What a WooCommerce body means: money to the minor unit, payment, life and death of an order."""

import pytest

from core.signing import Refusal, Verified, sign_woocommerce
from tests.tracking.payloads import hash_email, own
from tests.tracking.woocommerce import at, events, order, refused
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal, OrderCancelled
from tracking.integrations.woocommerce import describe, is_ping, parse, verify

SECRET = "5d41402abc4b2a76b9719d911017c592"
NOW = at(2026, 3, 2, 9, 2)


def known_of(*deliveries):
    """Return what is known after (topic, payload, hour of receipt, change)."""
    state = merge.EMPTY
    for topic, name, hour, change in deliveries:
        for event in events(name, topic, change):
            state = merge.merge_event(state, event, received_at=at(2026, 3, 10, hour))
    return state


def test_a_signed_delivery_is_verified_and_described_without_the_shared_delivery_id():
    body = own("woocommerce", "order_paid")
    headers = sign_woocommerce(secret=SECRET, body=body) | {
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Delivery-ID": "same-for-a-second",
    }
    assert verify(headers=headers, body=body, secrets=[SECRET], now=NOW) == Verified(0)
    assert verify(headers=headers, body=body + b" ", secrets=[SECRET], now=NOW) == Refusal(
        "signature_mismatch"
    )
    delivery = describe(headers=headers, body=body)
    assert (delivery.topic, delivery.event_id) == ("order.updated", "")


@pytest.mark.parametrize(
    ("body", "is_one"),
    [(b"webhook_id=12", True), (b"webhook_id=", False), (b"webhook_id=1&a=2", False), (b"", False)],
)
def test_the_greeting_of_a_saved_webhook_is_known(body, is_one):
    assert is_ping(body=body) is is_one


def test_a_paid_order():
    found = order("order_paid")
    lamp, card = found.lines
    assert (lamp.gross, lamp.discount, lamp.net_ex_tax, lamp.tax) == (10000, 1000, 9000, 1710)
    assert (card.quantity, card.net_ex_tax, card.variant_ref) == (3, 12, "")
    assert (lamp.product_ref, lamp.variant_ref, lamp.sku) == ("87", "91", "L-1")
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        11200,
        412,
        78,
        1788,
    )
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41))
    assert (found.placed_at, found.external_number) == (at(2026, 3, 2, 9), "W-1501")
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1188)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.external_id, found.customer.country) == ("77", "AT")
    assert found.clicks == (
        ClickSignal("fs-click-token", "order_meta"),
        ClickSignal("other-token", "landing_url"),
    )
    assert found.has_paid_marker


def test_a_token_in_utm_content_is_a_click_and_a_banner_is_not():
    def hand_over(body):
        body["meta_data"] = [
            {"key": "_wc_order_attribution_utm_content", "value": "a" * 50},
            {"key": "_wc_order_attribution_session_entry", "value": {"not": "an address"}},
        ]

    assert order("order_paid", hand_over).clicks == (ClickSignal("a" * 50, "utm_content"),)


def test_three_digits_and_none():
    assert (order("order_kwd").lines[0].net_ex_tax, order("order_kwd").shipping) == (12345, 2000)
    assert (order("order_jpy").total, order("order_kwd").customer.external_id) == (1250, "")


def test_gift_cards_and_fees_leave_the_base_and_a_negative_fee_is_a_discount():
    found = order("order_gift_cards_and_fees")
    beanie, card = found.lines
    assert (beanie.net_ex_tax, card.net_ex_tax, card.is_gift_card) == (1620, 2250, True)
    assert beanie.gross - beanie.discount == beanie.net_ex_tax
    assert [(d.kind, d.amount) for d in found.discounts] == [("automatic", 430)]
    assert (found.total, found.is_test) == (2070, True)


@pytest.mark.parametrize(
    ("name", "status", "is_paid"),
    [
        ("order_paid", "paid", True),
        ("order_completed", "paid", True),
        ("order_partly_refunded", "paid", True),
        ("order_refunded", "refunded", True),
        ("order_pending", "pending", False),
        ("order_cash_on_delivery", "pending", False),
        ("order_cancelled", "cancelled", True),
    ],
)
def test_statuses(name, status, is_paid):
    found = order(name)
    assert (found.status, found.paid_at is not None) == (status, is_paid)


@pytest.mark.parametrize(
    ("word", "status"),
    [("wc-shipped", "paid"), ("trash", "cancelled"), ("failed", "failed"), ("draft", "pending")],
)
def test_other_words_for_a_status(word, status):
    assert order("order_paid", lambda body: body.update(status=word)).status == status


def test_a_transfer_booked_by_hand_was_paid_when_it_was_completed():
    def no_payment(body):
        body["date_paid_gmt"] = None

    assert order("order_completed", no_payment).paid_at == at(2026, 3, 4, 12)


def test_a_cancelled_order_that_is_paid_after_all_earns():
    cancelled = ("order.updated", "order_cancelled", 1, None)
    paid = ("order.updated", "order_completed", 2, None)
    assert standing.commissionable(known_of(cancelled)).code == standing.CANCELLED
    assert standing.commissionable(known_of(cancelled, paid)).is_commissionable
    assert known_of(cancelled, paid) == known_of(paid, cancelled)


def test_a_deleted_order_earns_nothing_until_it_is_restored():
    paid = ("order.created", "order_paid", 1, None)
    deleted = ("order.deleted", "order_deleted", 2, None)
    restored = ("order.restored", "order_paid", 3, lambda body: body.update(status="completed"))
    assert standing.commissionable(known_of(paid, deleted)).code == standing.CANCELLED
    assert standing.commissionable(known_of(deleted, paid)).code == standing.CANCELLED
    assert standing.commissionable(known_of(paid, deleted, restored)).is_commissionable
    assert known_of(restored, deleted, paid, deleted) == known_of(paid, deleted, restored)
    assert events("order_deleted", "order.deleted") == (
        OrderCancelled("1501", None, is_final=False),
    )


def test_thin_refunds_count_until_the_whole_ones_are_known():
    thin = known_of(("order.updated", "order_partly_refunded", 1, None))
    whole = known_of(("order.pulled", "order_pulled", 2, None))
    both = known_of(
        ("order.pulled", "order_pulled", 2, None),
        ("order.updated", "order_partly_refunded", 3, None),
    )
    assert standing.refund_totals(thin).unassigned == 5845
    totals = standing.refund_totals(whole)
    assert (totals.lines[0].net_ex_tax, totals.lines[0].tax, totals.lines[0].quantity) == (
        4500,
        855,
        1,
    )
    assert (totals.shipping, totals.unassigned) == (490, 0)
    assert standing.refund_totals(both) == totals


def test_a_refund_of_less_than_its_lines_is_scaled_and_of_more_leaves_a_rest():
    def change(amount):
        def changed(body):
            body["refunds"][1]["amount"] = amount

        return events("order_pulled", "order.pulled", changed)[2]

    less, more = change("10.71"), change("60.00")
    assert (less.lines[0].net_ex_tax, less.lines[0].tax, less.amount) == (900, 171, 0)
    assert (more.lines[0].net_ex_tax, more.amount, more.total) == (4500, 645, 6000)


def test_a_renewal_does_not_bring_the_click_of_its_first_order():
    found = order("order_renewal")
    assert (found.subscription.kind, found.subscription.external_id) == ("renewal", "1400")
    assert found.clicks == ()


def test_the_version_is_the_time_of_change_and_then_the_number_of_refunds():
    before = order("order_completed")
    with_refund = order(
        "order_completed", lambda body: body.update(refunds=[{"id": 1, "total": "-1.00"}])
    )
    assert with_refund.version == before.version + 1
    assert order("order_partly_refunded").version > with_refund.version


def test_weights_and_lines_taken_off():
    def weigh(body):
        body["line_items"][0]["quantity"] = 1.5
        body["line_items"][1].update(quantity=0, total="0.00", subtotal="0.00")

    [lamp] = order("order_paid", weigh).lines
    assert (lamp.quantity, lamp.net_ex_tax) == (1, 9000)


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        ({"date_modified_gmt": None}, "missing_field", "date_modified_gmt"),
        ({"date_paid_gmt": "soon"}, "bad_time", "date_paid_gmt"),
        ({"total": 112.0}, "amount_not_text", "total"),
        ({"total": "112.001"}, "bad_amount", "total"),
        ({"currency": "EURO"}, "unknown_currency", "currency"),
        ({"status": None}, "missing_field", "status"),
        ({"line_items": None}, "missing_field", "line_items"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(change, code, detail):
    assert refused("order_paid", lambda body: body.update(change)) == (code, detail)


def test_a_line_below_zero_is_refused():
    def turn(body):
        body["line_items"][0]["total"] = "-1.00"

    assert refused("order_paid", turn) == ("negative_amount", "line_items[0].total")


def test_another_topic_is_set_aside():
    parsed = parse(topic="product.updated", headers={}, body=b"{}", hash_email=hash_email)
    assert (parsed.events, parsed.note) == ((), "irrelevant_topic")
