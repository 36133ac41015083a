"""PrestaShop's web service: orders and order slips by their time of change, put together per order.

- `date_upd` of an order does not move when a slip is made, so the slips that changed are asked for
  too, and their orders with them.
- What a key may not read of customers and addresses is left out; anything else that is missing
  fails the turn.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.prestashop.fields import time
from tracking.integrations.prestashop.parser import PULLED
from tracking.integrations.prestashop.xml import Value, read_document
from tracking.integrations.reading import load_object
from tracking.integrations.shopapi import Ask, find, get, get_list, make_ask, strip_bodies
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

PER_PAGE = 50
FORM = "%Y-%m-%d %H:%M:%S"
SECOND = timedelta(seconds=1)
MOST_SLIPS = 200

Row = dict[str, Value]


class PrestaSource:
    """A shop's orders, read with a key of its web service."""

    topic = PULLED
    listed_topic = PULLED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[str, str] = {}

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        rows = self._list_rows("orders", self._changed_since(after), page)
        kept = [row for row in rows if _text(row, "id") not in without]
        found = [self._read(row) for row in kept]
        if page == 1:
            given = {one.order_id: one for one in self._list_given_back(after)}
            whole = [(one, given.pop(one.order_id, None)) for one in found]
            found = [replace(one, body=new.body) if new else one for one, new in whole]
            found += [one for one in given.values() if one.order_id not in without]
        return Page(tuple(found), is_last=len(rows) < PER_PAGE)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        row = self._find_row("order", f"orders/{quote(order_id, safe='')}")
        if row is None:
            return None
        if _text(row, "id") != order_id:
            raise PullFailed("no_order")
        return self._read(row, **self._list_parts(row))

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # which slips there are is only known by asking
        body = json.loads(found.body)
        if "order_slips" in body:
            return found.body
        return self._read(body["order"], **self._list_parts(body["order"])).body

    def _read(self, row: Row, **parts: Value) -> Found:
        body: Row = {
            "time_zone": self._zone_name(),
            "currency": self._code("currencies", "currency", _text(row, "id_currency")),
            "order": row,
            **parts,
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        try:
            order = load_object(raw).node("order")
            return Found(raw, order.identifier("id"), time(order, "date_upd", self._zone()))
        except PayloadRefused:
            return Found(raw, "", None)

    def _list_parts(self, row: Row) -> Row:
        order_id = _text(row, "id")
        parts: Row = {
            "order_slips": list(self._list_of_order("order_slip", "order_slips", order_id)),
            "cart_rules": [
                {**rule, "code": self._find_code(_text(rule, "id_cart_rule"))}
                for rule in self._list_of_order("order_cart_rules", "order_cart_rules", order_id)
            ],
        }
        customer = self._find_optional("customer", f"customers/{_text(row, 'id_customer')}")
        if customer:
            parts["customer"] = {name: _text(customer, name) for name in ("id", "email")}
        country = self._find_country(_text(row, "id_address_delivery"))
        return {**parts, "country": country} if country else parts

    def _list_given_back(self, after: datetime) -> Iterator[Found]:
        """Yield the orders of slips that changed, in whole."""
        query = self._changed_since(after) | {"limit": str(MOST_SLIPS)}
        slips = self._list("order_slip", "order_slips", query)
        for order_id in dict.fromkeys(_text(slip, "id_order") for slip in slips):
            found = self.get_order(order_id)
            if found is not None:
                yield Found(found.body, found.order_id, None)  # the cursor is the orders' own

    def _list_rows(self, resource: str, query: dict[str, str], page: int) -> list[Row]:
        order = {
            "sort": "[date_upd_ASC,id_ASC]",
            "limit": f"{(page - 1) * PER_PAGE},{PER_PAGE}",
        }
        return self._list(resource, resource, query | order)

    def _list_of_order(self, resource: str, name: str, order_id: str) -> list[Row]:
        return self._list(resource, name, {"display": "full", "filter[id_order]": f"[{order_id}]"})

    def _list(self, resource: str, name: str, query: dict[str, str]) -> list[Row]:
        document = _read_document(get_list(self._ask, f"{resource}?{urlencode(query)}"))
        rows = document.get(name)
        if rows is None:
            raise PullFailed("no_orders")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _find_row(self, name: str, path: str) -> Row | None:
        body = find(self._ask, path)
        if body is None:
            return None
        row = _read_document(body).get(name)
        if not isinstance(row, dict):
            raise PullFailed("no_order")
        return row

    def _find_optional(self, name: str, path: str) -> Row | None:
        """Return what the key may be kept from; None then, and where it is gone."""
        try:
            return self._find_row(name, path) if not path.endswith(("/", "/0")) else None
        except PullFailed as failure:
            if failure.code == "keys_refused":
                return None
            raise

    def _find_code(self, rule_id: str) -> str:
        rule = self._find_row("cart_rule", f"cart_rules/{quote(rule_id, safe='')}")
        return _text(rule, "code") if rule else ""

    def _find_country(self, address_id: str) -> str:
        address = self._find_optional("address", f"addresses/{quote(address_id, safe='')}")
        country_id = _text(address, "id_country") if address else ""
        key = f"countries/{country_id}"
        if key not in self._known:
            country = self._find_optional("country", f"countries/{quote(country_id, safe='')}")
            self._known[key] = _text(country, "iso_code") if country else ""
        return self._known[key]

    def _changed_since(self, after: datetime) -> dict[str, str]:
        since = (after - SECOND).astimezone(self._zone()).strftime(FORM)
        return {"display": "full", "date": "1", "filter[date_upd]": f">[{since}]"}

    def _code(self, resource: str, name: str, row_id: str) -> str:
        key = f"{resource}/{row_id}"
        if key not in self._known:
            row = _read_document(get(self._ask, f"{resource}/{quote(row_id, safe='')}")).get(name)
            self._known[key] = _text(row, "iso_code") if isinstance(row, dict) else ""
        return self._known[key]

    def _zone_name(self) -> str:
        if "zone" not in self._known:
            query = {"display": "[value]", "filter[name]": "[PS_TIMEZONE]"}
            rows = self._list("configurations", "configurations", query)
            self._known["zone"] = _text(rows[0], "value") if rows else ""
        return self._known["zone"]

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self._zone_name())
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise PullFailed("no_orders") from None


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> PrestaSource:
    """Return the orders of a shop; its address is the only host the key is sent to."""
    return PrestaSource(open_ask(connection, allows_loopback=allows_loopback))


def open_ask(connection: StoreConnection, *, allows_loopback: bool) -> Ask:
    coded = base64.b64encode(f"{connection.api_key}:".encode()).decode()
    base = f"{connection.shop_url.rstrip('/')}/api/"
    headers = {"authorization": f"Basic {coded}"}
    return make_ask(base, headers, allows_loopback=allows_loopback)


def _read_document(body: bytes) -> Row:
    try:
        return read_document(body)
    except PayloadRefused as refusal:
        raise PullFailed("no_orders") from refusal


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
