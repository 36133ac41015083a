"""A Shopify body that cannot be read exactly is refused, and the field is named."""

import pytest

from tests.tracking.shopify import refused

REFUSALS = [
    ("missing_field", "id", lambda b: b.pop("id")),
    ("missing_field", "taxes_included", lambda b: b.pop("taxes_included")),
    ("missing_field", "line_items", lambda b: b.pop("line_items")),
    ("missing_field", "financial_status", lambda b: b.pop("financial_status")),
    ("missing_field", "total_price", lambda b: b.pop("total_price")),
    ("missing_field", "updated_at", lambda b: b.update(updated_at=None)),
    ("unknown_word", "financial_status", lambda b: b.update(financial_status="maybe")),
    ("unknown_currency", "currency", lambda b: b.update(currency="eur")),
    ("bad_time", "updated_at", lambda b: b.update(updated_at="2026-03-02 10:00:00")),
    ("bad_time", "updated_at", lambda b: b.update(updated_at="0001-01-01T00:00:00+23:00")),
    ("bad_version", "", lambda b: b.update(updated_at="1969-01-01T00:00:00Z")),
    ("bad_amount", "total_price", lambda b: b.update(total_price="12,50")),
    ("bad_amount", "total_price", lambda b: b.update(total_price="12.3456")),
    ("bad_amount", "total_price", lambda b: b.update(total_price="1." + "0" * 40)),
    ("negative_amount", "total_price", lambda b: b.update(total_price="-1")),
    ("wrong_type", "total_price", lambda b: b.update(total_price=True)),
    ("bad_identifier", "id", lambda b: b.update(id="a b")),
    ("wrong_type", "id", lambda b: b.update(id=5.5)),
    ("wrong_type", "line_items", lambda b: b.update(line_items={})),
    ("wrong_type", "line_items[0]", lambda b: b.update(line_items=[7])),
    ("wrong_type", "test", lambda b: b.update(test="yes")),
    ("wrong_type", "line_items[0].quantity", lambda b: b["line_items"][0].update(quantity="1")),
    ("bad_quantity", "line_items[0].quantity", lambda b: b["line_items"][0].update(quantity=-1)),
    ("too_many", "line_items", lambda b: b.update(line_items=b["line_items"] * 300)),
    ("repeated_line", "lines", lambda b: b.update(line_items=b["line_items"] * 2)),
    (
        "currency_mismatch",
        "line_items[0].price_set.shop_money.currency_code",
        lambda b: b["line_items"][0]["price_set"]["shop_money"].update(currency_code="EUR"),
    ),
    (
        "inconsistent_money",
        "lines[0]",
        lambda b: b["line_items"][0].update(discount_allocations=[{"amount": "10.000"}]),
    ),
    (
        "inconsistent_money",
        "lines[0]",
        lambda b: (
            b.update(taxes_included=True)
            or b["line_items"][0].update(tax_lines=[{"price": "10.000"}])
        ),
    ),
    (
        "amount_too_large",
        "lines[0]",
        lambda b: b["line_items"][0].update(
            price_set=None, price="900000000000", quantity=10**6, current_quantity=10**6
        ),
    ),
]


@pytest.mark.parametrize(("code", "detail", "change"), REFUSALS)
def test_what_cannot_be_read_exactly_is_refused_and_named(code, detail, change):
    assert refused("kwd", change) == (code, detail)
