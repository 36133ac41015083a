"""The shop of the self-test: signed Shopify bodies, timed by the sandbox's clock."""

import json
from datetime import datetime
from typing import Any

import httpx

from core.signing import sign_shopify

TIMEOUT_S = 30


def order_body(*, number: int, token: str, at: datetime, paid_at: datetime) -> dict[str, Any]:
    """Return a paid order of 120.00 EUR: two cups at 30.00 and a grinder at 60.00."""
    return {
        "id": 820_000_000_000 + number,
        "name": f"#{number}",
        "created_at": paid_at.isoformat(),
        "processed_at": paid_at.isoformat(),
        "updated_at": at.isoformat(),
        "cancelled_at": None,
        "test": False,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "taxes_included": False,
        "financial_status": "paid",
        "email": "shopper@customer.example",
        "total_price": "120.00",
        "subtotal_price": "120.00",
        "total_tax": "0.00",
        "total_discounts": "0.00",
        "note_attributes": [{"name": "fs_click", "value": token}],
        "discount_codes": [],
        "discount_applications": [],
        "line_items": [_line(1, "Cup", 2, "30.00"), _line(2, "Grinder", 1, "60.00")],
        "shipping_lines": [],
        "refunds": [],
    }


def refund_body(
    *, number: int, refund: int, line: int, amount: str, at: datetime
) -> dict[str, Any]:
    """Return a refund of one unit of a line."""
    return {
        "id": 930_000_000_000 + refund,
        "order_id": 820_000_000_000 + number,
        "created_at": at.isoformat(),
        "processed_at": at.isoformat(),
        "currency": "EUR",
        "refund_line_items": [
            {
                "id": 1,
                "line_item_id": line,
                "quantity": 1,
                "subtotal": amount,
                "total_tax": "0.00",
                "line_item": _line(line, "Thing", 1, amount),
            }
        ],
        "order_adjustments": [],
        "transactions": [
            {"id": 1, "kind": "refund", "status": "success", "amount": amount, "currency": "EUR"}
        ],
    }


def deliver(*, url: str, secret: str, topic: str, event: str, body: dict[str, Any]) -> int:
    """Post one signed delivery; returns the HTTP status."""
    raw = json.dumps(body).encode()
    headers = {
        **sign_shopify(secret=secret, body=raw),
        "X-Shopify-Topic": topic,
        "X-Shopify-Event-Id": event,
        "Content-Type": "application/json",
    }
    return httpx.post(url, content=raw, headers=headers, timeout=TIMEOUT_S).status_code


def _line(line_id: int, title: str, quantity: int, price: str) -> dict[str, Any]:
    return {
        "id": line_id,
        "product_id": 70 + line_id,
        "variant_id": 400 + line_id,
        "title": title,
        "sku": f"SKU-{line_id}",
        "quantity": quantity,
        "current_quantity": quantity,
        "price": price,
        "gift_card": False,
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": [],
    }
