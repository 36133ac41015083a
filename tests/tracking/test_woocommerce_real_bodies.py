"""Every real WooCommerce body of the shared collection, right to the minor unit.

The expected numbers were read from the files by hand. Skipped where the collection is not. Some
bodies come from apps that drop fields a webhook always has; these are put back.
"""

import json
from typing import Any

import pytest

from tests.tracking.payloads import SHARED, hash_email
from tracking.domain.events import OrderSnapshot
from tracking.integrations.woocommerce import parse
from tracking.services.adapters import PayloadRefused

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")

CHANGED_AT = "2026-03-02T09:00:00"

# file: order id, status, currency, total, net of each line, tax of lines, discount of lines,
# shipping, codes, thin refunds
ORDERS: dict[str, list[Any]] = {
    "docs_order_get": [
        ("727", "paid", "USD", 2935, [600, 1200], 135, 0, 1000, [], []),
    ],
    "docs_order_updated": [
        ("727", "paid", "USD", 2935, [600, 1200], 135, 0, 1000, [], []),
    ],
    "docs_orders_list": [
        ("727", "paid", "USD", 2935, [600, 1200], 135, 0, 1000, [], []),
        ("723", "paid", "USD", 3900, [900, 2000], 0, 0, 1000, [], [1000, 900]),
    ],
    "fluxc_order_786_two_coupons": [
        ("786", "paid", "USD", 759, [0, 0], 0, 6000, 759, ["20$off", "40$off"], []),
    ],
    "fluxc_order_949_fee_lines": [
        ("949", "paid", "USD", 4400, [1000, 3000], 0, 0, 400, [], []),
    ],
    "fluxc_order_single": [
        ("88", "refunded", "USD", 1500, [1500], 0, 0, 0, [], []),
    ],
    "ios_order_attribution_giftcards": [
        ("459", "paid", "USD", 400, [1800], 0, 0, 1000, [], []),
    ],
}  # fmt: skip
# file: of each refund its amount, the lines it names with net and tax, and the rest
REFUNDS: dict[str, list[Any]] = {
    "docs_order_refund_0": [(1000, [], 1000)],
    "docs_order_refund_2": [(1000, [], 1000), (900, [("311", 900)], 0)],
    "ios_order_560_all_refunds": [
        (6300, [("64", 6300)], 0),
        (11700, [("59", 3150), ("63", 3150), ("65", 5400)], 0),
        (1800, [("60", 1800)], 0),
        (2700, [("65", 2700)], 0),
    ],
}


def documents(name):
    found = json.loads((SHARED / f"woocommerce__{name}.json").read_bytes())
    return found if isinstance(found, list) else [found]


def completed(order):
    """Put back the fields every webhook of version 3 has."""
    paid_at = order.get("date_paid_gmt") or order.get("date_paid")
    return {"date_modified_gmt": CHANGED_AT, "date_paid_gmt": paid_at} | order


def read(topic, body):
    raw = json.dumps(body).encode()
    return parse(topic=topic, headers={}, body=raw, hash_email=hash_email).events


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_is_right_to_the_minor_unit(name):
    for document, expected in zip(documents(name), ORDERS[name], strict=True):
        snapshot, *refunds = read("order.updated", completed(document))
        assert isinstance(snapshot, OrderSnapshot)
        assert expected == (
            snapshot.external_order_id,
            snapshot.status,
            snapshot.currency,
            snapshot.total,
            [line.net_ex_tax for line in snapshot.lines],
            sum(line.tax for line in snapshot.lines),
            sum(line.discount for line in snapshot.lines),
            snapshot.shipping,
            [discount.code for discount in snapshot.discounts],
            [refund.total for refund in refunds],
        )


@pytest.mark.parametrize("name", REFUNDS)
def test_a_refund_is_right_to_the_minor_unit(name):
    [order] = documents("docs_order_get")
    refunds = documents(name)
    _, *events = read("order.pulled", {"order": order, "refunds": refunds})
    assert [
        (
            event.total,
            [(line.external_line_id, line.net_ex_tax + line.tax) for line in event.lines],
            event.amount,
        )
        for event in events
    ] == REFUNDS[name]


def test_a_plugin_test_payment_never_earns():
    [order] = documents("ios_order_attribution_giftcards")
    assert read("order.updated", completed(order))[0].is_test


def test_a_body_without_its_time_of_change_is_refused():
    [order] = documents("fluxc_order_949_fee_lines")
    with pytest.raises(PayloadRefused) as caught:
        read("order.updated", order)
    assert (caught.value.code, caught.value.detail) == ("missing_field", "date_modified_gmt")


def test_every_file_is_expected_somewhere():
    known = {*ORDERS, *REFUNDS, "docs_orders_batch", "docs_webhook_resource"}
    found = {path.stem.removeprefix("woocommerce__") for path in SHARED.glob("woocommerce__*.json")}
    assert found == known
