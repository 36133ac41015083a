"""Orders, refunds and leads told from server to server.

They are written as the generic webhook's messages and go the same way: kept raw, merged, credited
and priced, so that a shop may tell by either and is never counted twice.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from brands.access import BrandAccess, get_connection_for
from brands.models import Scope, StoreConnection
from brands.selectors import list_connections
from core.crypto import customer_hash
from core.money import to_decimal
from portal.api.base import ApiView
from portal.api.errors import Problem
from portal.api.given import ConversionIn, LeadIn, RefundIn
from portal.api.out_sales import OrderOut
from portal.api.schema import Operation
from portal.api.showing import show_orders
from tracking.integrations import generic
from tracking.models import Order
from tracking.selectors_brand import list_orders, with_credit
from tracking.services.adapters import PayloadRefused
from tracking.services.intake import store_delivery
from tracking.services.processing import WAITING, process_store_event

_PLAIN = ("status", "currency", "subscription", "test", "customer", "click")
_TIMES = ("placed_at", "paid_at", "cancelled_at", "fulfilled_at", "delivered_at")
_LINE = ("id", "quantity", "product_id", "variant_id", "sku", "title", "gift_card", "collections")
_MORE = "The same report again, with another Idempotency-Key too, changes nothing: its id is known."


class _Report(ApiView):
    """Something that a shop reports; the answer is the order as it is known then."""

    tag = "Reports"

    def post(self, _request: Request) -> Response:
        return self.answer_post(self._take)

    def _take(self, asked: dict[str, Any]) -> Order:
        store = _find_store(self.access, asked)
        kind, data, order_id = self.write(asked)
        body = json.dumps({"type": kind, "data": data}, sort_keys=True).encode()
        _check(store, kind, body)
        event, _is_new = store_delivery(
            connection=store, topic=kind, event_id="", body=body, key_index=0, now=self.now
        )
        if event.status in WAITING:
            process_store_event(event_id=event.pk, adapter=generic, now=self.now)
        rows = list_orders(self.access.brand).filter(connection=store, external_order_id=order_id)
        order = with_credit(rows).first()
        if order is None:
            raise Problem("unavailable", wait_s=30)
        return show_orders(self.access.brand, [order])[0]

    def write(self, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any], str]:
        """Return a message's type and data, and the id under which its order is kept."""
        raise NotImplementedError


class Conversions(_Report):
    operations = {
        "POST": Operation(
            name="report_conversion",
            summary="Report an order",
            words=(
                "Tell a whole order, with the click token or the code it came with, and again "
                f"whenever it changes. Amounts are in minor units of the currency. {_MORE}"
            ),
            scope=Scope.CONVERSIONS_WRITE,
            out=OrderOut,
            takes=ConversionIn,
            status=201,
            problems=("not_found", "store_needed", "order_refused"),
        )
    }

    def write(self, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any], str]:
        currency, is_paid = asked["currency"], asked["status"] == "paid"
        paid_at = asked.get("paid_at", asked["placed_at"] if is_paid else None)
        data = {
            **_pick(asked, _PLAIN),
            **_times(asked, _TIMES),
            "id": asked["order_id"],
            "number": asked.get("number", asked["order_id"]),
            "updated_at": _iso(asked.get("updated_at", asked["placed_at"])),
            "tax_included": asked.get("tax_included", False),
            **_money(asked, ("total", "shipping", "shipping_tax"), currency),
            "lines": [
                {
                    **_pick(line, _LINE),
                    **_money(line, ("gross", "discount", "tax"), currency),
                }
                for line in asked["lines"]
            ],
        }
        if paid_at is not None:
            data["paid_at"] = _iso(paid_at)
        if "code" in asked:
            amount = _text(asked.get("discount_minor", 0), currency)
            data["discounts"] = [{"kind": "code", "code": asked["code"], "amount": amount}]
        return "order.updated", data, asked["order_id"]


class Refunds(_Report):
    operations = {
        "POST": Operation(
            name="report_refund",
            summary="Report a refund",
            words=f"Tell that money of an order went back, whole or in part. {_MORE}",
            scope=Scope.CONVERSIONS_WRITE,
            out=OrderOut,
            takes=RefundIn,
            status=201,
            problems=("not_found", "store_needed", "order_refused"),
        )
    }

    def write(self, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any], str]:
        currency = asked["currency"]
        data = {
            "id": asked["refund_id"],
            "order_id": asked["order_id"],
            "currency": currency,
            "refunded_at": _iso(asked["refunded_at"]),
            **_money(asked, ("total", "amount", "shipping"), currency),
            "lines": [
                {**_pick(line, ("id", "quantity")), **_money(line, ("net", "tax"), currency)}
                for line in asked.get("lines", [])
            ],
        }
        return "refund.created", data, asked["order_id"]


class Leads(_Report):
    operations = {
        "POST": Operation(
            name="report_lead",
            summary="Report a lead",
            words=f"Tell that somebody signed up or asked, without an order. {_MORE}",
            scope=Scope.CONVERSIONS_WRITE,
            out=OrderOut,
            takes=LeadIn,
            status=201,
            problems=("not_found", "store_needed", "order_refused"),
        )
    }

    def write(self, asked: Mapping[str, Any]) -> tuple[str, dict[str, Any], str]:
        data = {
            **_pick(asked, ("status", "test", "customer", "click", "code")),
            "id": asked["lead_id"],
            "at": _iso(asked["at"]),
            "updated_at": _iso(asked.get("updated_at", asked["at"])),
        }
        return "lead.updated", data, f"{generic.LEAD_PREFIX}{asked['lead_id']}"


def _find_store(access: BrandAccess, asked: Mapping[str, Any]) -> StoreConnection:
    """Return the store whose order it is: the one named, or the only one of its kind."""
    if "store" in asked:
        store = get_connection_for(access, asked["store"])
        found = [store] if store.platform == generic.traits.platform and store.is_active else []
    else:
        rows = list_connections(access.brand)
        found = list(rows.filter(platform=generic.traits.platform, is_active=True)[:2])
    if len(found) != 1:
        raise Problem("store_needed")
    return found[0]


def _check(store: StoreConnection, kind: str, body: bytes) -> None:
    """Refuse what the intake would have to put aside, before it is kept."""
    brand_id = store.brand.public_id
    try:
        generic.parse(
            topic=kind,
            headers={},
            body=body,
            hash_email=lambda email: customer_hash(brand_id, email),
        )
    except PayloadRefused as refusal:
        raise Problem("order_refused", {refusal.detail or "body": refusal.code}) from None


def _pick(asked: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: asked[name] for name in names if name in asked}


def _times(asked: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: _iso(asked[name]) for name in names if name in asked}


def _iso(at: datetime) -> str:
    return at.isoformat()


def _money(asked: Mapping[str, Any], names: Iterable[str], currency: str) -> dict[str, str]:
    """Return amounts in the major units that the generic message writes."""
    return {
        name: _text(asked[f"{name}_minor"], currency) for name in names if f"{name}_minor" in asked
    }


def _text(amount_minor: int, currency: str) -> str:
    return format(to_decimal(amount_minor, currency), "f")
