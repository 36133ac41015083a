"""What a PrestaShop order means, read from the XML of its web service."""

import json

import pytest

from core.signing import Refusal
from tests.tracking.adapting import (
    at,
    changed,
    document,
    money_of,
    needs_shared,
    read,
    refused,
    with_value,
)
from tests.tracking.payloads import SHARED
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import prestashop
from tracking.integrations.prestashop.xml import read_document
from tracking.services.adapters import PayloadRefused


def order(name, change=lambda _: None):
    return read(prestashop, changed("prestashop", name, lambda found: change(found["order"])))


def test_nothing_that_is_posted_is_believed():
    verdict = prestashop.verify(
        headers={}, body=b"{}", secrets=["s"], now=at(2026, 3, 2), address=""
    )
    assert verdict == Refusal("unknown_scheme")


def test_a_paid_order():
    [found] = order("order_paid")
    assert money_of(found) == [(10000, 857, 9143, 1829), (1667, 143, 1524, 304)]
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        13400,
        500,
        100,
        2166,
    )
    lamp, cup = found.lines
    assert (lamp.variant_ref, cup.variant_ref, lamp.quantity) == ("7", "", 2)
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41))
    assert (found.placed_at, found.external_number) == (at(2026, 3, 2, 9, 0, 37), "KHWLILZLL")
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1200)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.country, found.customer.external_id) == ("AT", "77")
    assert found.clicks == (ClickSignal("fs-click-token", "order_note"),)


def test_lines_add_up_to_what_was_charged():
    [found] = order("order_paid")
    lines = sum(line.net_ex_tax + line.tax for line in found.lines)
    assert lines + found.shipping + found.shipping_tax == 14000 - 1200 + 600


def test_free_shipping_is_no_discount_of_goods():
    [found] = order("order_free_shipping")
    assert [line.discount for line in found.lines] == [0, 0]
    assert (found.shipping, found.shipping_tax) == (0, 0)
    assert [discount.kind for discount in found.discounts] == ["automatic"]


def test_no_digits():
    [found] = order("order_yen")
    assert money_of(found) == [(1136, 0, 1136, 114)]
    assert found.total == 1250


@pytest.mark.parametrize(
    ("name", "status", "is_paid"),
    [
        ("order_awaiting_wire", "pending", False),
        ("order_partly_refunded", "partially_refunded", True),
        ("order_cancelled", "cancelled", True),
    ],
)
def test_statuses(name, status, is_paid):
    found = order(name)[0]
    assert (found.status, found.paid_at is not None) == (status, is_paid)


def test_a_slip_names_its_lines_and_its_shipping():
    found, slip = order("order_partly_refunded")
    assert [(one.external_line_id, one.net_ex_tax, one.tax) for one in slip.lines] == [
        ("1", 5000, 1000)
    ]
    assert (slip.shipping, slip.amount, slip.total) == (600, 0, 6600)
    assert slip.occurred_at == at(2026, 3, 5, 10)
    state = merge.EMPTY
    for event in (slip, *order("order_awaiting_wire"), found, *order("order_paid"), slip):
        state = merge.merge_event(state, event, received_at=at(2026, 3, 5, 11))
    assert standing.refund_totals(state).lines[0].net_ex_tax == 5000


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("order.total_paid_tax_incl", "134.001000", "bad_amount"),
        ("order.total_paid_tax_incl", "a lot", "bad_amount"),
        ("order.total_paid_tax_incl", None, "missing_field"),
        ("order.total_products", "110.000000", "inconsistent_money"),
        ("order.total_shipping_tax_excl", "7.000000", "inconsistent_money"),
        ("order.valid", "yes", "unknown_word"),
        ("order.date_upd", "2026-03-02T10:00:42Z", "bad_time"),
        ("order.date_upd", "0000-00-00 00:00:00", "missing_field"),
        ("time_zone", "Europe/Nowhere", "bad_time"),
        ("time_zone", "../etc/passwd", "bad_time"),
        ("currency", None, "missing_field"),
        ("order.associations", None, "missing_field"),
        ("order.associations.order_rows[0].product_quantity", "1_0", "bad_quantity"),
        ("order.associations.order_rows[0].unit_price_tax_incl", "-1", "negative_amount"),
    ],
)
def test_garbled_money_is_refused(path, value, code):
    found = with_value(document("prestashop", "order_paid"), path, value)
    assert refused(prestashop, found) == (code, path)


def test_a_slip_of_another_order_is_refused():
    found = document("prestashop", "order_partly_refunded")
    found["order_slips"][0]["id_order"] = "7"
    assert refused(prestashop, found) == ("inconsistent_order", "order_slips[0].id_order")


ENTITIES = b"""<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p><order>&b;</order></p>"""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ENTITIES, "not_xml"),
        (ENTITIES.lower(), "not_xml"),
        (b"<p><order></p>", "not_xml"),
        (b"", "not_xml"),
        (b'<?xml version="1.0" encoding="UTF-16"?><p/>', "not_xml"),
        (b'<?xml version="1.0" encoding="no-such"?><p/>', "not_xml"),
        (b"{}", "not_xml"),
        (b"<p>&other;</p>", "not_xml"),
        (b"<a>" * 20 + b"</a>" * 20, "too_deep"),
    ],
    ids=range(9),
)
def test_xml_that_is_more_than_elements_and_text_is_refused(body, code):
    with pytest.raises(PayloadRefused) as caught:
        read_document(body)
    assert caught.value.code == code


@needs_shared
def test_the_real_order_is_right_to_the_minor_unit():
    real = read_document((SHARED / "prestashop__order_5.xml").read_bytes())
    body = {"time_zone": "Europe/Paris", "currency": "EUR"} | real
    [found] = read(prestashop, body)
    assert money_of(found) == [(1651, 0, 1651, 0), (2700, 0, 2700, 0), (2600, 0, 2600, 0)]
    assert (found.total, found.shipping, found.external_number) == (7151, 200, "KHWLILZLL")
    assert (found.status, found.paid_at) == ("pending", None)
    assert found.placed_at == at(2019, 1, 30, 0, 2, 12)
    assert found.lines[0].title.startswith("Faded Short Sleeve")


@needs_shared
def test_a_row_alone_is_no_order():
    real = read_document((SHARED / "prestashop__order_detail_13.xml").read_bytes())
    row = real["order_detail"]
    assert isinstance(row, dict)
    assert row["id_order"] == "5"
    body = {"time_zone": "UTC", "currency": "EUR"} | real
    assert refused(prestashop, body) == ("missing_field", "order")
    names = {path.name for path in SHARED.glob("prestashop__*")}
    assert names == {"prestashop__order_5.xml", "prestashop__order_detail_13.xml"}
    json.dumps(real)
