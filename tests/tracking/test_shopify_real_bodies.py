"""Every real Shopify body of the shared collection: right to the minor unit, or refused by name.

The expected numbers were read from the files by hand. Skipped where the collection is not.
"""

import contextlib
import json

import pytest

from tests.tracking.payloads import SHARED, hash_email
from tracking.domain.events import OrderCancelled, OrderSnapshot, RefundEvent
from tracking.integrations.shopify import parse
from tracking.services.adapters import PayloadRefused

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")

# file: topic, status, currency, total, net of each line, tax of lines, discount of lines, shipping,
# codes that may credit a creator
ORDERS = {
    "activepieces_order_1": (
        "orders/cancelled", "cancelled", "USD", 180638, [58645, 118993], 0, 32347, 3000, [],
    ),
    "captured_hkd_code_plus_auto": (
        "orders/create", "paid", "HKD", 39400, [8922, 9492, 9493, 9493], 0, 2500, 2000, [],
    ),
    "captured_hkd_manual_plus_auto": (
        "orders/create", "paid", "HKD", 30400, [9080, 9660, 9660], 0, 1500, 2000, [],
    ),
    "captured_multicurrency_aud_usd": (
        "orders/create", "paid", "AUD", 6033, [4562], 456, 0, 1015, [],
    ),
    "docs2025-01_orders_create": (
        "orders/create", "cancelled", "USD", 38800, [19900, 19900], 0, 0, 1000, [],
    ),
    "docs2025-01_orders_paid": (
        "orders/paid", "cancelled", "USD", 38800, [19900, 19900], 0, 0, 1000, [],
    ),
    "docs2025-01_orders_cancelled": (
        "orders/cancelled", "cancelled", "USD", 38800, [19900, 19900], 0, 0, 1000, [],
    ),
    "rest2026-07_order_test_8": (
        "orders/updated", "partially_refunded", "USD", 59894, [19566, 19567, 19567], 1194, 1000, 0,
        ["tenoff"],
    ),
    "rest2026-07_order_test_13": (
        "orders/cancelled", "cancelled", "USD", 59894, [19566, 19567, 19567], 1194, 1000, 0,
        ["tenoff"],
    ),
    "rest2026-07_order_test_16": (
        "orders/create", "paid", "EUR", 23847, [22497], 1350, 0, 0, [],
    ),
    "rest2026-07_order_test_23": (
        "orders/create", "paid", "USD", 18109, [18109], 0, 1791, 0, [],
    ),
    "rest_py_order": (
        "orders/create", "authorized", "USD", 40994, [19900] * 3, 1194, 0, 0, ["tenoff"],
    ),
    "rest_rb_order_with_properties": (
        "orders/create", "authorized", "USD", 40994, [4500, 2400], 0, 0, 0, [],
    ),
}  # fmt: skip

# file: money of each line with its tax, goods of no line, shipping, total
REFUNDS = {
    "docs2025-01_refunds_create": ([4250, 4250], 0, 0, 8500),
    "rest2026-07_refund_test_2": ([0], 4194, 0, 4194),
    "rest_py_refund": ([10450, 10450], 0, 0, 20900),
}
EMBEDDED = {
    "activepieces_order_1": ([58645, 118993], 0, 3000, 180638),
    "rest2026-07_order_test_8": ([10450, 10450], 0, 0, 20900),
    "rest2026-07_order_test_13": ([10450, 10450], 0, 0, 20900),
}
NOTES = {
    "docs2025-01_app_uninstalled": ("app/uninstalled", "app_uninstalled"),
    "docs2025-01_customers_redact": ("customers/redact", "customer_redact"),
    "docs2025-01_shop_redact": ("shop/redact", "shop_redact"),
    "docs2025-01_orders_edited": ("orders/edited", "needs_fetch"),
    "gadget2025-04_orders_edited_shape": ("orders/edited", "needs_fetch"),
    "docs2025-01_discounts_redeemcode_added": ("discounts/redeemcode_added", "irrelevant_topic"),
    "docs2025-01_tender_transactions_create": ("tender_transactions/create", "irrelevant_topic"),
    "docs2025-01_subscription_billing_attempts_success": (
        "subscription_billing_attempts/success",
        "irrelevant_topic",
    ),
    "rest2026-07_refund_test_5": ("refunds/create", "no_money"),
}
REFUSED = {
    "gadget2024-01_order_discount_shape": ("orders/updated", "unknown_currency"),
    "gadget2025-04_refund_full": ("refunds/create", "unknown_currency"),
    "rudder_orders_cancelled_min": ("orders/cancelled", "missing_field"),
    "rest_py_orders": ("orders/updated", "missing_field"),
    "rest_py_gift_card": ("orders/updated", "missing_field"),
    "rest_py_tender_transactions": ("orders/updated", "missing_field"),
    "rest2026-07_transaction_test_1": ("orders/updated", "missing_field"),
}
DELETED = "docs2025-01_orders_delete"
TOPICS = [
    "orders/create",
    "orders/cancelled",
    "orders/edited",
    "orders/delete",
    "refunds/create",
    "disputes/create",
    "app/uninstalled",
    "other",
]


def bodies(name):
    """Return the body, or what a REST file wraps and a webhook would not."""
    raw = (SHARED / f"shopify__{name}.json").read_bytes()
    found = json.loads(raw)
    inner = found.get("orders") or found.get("order") or found.get("refund")
    if inner is None:
        return [raw]
    # Money written as a JSON number in the file stays the same text: "199.0" and 199.0 are equal.
    return [json.dumps(one).encode() for one in (inner if isinstance(inner, list) else [inner])]


def read(name, topic):
    [body] = bodies(name)
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_is_right_to_the_minor_unit(name):
    topic, status, currency, total, net, tax, discount, shipping, codes = ORDERS[name]
    snapshot = read(name, topic).events[0]
    assert isinstance(snapshot, OrderSnapshot)
    assert (snapshot.status, snapshot.currency, snapshot.total) == (status, currency, total)
    assert [line.net_ex_tax for line in snapshot.lines] == net
    assert sum(line.tax for line in snapshot.lines) == tax
    assert sum(line.discount for line in snapshot.lines) == discount
    assert (snapshot.shipping, snapshot.shipping_tax) == (shipping, 0)
    assert [d.code for d in snapshot.discounts if d.kind == "code"] == codes


@pytest.mark.parametrize(("name", "expected"), [*REFUNDS.items(), *EMBEDDED.items()])
def test_a_refund_is_right_to_the_minor_unit(name, expected):
    topic = "refunds/create" if name in REFUNDS else "orders/updated"
    refund = read(name, topic).events[-1]
    assert isinstance(refund, RefundEvent)
    lines = [line.net_ex_tax + line.tax for line in refund.lines]
    assert (lines, refund.amount, refund.shipping, refund.total) == expected


@pytest.mark.parametrize("name", NOTES)
def test_a_body_without_events_is_noted(name):
    topic, note = NOTES[name]
    parsed = read(name, topic)
    assert (parsed.events, parsed.note) == ((), note)


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_that_cannot_be_read_is_refused(name):
    topic, code = REFUSED[name]
    with pytest.raises(PayloadRefused) as caught:
        read(name, topic)
    assert caught.value.code == code


def test_a_deletion_names_its_order():
    assert read(DELETED, "orders/delete").events == (OrderCancelled("820982911946154500", None),)


def test_the_documentations_sample_earns_nothing():
    sample = read("docs2025-01_orders_paid", "orders/paid").events[0]
    assert sample.is_test
    assert sample.paid_at is None
    assert sample.cancelled_at is not None


def test_every_file_is_expected_somewhere():
    known = {*ORDERS, *REFUNDS, *NOTES, *REFUSED, DELETED}
    found = {path.stem.removeprefix("shopify__") for path in SHARED.glob("shopify__*.json")}
    assert found == known


def test_any_file_under_any_topic_is_read_or_refused():
    for path in sorted(SHARED.glob("*.json")):
        for topic in TOPICS:
            with contextlib.suppress(PayloadRefused):
                parse(topic=topic, headers={}, body=path.read_bytes(), hash_email=hash_email)
