"""Shops with state that keep discount codes as Shopify, WooCommerce and Stripe do.

Each answers as its platform does, and fails as it is told to: `faults` are the fates of the next
requests, one each. A number is the status of an answer that did nothing, "lost" a request that
never came, "unheard" one that was carried out and whose answer was lost; None is none.
"""

import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from core.egress import Answer, EgressFailed
from tests.tracking.serving import Asked, Told
from tracking.integrations.shopify.codes import ShopifyCodes
from tracking.integrations.stripe.codes import StripeCodes
from tracking.integrations.woocommerce.codes import WooCodes


@dataclass
class Kept:
    """A code in a shop; `said` is all else the shop was told of it."""

    ref: str
    text: str
    is_on: bool
    said: dict[str, Any] = field(default_factory=dict)


class CodeShop:
    """What the three have in common; `calls` counts what was asked by its kind."""

    platform = ""
    keys: tuple[str, ...] = ()
    foreign: dict[str, Any] = {}

    def __init__(self) -> None:
        self.codes: list[Kept] = []
        self.faults: list[int | str | None] = []
        self.calls: Counter[str] = Counter()
        self.is_refusing_keys = False
        self._numbers = count(1001)

    def find(self, text: str) -> Kept | None:
        same = [one for one in self.codes if one.text.casefold() == text.casefold()]
        return max(same, key=lambda one: one.is_on) if same else None

    def keep(self, text: str, said: dict[str, Any], *, is_on: bool = True) -> Kept:
        self.codes.append(Kept(self.make_ref(), text, is_on, said))
        return self.codes[-1]

    def put(self, text: str) -> Kept:
        """Let somebody of the shop make a code by hand."""
        return self.keep(text, json.loads(json.dumps(self.foreign)))

    def make_ref(self) -> str:
        return str(next(self._numbers))

    def get(self, ref: str) -> Kept:
        [found] = [one for one in self.codes if one.ref == ref]
        return found

    def meet(self, asked: Asked) -> Told:
        """Answer a request with whatever fate is its."""
        fate = self.faults.pop(0) if self.faults else None
        if fate == "lost":
            raise EgressFailed("timeout")
        if isinstance(fate, int):
            return Told(fate, headers={"retry-after": "3600"} if fate == 429 else {})
        told = self.refuse() if self.is_refusing_keys else self.answer(asked)
        if fate == "unheard":
            raise EgressFailed("timeout")
        return told

    def call(self, method: str, path: str, body: bytes) -> Answer:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        told = self.meet(Asked(method, parts.path, query, {}, body))
        return Answer(told.status, told.headers, told.body)

    def refuse(self) -> Told:
        return Told(401)

    def answer(self, asked: Asked) -> Told:
        raise NotImplementedError

    def open(self, real_now: datetime) -> Any:
        raise NotImplementedError

    def alter(self, kept: Kept) -> None:
        """Let somebody of the shop change what a code gives."""
        raise NotImplementedError


class WooCodeShop(CodeShop):
    platform = "woocommerce"
    keys = ("ck_write", "cs_write")
    foreign = {"discount_type": "percent", "amount": "40", "meta_data": []}

    def open(self, real_now: datetime) -> WooCodes:
        self.now = real_now
        return WooCodes(self.call, real_now)

    def alter(self, kept: Kept) -> None:
        kept.said["amount"] = "99"

    def answer_wire(self, asked: Asked) -> Told:
        """Answer over http, where the keys stand in a header."""
        pair = base64.b64encode(":".join(self.keys).encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            return Told(401)
        path = asked.path.removeprefix("/wp-json/wc/v3/")
        return self.answer(Asked(asked.method, path, asked.query, {}, asked.body))

    def answer(self, asked: Asked) -> Told:
        if asked.path == "data/currencies/current":
            return _json(200, {"code": "EUR"})
        _, _, ref = asked.path.partition("/")
        if asked.method == "GET" and not ref:
            self.calls["find"] += 1
            code = asked.query["code"].casefold()
            found = [one for one in self.codes if one.text.casefold() == code]
            # As WooCommerce does: by its code a coupon is found only while it is published.
            shown = [one for one in found if one.said.get("status", "publish") == "publish"]
            return _json(200, [self._show(one) for one in shown])
        if ref and not any(one.ref == ref for one in self.codes):
            return _json(404, {"code": "woocommerce_rest_shop_coupon_invalid_id"})
        if asked.method == "GET":
            return _json(200, self._show(self.get(ref)))
        given = json.loads(asked.body)
        if asked.method == "POST":
            return self._create(given)
        self.calls["update"] += 1
        self._set(self.get(ref), given)
        return _json(200, self._show(self.get(ref)))

    def _create(self, given: dict[str, Any]) -> Told:
        self.calls["create"] += 1
        text = given.pop("code").lower()
        if self.find(text):
            return _json(400, {"code": "woocommerce_rest_coupon_code_already_exists"})
        kept = self.keep(text, {})
        self._set(kept, given)
        return _json(201, self._show(kept))

    def _set(self, kept: Kept, given: dict[str, Any]) -> None:
        if "date_expires" in given:
            text = given.pop("date_expires")
            ends_at = datetime.fromisoformat(f"{text}+00:00") if text else None
            kept.is_on = ends_at is None or ends_at > datetime.now(UTC)
            kept.said["date_expires_gmt"] = text or None
        kept.said |= given

    def _show(self, kept: Kept) -> dict[str, Any]:
        said = {
            "id": int(kept.ref),
            "code": kept.text,
            "status": "publish",
            "amount": "0.00",
            "minimum_amount": "0.00",
            "date_expires_gmt": None if kept.is_on else "2020-01-01T00:00:00",
            "usage_limit": None,
            "usage_limit_per_user": None,
            **kept.said,
        }
        for name in ("amount", "minimum_amount"):
            said[name] = f"{float(said[name]):.2f}"
        for name in ("usage_limit", "usage_limit_per_user"):
            said[name] = said[name] or None
        return said


class ShopifyCodeShop(CodeShop):
    platform = "shopify"
    keys = ("shpat_write",)
    foreign = {
        "title": "Summer",
        "customerGets": {"value": {"percentage": 0.4}, "items": {"all": True}},
    }

    def make_ref(self) -> str:
        return f"gid://shopify/DiscountCodeNode/{next(self._numbers)}"

    def open(self, real_now: datetime) -> ShopifyCodes:
        return ShopifyCodes(self, real_now)

    def alter(self, kept: Kept) -> None:
        kept.said["customerGets"]["value"] = {"percentage": 0.99}

    def query(self, text: str, variables: dict[str, Any]) -> Answer:
        """Stand in for the Admin API as the adapter holds it."""
        body = json.dumps({"query": text, "variables": variables}).encode()
        told = self.meet(Asked("POST", "graphql.json", {}, {}, body))
        return Answer(told.status, told.headers, told.body)

    def answer(self, asked: Asked) -> Told:
        said = json.loads(asked.body)
        text, given = said["query"], said["variables"]
        if "currencyCode } }" in text and "shop {" in text:
            return _json(200, {"data": {"shop": {"currencyCode": "EUR"}}})
        if "codeDiscountNodeByCode" in text:
            self.calls["find"] += 1
            found = self.find(given["code"])
            shown = self._show(found) if found else None
            return _json(200, {"data": {"codeDiscountNodeByCode": shown}})
        if "discountCodeBasicCreate" in text:
            return self._create(given["input"])
        self.calls["update"] += 1
        kept = self.get(given["id"])
        if "discountCodeBasicUpdate" in text:
            kept.said |= given["input"]
        elif "discountCodeActivate" in text:
            kept.is_on = True
        elif "discountCodeDeactivate" in text:
            kept.is_on = False
        else:
            raise AssertionError(text)
        return self._done(kept)

    def _create(self, given: dict[str, Any]) -> Told:
        self.calls["create"] += 1
        assert given["context"] == {"all": "ALL"} and given["startsAt"] and given["title"]
        if self.find(given["code"]):
            errors = [{"field": ["basicCodeDiscount", "code"], "code": "TAKEN", "message": "Taken"}]
            done = {"codeDiscountNode": None, "userErrors": errors}
            return _json(200, {"data": {"done": done}})
        return self._done(self.keep(given["code"], given))

    def _done(self, kept: Kept) -> Told:
        done = {"codeDiscountNode": self._show(kept), "userErrors": []}
        return _json(200, {"data": {"done": done}})

    def _show(self, kept: Kept) -> dict[str, Any]:
        value = kept.said["customerGets"]["value"]
        if "percentage" in value:
            shown = {"__typename": "DiscountPercentage", "percentage": value["percentage"]}
        else:
            amount = {"amount": value["discountAmount"]["amount"], "currencyCode": "EUR"}
            shown = {"__typename": "DiscountAmount", "amount": amount, "appliesOnEachItem": False}
        least = kept.said.get("minimumRequirement", {}).get("subtotal", {})
        least = least.get("greaterThanOrEqualToSubtotal")
        money = {"amount": least, "currencyCode": "EUR"}
        return {
            "id": kept.ref,
            "codeDiscount": {
                "__typename": "DiscountCodeBasic",
                "title": kept.said["title"],
                "status": "ACTIVE" if kept.is_on else "EXPIRED",
                "usageLimit": kept.said.get("usageLimit"),
                "appliesOncePerCustomer": kept.said.get("appliesOncePerCustomer", False),
                "customerGets": {"value": shown, "items": {"allItems": True}},
                "minimumRequirement": {
                    "__typename": "DiscountMinimumSubtotal",
                    "greaterThanOrEqualToSubtotal": money,
                }
                if least
                else None,
            },
        }


class StripeCodeShop(CodeShop):
    platform = "stripe"
    keys = ("rk_live_write",)
    foreign = {"coupon": "other"}
    coupons = ("tenoff", "fiveoff", "other")

    def make_ref(self) -> str:
        return f"promo_{next(self._numbers)}"

    def open(self, real_now: datetime) -> StripeCodes:
        return StripeCodes(self.call)

    def alter(self, kept: Kept) -> None:
        """Nobody can change one at Stripe: another takes its place."""
        kept.is_on = False
        self.keep(kept.text, {**kept.said, "coupon": "other"})

    def answer(self, asked: Asked) -> Told:
        _, _, ref = asked.path.partition("/")
        if asked.method == "GET":
            self.calls["find"] += 1
            code = asked.query["code"].casefold()
            rows = [one for one in reversed(self.codes) if one.text.casefold() == code]
            return _json(200, {"object": "list", "data": [self._show(one) for one in rows]})
        given = dict(parse_qsl(asked.body.decode()))
        if ref:
            self.calls["update"] += 1
            assert set(given) == {"active"}
            self.get(ref).is_on = given["active"] == "true"
            return _json(200, self._show(self.get(ref)))
        return self._create(given)

    def _create(self, given: dict[str, str]) -> Told:
        self.calls["create"] += 1
        text = given.pop("code")
        if given["coupon"] not in self.coupons:
            return _error("resource_missing", "coupon", "No such coupon")
        found = self.find(text)
        if found and found.is_on:
            return _error("", "", f"An active promotion code with `code: {text}` already exists.")
        return _json(200, self._show(self.keep(text, given)))

    def _show(self, kept: Kept) -> dict[str, Any]:
        said = kept.said
        least = said.get("restrictions[minimum_amount]")
        marker = said.get("metadata[fairshare_code]")
        return {
            "id": kept.ref,
            "object": "promotion_code",
            "active": kept.is_on,
            "code": kept.text,
            "coupon": {"id": said["coupon"], "object": "coupon", "valid": True},
            "metadata": {"fairshare_code": marker} if marker else {},
            "max_redemptions": int(said["max_redemptions"]) if "max_redemptions" in said else None,
            "restrictions": {
                "first_time_transaction": said.get("restrictions[first_time_transaction]")
                == "true",
                "minimum_amount": int(least) if least else None,
                "minimum_amount_currency": said.get("restrictions[minimum_amount_currency]"),
            },
        }


def _json(status: int, found: object) -> Told:
    return Told(status, json.dumps(found).encode())


def _error(code: str, param: str, message: str) -> Told:
    error = {"type": "invalid_request_error", "code": code, "param": param, "message": message}
    return _json(400, {"error": error})
