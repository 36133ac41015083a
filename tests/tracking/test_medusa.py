"""What a Medusa order of either version means."""

import json

import pytest

from core.signing import Refusal, Verified, make_secret, sign_standard_webhooks
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
from tests.tracking.payloads import SHARED, own
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import medusa
from tracking.services.adapters import IRRELEVANT

SECRET = make_secret()
NOW = at(2026, 3, 2, 9, 1)
BODY = own("medusa", "order_v2_paid")


def order(name, change=lambda _: None):
    return read(medusa, changed("medusa", name, lambda found: change(found["order"])))


def test_the_subscriber_signs_as_standard_webhooks_say():
    headers = sign_standard_webhooks(secrets=[SECRET], event_id="e-1", body=BODY, now=NOW)

    def verify(body, secret=SECRET):
        return medusa.verify(headers=headers, body=body, secrets=[secret], now=NOW, address="")

    assert verify(BODY) == Verified(0, "e-1", NOW)
    assert verify(BODY + b" ") == Refusal("signature_mismatch")
    assert verify(BODY, make_secret()) == Refusal("signature_mismatch")
    delivery = medusa.describe(headers=headers, body=BODY)
    assert (delivery.topic, delivery.event_id, delivery.triggered_at) == (
        "order.placed",
        "e-1",
        NOW,
    )


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_paid_order_is_the_same_in_both_versions(version):
    [found] = order(f"order_{version}_paid")
    assert money_of(found) == [(10000, 1000, 9000, 1800), (2000, 0, 2000, 0)]
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        13400,
        500,
        100,
        1900,
    )
    lamp, card = found.lines
    assert (lamp.product_ref, lamp.variant_ref, lamp.sku) == ("prod_1", "variant_1", "L-1")
    assert (lamp.is_gift_card, card.is_gift_card) == (False, True)
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41, 249000))
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1000)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.country, found.currency) == ("AT", "EUR")
    assert found.clicks == (ClickSignal("fs-click-token", "metadata"),)


def test_the_version_is_told_or_seen_and_never_guessed():
    for name in ("order_v1_paid", "order_v2_paid"):
        bare = changed("medusa", name, lambda found: found.pop("medusa"))
        assert read(medusa, bare) == order(name)
    both = changed("medusa", "order_v2_paid", lambda found: found.pop("medusa"))
    both["order"]["payments"] = []
    assert refused(medusa, both) == ("missing_field", "medusa")
    neither = {"order": {"id": "order_1"}}
    assert refused(medusa, neither) == ("missing_field", "medusa")
    third = document("medusa", "order_v2_paid") | {"medusa": 3}
    assert refused(medusa, third) == ("unknown_word", "medusa")


def test_minor_units_of_a_currency_without_digits():
    [found] = order("order_v1_yen")
    assert (found.total, found.lines[0].net_ex_tax, found.clicks) == (1250, 1250, ())


def test_what_version_two_does_not_round_is_rounded_half_up():
    [found] = order("order_v2_unrounded")
    assert money_of(found) == [(999, 0, 999, 190)]
    assert found.total == 1189


@pytest.mark.parametrize(
    ("name", "status", "is_paid"),
    [
        ("order_v2_awaiting", "pending", False),
        ("order_v1_partly_refunded", "partially_refunded", True),
        ("order_v2_partly_refunded", "partially_refunded", True),
        ("order_v2_canceled", "cancelled", True),
    ],
)
def test_statuses(name, status, is_paid):
    found = order(name)[0]
    assert (found.status, found.paid_at is not None) == (status, is_paid)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_refunds_have_their_own_ids(version):
    found, refund = order(f"order_{version}_partly_refunded")
    assert (refund.external_refund_id, refund.amount, refund.total) == ("ref_1", 2700, 2700)
    state = merge.EMPTY
    for event in (refund, *order(f"order_{version}_paid"), found, refund):
        state = merge.merge_event(state, event, received_at=NOW)
    assert standing.refund_totals(state).unassigned == 2700


@pytest.mark.parametrize(
    ("name", "path", "value", "code"),
    [
        ("order_v1_paid", "order.total", 134.5, "bad_amount"),
        ("order_v1_paid", "order.total", "13400", "bad_amount"),
        ("order_v1_paid", "order.total", True, "bad_amount"),
        ("order_v1_paid", "order.items[0].total", -1, "negative_amount"),
        ("order_v2_paid", "order.total", "a lot", "bad_amount"),
        ("order_v2_paid", "order.total", [], "wrong_type"),
        ("order_v2_paid", "order.total", 10**18, "amount_too_large"),
        ("order_v2_paid", "order.total", None, "missing_field"),
        ("order_v2_paid", "order.items[0].subtotal", 80, "inconsistent_money"),
        ("order_v2_paid", "order.items[0].tax_total", 109, "inconsistent_money"),
        ("order_v2_paid", "order.currency_code", "xxx", "unknown_currency"),
        ("order_v2_paid", "order.payment_status", "bartered", "unknown_word"),
        ("order_v2_paid", "order.updated_at", None, "missing_field"),
        ("order_v2_paid", "order.items", None, "missing_field"),
    ],
)
def test_garbled_money_is_refused(name, path, value, code):
    assert refused(medusa, with_value(document("medusa", name), path, value)) == (code, path)


def test_a_body_without_an_order_is_of_no_interest():
    assert read_raw(medusa, b'{"event": "product.created"}', "").note == IRRELEVANT


@needs_shared
def test_the_real_order_is_right_to_the_minor_unit():
    [found] = read(medusa, {"order": shared("medusa", "order_v1")})
    assert money_of(found) == [
        (5000, 0, 5000, 1250),
        (10950, 0, 10950, 2738),
        (3650, 0, 3650, 913),
    ]
    assert (found.total, found.shipping, found.shipping_tax) == (25621, 1000, 120)
    assert (found.status, found.paid_at) == ("paid", at(2023, 2, 21, 15, 40, 57, 249000))
    assert (found.currency, found.customer.country) == ("EUR", "DK")


@needs_shared
def test_a_line_alone_is_no_order():
    line = shared("medusa", "line_item_v1")
    assert read_raw(medusa, json.dumps(line).encode()).note == IRRELEVANT
    assert refused(medusa, {"medusa": 1, "order": line})[0] == "missing_field"
    assert {path.stem for path in SHARED.glob("medusa__*")} == {
        "medusa__order_v1",
        "medusa__line_item_v1",
    }
