"""A shop that posts signed orders, as a store does, through the real address."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.urls import reverse

from brands.models import StoreConnection
from core.clock import brand_now
from core.signing import sign_standard_webhooks
from tracking.models import Commission, Order

_numbers = count(1)


class Shop:
    """A store connection with its secret; `at` is by the brand's clock."""

    def __init__(self, connection: StoreConnection, client: Client | None = None) -> None:
        self.connection = connection
        self.client = client or Client()

    @property
    def now(self) -> datetime:
        self.connection.brand.refresh_from_db()
        return brand_now(self.connection.brand)

    def send(self, kind: str, data: dict[str, Any], *, event_id: str = "", **extra: Any) -> int:
        """Post one event; returns the HTTP status."""
        body = json.dumps({"type": kind, "data": data}).encode()
        return self.post(body, event_id=event_id or f"evt_{next(_numbers)}", **extra)

    def post(self, body: bytes, *, event_id: str, secret: str = "") -> int:
        headers = sign_standard_webhooks(
            secrets=[secret or self.connection.secret],
            event_id=event_id,
            body=body,
            now=datetime.now(UTC),
        )
        response = self.client.post(
            reverse("tracking:hook", args=[self.connection.public_id]),
            data=body,
            content_type="application/json",
            headers=headers,
        )
        return response.status_code

    def order(self, number: str, **changes: Any) -> dict[str, Any]:
        """Return a paid order of 100.00 EUR, one line, changed as told."""
        at = self.now
        return {
            "id": number,
            "number": number,
            "updated_at": stamp(at),
            "placed_at": stamp(at - timedelta(minutes=2)),
            "status": "paid",
            "paid_at": stamp(at - timedelta(minutes=1)),
            "currency": "EUR",
            "total": "100.00",
            "lines": [line("1", "100.00")],
            "customer": {"email": f"shopper-{number}@mail.example", "country": "DE"},
        } | changes

    def pay(self, number: str, **changes: Any) -> Order:
        """Post a paid order and return it."""
        assert self.send("order.paid", self.order(number, **changes)) == 200
        return self.get(number)

    def refund(self, number: str, refund_id: str, amount: str, **changes: Any) -> Order:
        """Post a refund of an amount of the goods, or of the lines given."""
        data = {
            "id": refund_id,
            "order_id": number,
            "currency": "EUR",
            "refunded_at": stamp(self.now),
            "total": amount,
            "amount": "0.00" if "lines" in changes else amount,
        } | changes
        assert self.send("refund.created", data) == 200
        return self.get(number)

    def get(self, number: str) -> Order:
        return Order.objects.get(connection=self.connection, external_order_id=number)

    def commission(self, number: str) -> Commission:
        return Commission.objects.get(order=self.get(number))


def line(line_id: str, gross: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": line_id,
        "product_id": f"product-{line_id}",
        "sku": f"SKU-{line_id}",
        "title": f"Thing {line_id}",
        "quantity": 1,
        "gross": gross,
        "discount": "0.00",
        "tax": "0.00",
    } | changes


def code(text: str, amount: str = "0.00") -> list[dict[str, str]]:
    return [{"code": text, "amount": amount}]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
