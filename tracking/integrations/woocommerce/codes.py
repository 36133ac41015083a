"""Coupons of WooCommerce's REST API (v3): made, changed, and ended by their day of expiry.

A coupon is found by its code only while it is published, so it ends by expiring and not by
becoming a draft. The interface takes an empty text for no day, and 0 for no limit.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from affiliates.domain.codes import normalise_code
from brands.models import StoreConnection
from core.egress import Answer
from core.money import Money, to_decimal
from tracking.domain.storecodes import Listed, Terms, Wanted
from tracking.integrations.bookapi import Call, ask, make_call, read_bps, read_money, read_object
from tracking.integrations.reading import Node, clean_text, load_object, split_list
from tracking.integrations.woocommerce.fields import find_gmt, meta_values
from tracking.services.adapters import PayloadRefused
from tracking.services.codebooks import BookFailed, BookTraits

MARK = "_fairshare_code"
PUBLISHED = frozenset({"", "publish"})
TAKEN = "woocommerce_rest_coupon_code_already_exists"
ENDED_AGO = timedelta(days=2)  # past in every time zone of a shop

code_traits = BookTraits(
    kinds=("percent", "amount"),
    once_label=_("Once a customer"),
    keys_need=_("The keys need the permission Read/Write."),
)


class WooCodes:
    """The coupons of a shop."""

    def __init__(self, call: Call, real_now: datetime) -> None:
        self._call = call
        self._real_now = real_now
        self._currency = ""

    def get_currency(self, wanted: str) -> str:  # noqa: ARG002  # a shop has one
        if not self._currency:
            answer = ask(self._call, "GET", "data/currencies/current")
            code = read_object(_expect(answer)).values.get("code")
            if not isinstance(code, str) or not code:
                raise BookFailed("bad_answer")
            self._currency = code.upper()
        return self._currency

    def find(self, *, text: str, ref: str) -> Listed | None:
        answer = ask(self._call, "GET", f"coupons?{urlencode({'code': text})}")
        try:
            rows = [load_object(one) for one in split_list(_expect(answer))]
        except PayloadRefused as refusal:
            raise BookFailed("bad_answer") from refusal
        found = [row for row in rows if _is_called(row, text)]
        if found or not ref.isdecimal():
            return self._read(found[0]) if found else None
        answer = ask(self._call, "GET", f"coupons/{quote(ref)}")
        row = read_object(answer.body) if answer.status == 200 else None
        return self._read(row) if row and _is_called(row, text) else None

    def create(self, wanted: Wanted) -> Listed:
        marks = [{"key": MARK, "value": wanted.marker}]
        body = {"code": wanted.text, "meta_data": marks, **_give(wanted.terms)}
        return self._read(read_object(self._write("POST", "coupons", body)))

    def change(self, listed: Listed, wanted: Wanted) -> Listed:
        body = self._write("PUT", f"coupons/{quote(listed.ref)}", _give(wanted.terms))
        return self._read(read_object(body))

    def enable(self, listed: Listed) -> None:
        again = {"date_expires": "", "status": "publish"}
        self._write("PUT", f"coupons/{quote(listed.ref)}", again)

    def disable(self, listed: Listed) -> None:
        day = (self._real_now - ENDED_AGO).astimezone(UTC).strftime("%Y-%m-%dT00:00:00")
        self._write("PUT", f"coupons/{quote(listed.ref)}", {"date_expires": day})

    def _write(self, method: str, path: str, body: dict[str, Any]) -> bytes:
        return _expect(ask(self._call, method, path, json.dumps(body).encode()))

    def _read(self, row: Node) -> Listed:
        try:
            expires_at = find_gmt(row, "date_expires")
            is_out = expires_at is not None and expires_at <= self._real_now
            return Listed(
                ref=row.identifier("id"),
                is_on=row.text("status") in PUBLISHED and not is_out,
                marker=next((str(one) for one in meta_values(row, MARK)), ""),
                terms=self._read_terms(row),
            )
        except PayloadRefused as refusal:
            raise BookFailed("bad_answer") from refusal

    def _read_terms(self, row: Node) -> Terms | None:
        """Return what a coupon gives; None where it is of a kind that is not set from here."""
        kind, given = row.text("discount_type"), row.values.get("amount")
        try:
            is_percent = {"percent": True, "fixed_cart": False}[kind]
            return Terms(
                rate_bps=read_bps(given, 100) if is_percent else 0,
                amount=None if is_percent else read_money(given, self._currency),
                minimum=read_money(row.values.get("minimum_amount"), self._currency),
                is_once=row.values.get("usage_limit_per_user") == 1,
                limit=_read_limit(row.values.get("usage_limit")),
            )
        except (KeyError, ValueError):
            return None


def open_codes(
    connection: StoreConnection, *, real_now: datetime, allows_loopback: bool
) -> WooCodes:
    """Return the coupons of a shop; its address is the only host the keys are sent to."""
    pair = f"{connection.api_key}:{connection.api_secret}".encode()
    headers = {
        "authorization": f"Basic {base64.b64encode(pair).decode()}",
        "content-type": "application/json",
    }
    base = f"{connection.shop_url.rstrip('/')}/wp-json/wc/v3/"
    return WooCodes(make_call(base, headers, allows_loopback=allows_loopback), real_now)


def _give(terms: Terms) -> dict[str, Any]:
    percent = f"{Decimal(terms.rate_bps).scaleb(-2):f}"
    return {
        "discount_type": "percent" if terms.rate_bps else "fixed_cart",
        "amount": percent if terms.rate_bps else _text(terms.amount),
        "minimum_amount": _text(terms.minimum),
        "usage_limit_per_user": int(terms.is_once),
        "usage_limit": terms.limit or 0,
    }


def _text(money: Money | None) -> str:
    return f"{to_decimal(money.amount_minor, money.currency):f}" if money else "0"


def _read_limit(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _is_called(row: Node, text: str) -> bool:
    return normalise_code(str(row.values.get("code") or "")) == normalise_code(text)


def _expect(answer: Answer) -> bytes:
    """Return the body of a success; of anything else, why it was none.

    :raises BookFailed: see there.
    """
    if answer.status in {200, 201}:
        return answer.body
    if answer.status != 400:
        raise BookFailed("no_interface")
    said = read_object(answer.body)
    if said.values.get("code") == TAKEN:
        raise BookFailed("taken")
    raise BookFailed("refused", clean_text(str(said.values.get("message") or "")))
