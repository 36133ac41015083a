"""Ecwid's REST API v3: orders that changed since a time, a hundred at once, and the currency.

It tells no order of the list, so a turn reads all of it and sorts. Carts that were left are orders
there too, so the payment statuses that are wanted are named.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from core.money import EXPONENTS
from tracking.domain.events import RefundEvent
from tracking.integrations.ecwid.order import STATUSES, UNFINISHED, find_key
from tracking.integrations.ecwid.parser import PULLED
from tracking.integrations.ecwid.signature import read_seconds
from tracking.integrations.reading import load_object, microseconds
from tracking.integrations.shopapi import (
    MOST_PAGES,
    Ask,
    cut_list,
    find,
    get_list,
    make_ask,
    make_page,
    read_text,
    strip_bodies,
)
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

BASE = "https://app.ecwid.com/api/v3/"
PER_PAGE = 100
SECOND = 1_000_000


class EcwidSource:
    """A shop's orders, read with the token of its app."""

    topic = PULLED
    listed_topic = PULLED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known_currency = ""

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        del page  # a turn reads all of them
        query = {
            "updatedFrom": str(microseconds(after) // SECOND),
            "paymentStatus": ",".join(STATUSES),
            "limit": str(PER_PAGE),
        }
        found: list[Found] = []
        for turn in range(MOST_PAGES):
            query["offset"] = str(turn * PER_PAGE)
            bodies = cut_list(get_list(self._ask, f"orders?{urlencode(query)}"), "items")
            found += [self._read(body) for body in bodies]
            if len(bodies) < PER_PAGE:
                return make_page(found, without=without, is_last=True)
        raise PullFailed("too_large")

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        """Return one order, by its number or by the id that people see."""
        body = find(self._ask, f"orders/{quote(order_id, safe='')}")
        if body is None or _is_unfinished(body):
            return None
        found = self._read(body)
        if order_id not in _list_names(body):
            raise PullFailed("no_order")
        return found

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # their running total is all there is
        return found.body

    def _read(self, body: bytes) -> Found:
        whole = b'{"currency":"%s","order":%s}' % (self._currency().encode(), body)
        try:
            order = load_object(body)
            return Found(whole, find_key(order), read_seconds(order, "updateTimestamp"))
        except PayloadRefused:
            return Found(whole, "", None)

    def _currency(self) -> str:
        """Return the currency of the shop, asked for once."""
        if not self._known_currency:
            told = read_text(get_list(self._ask, "profile"), "formatsAndUnits", "currency")
            if told not in EXPONENTS:
                raise PullFailed("no_orders")
            self._known_currency = told
        return self._known_currency


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> EcwidSource:
    """Return the orders of a shop; its token is sent to Ecwid alone."""
    return EcwidSource(open_ask(connection, allows_loopback=allows_loopback))


def open_ask(connection: StoreConnection, *, allows_loopback: bool) -> Ask:
    base = f"{BASE}{quote(connection.api_key or '', safe='')}/"
    headers = {"authorization": f"Bearer {connection.api_secret}"}
    return make_ask(base, headers, allows_loopback=allows_loopback)


def _is_unfinished(body: bytes) -> bool:
    return read_text(body, "paymentStatus") == UNFINISHED


def _list_names(body: bytes) -> set[str]:
    try:
        order = load_object(body)
        names = ("id", "internalId", "orderNumber", "vendorOrderNumber")
        return {order.find_identifier(name) for name in names} - {""}
    except PayloadRefused:
        return set()
