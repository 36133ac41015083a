"""Shopify refunds: the money that went back, and what it was for."""

import json

import pytest

from tests.tracking.payloads import own
from tests.tracking.shopify import events, refund, refused

REFUNDS = [
    # name, kind, lines as (net, tax, quantity), amount, shipping, total
    ("refund_partial_line", "partial_line", [(5400, 1026, 1)], 0, 0, 6426),
    ("refund_shipping_only", "shipping_only", [], 0, 490, 490),
    ("refund_shipping_old_shape", "shipping_only", [], 0, 583, 583),
    ("refund_less_than_lines", "partial_line", [(2521, 479, 1), (2521, 479, 1)], 0, 490, 6490),
    ("refund_more_than_lines", "partial_line", [(0, 0, 1)], 4194, 0, 4194),
    ("refund_tax_included", "partial_line", [(10000, 1900, 1)], 0, 0, 11900),
    ("refund_tax_included_partly", "partial_line", [(5000, 950, 1)], 0, 0, 5950),
    ("refund_multicurrency", "partial_line", [(15000, 1500, 1)], 0, 0, 16500),
    ("refund_amount_only", "amount_only", [], 1000, 0, 1000),
]


@pytest.mark.parametrize(("name", "kind", "lines", "amount", "shipping", "total"), REFUNDS)
def test_a_refund_is_what_went_back(name, kind, lines, amount, shipping, total):
    found = refund(name)
    assert (found.kind, found.amount, found.shipping, found.total) == (
        kind,
        amount,
        shipping,
        total,
    )
    assert [(ln.net_ex_tax, ln.tax, ln.quantity) for ln in found.lines] == lines
    assert found.status == "succeeded"


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("refund_partial_line", "paid_code_gift_card"),
        ("refund_less_than_lines", "paid_code_gift_card"),
        ("refund_amount_only", "paid_code_gift_card"),
        ("refund_tax_included", "tax_included"),
        ("refund_tax_included_partly", "tax_included"),
        ("refund_multicurrency", "multicurrency"),
    ],
)
def test_a_refund_is_the_same_alone_and_inside_its_order(name, host):
    body = json.loads(own("shopify", name))
    inside = events(host, change=lambda b: b.update(refunds=[body])).events[1]
    assert inside == refund(name)


def test_part_of_a_refund_in_the_shoppers_currency_is_translated_in_proportion():
    found = refund("refund_multicurrency", lambda b: b["transactions"][0].update(amount="55.00"))
    assert (found.total, found.lines[0].net_ex_tax, found.lines[0].tax) == (8250, 7500, 750)


def test_money_in_a_currency_nothing_translates_is_refused():
    def lose(body):
        body["transactions"][0]["currency"] = "USD"

    assert refused("refund_amount_only", lose, "refunds/create")[0] == "currency_mismatch"


def test_a_pending_refund_and_its_failure_have_one_content():
    pending, failed = refund("refund_pending"), refund("refund_failed")
    assert (pending.status, failed.status) == ("pending", "failed")
    assert (pending.lines, pending.total) == (failed.lines, failed.total) and pending.total == 6426


def test_a_refund_record_without_money_is_an_edit():
    parsed = events("refund_of_an_edit", "refunds/create")
    assert (parsed.events, parsed.note) == ((), "no_money")


def test_units_told_one_by_one_are_added_up():
    def split(body):
        body["refund_line_items"] *= 2
        body["transactions"][0]["amount"] = "128.52"

    [line] = refund("refund_partial_line", split).lines
    assert (line.quantity, line.net_ex_tax, line.tax) == (2, 10800, 2052)


def test_a_refund_of_another_order_inside_an_order_is_refused():
    def swap(body):
        body["refunds"] = [json.loads(own("shopify", "refund_partial_line"))]

    assert refused("tax_included", swap)[0] == "inconsistent_order"


def test_an_unknown_transaction_status_is_refused():
    change = lambda b: b["transactions"][0].update(status="odd")  # noqa: E731
    assert refused("refund_amount_only", change, "refunds/create")[0] == "unknown_status"
