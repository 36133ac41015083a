"""Square's interface: an order, the payments of its tenders, its customer; and what changed.

Orders are searched by location, ten at once, by time of change. A seller with more than ten gets
several lists, so all of them are read and put into one by time. A refund or a payment changes its
order too.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.reading import Node, load_object
from tracking.integrations.rest import fetch_listed, get_object, join_bodies, join_listed
from tracking.integrations.shopapi import (
    Ask,
    Post,
    cut_list,
    cut_page,
    get_list,
    make_ask,
    make_page,
    make_post,
    read_all,
    read_nth,
    strip_bodies,
)
from tracking.integrations.square.parser import FETCHED, PAYMENT
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

API = "https://connect.squareup.com/v2/"
VERSION = "2025-01-23"
MOST_TENDERS = 20
PER_PAGE = 50
AT_ONCE = 10


class SquareSource:
    """A seller's account, read with an access token."""

    topic = FETCHED
    listed_topic = FETCHED

    def __init__(self, ask: Ask, post: Post) -> None:
        self._ask, self._post = ask, post

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        places = self._list_places()
        reads = [
            partial(self._search, after, places[start : start + AT_ONCE])
            for start in range(0, len(places), AT_ONCE)
        ]
        if len(reads) == 1:
            found, cursor = read_nth(reads[0], page)
            return make_page(found, without=without, is_last=not cursor)
        everything = [one for read in reads for one in read_all(read)]
        return cut_page(everything, page=page, without=without)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        try:
            return self._read(order_id)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        except PayloadRefused as refusal:
            raise PullFailed("no_order") from refusal

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # their running total comes with the payments
        return fetch_listed(self, found)

    def _list_places(self) -> list[str]:
        try:
            bodies = cut_list(get_list(self._ask, "locations"), "locations")
            return [load_object(body).identifier("id") for body in bodies]
        except PayloadRefused as refusal:
            raise PullFailed("no_orders") from refusal

    def _search(
        self, after: datetime, places: Sequence[str], cursor: str
    ) -> tuple[list[Found], str]:
        since = after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {
            "location_ids": places,
            "limit": PER_PAGE,
            "query": {
                "filter": {"date_time_filter": {"updated_at": {"start_at": since}}},
                "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
            },
            **({"cursor": cursor} if cursor else {}),
        }
        body = get_list(lambda path: self._post(path, json.dumps(asked).encode()), "orders/search")
        try:
            told = load_object(body)
            bodies = cut_list(body, "orders") if told.has("orders") else []
            return [_read_listed(one) for one in bodies], told.text("cursor", at_most=4000)
        except PayloadRefused as refusal:
            raise PullFailed("no_orders") from refusal

    def _read(self, order_id: str) -> Found:
        if order_id.startswith(PAYMENT):
            path = f"payments/{_quoted(order_id.removeprefix(PAYMENT))}"
            order_id = get_object(self._ask, path)[1].node("payment").identifier("order_id")
        body, told = get_object(self._ask, f"orders/{_quoted(order_id)}")
        order = told.node("order")
        payments = [
            get_object(self._ask, f"payments/{_quoted(payment)}")[0]
            for payment in _list_payments(order)
        ]
        customer_id = order.find_identifier("customer_id")
        customer = b""
        if customer_id:
            customer = get_object(self._ask, f"customers/{_quoted(customer_id)}")[0]
        listed = b"[%s]" % b",".join(payments)
        return Found(join_bodies(order=body, payments=listed, customer=customer), order_id, None)


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> SquareSource:
    """Return what reads the account of the connection's token."""
    return SquareSource(
        open_ask(connection, allows_loopback=allows_loopback),
        make_post(API, _make_headers(connection), allows_loopback=allows_loopback),
    )


def open_ask(connection: StoreConnection, *, allows_loopback: bool) -> Ask:
    return make_ask(API, _make_headers(connection), allows_loopback=allows_loopback)


def _make_headers(connection: StoreConnection) -> dict[str, str]:
    return {"authorization": f"Bearer {connection.api_key}", "square-version": VERSION}


def _read_listed(body: bytes) -> Found:
    listed = join_listed(order=join_bodies(order=body))
    try:
        order = load_object(body)
        return Found(listed, order.identifier("id"), order.time("updated_at"))
    except PayloadRefused:
        return Found(listed, "", None)


def _list_payments(order: Node) -> list[str]:
    tenders = order.nodes("tenders", at_most=MOST_TENDERS)
    found = [tender.find_identifier("payment_id") for tender in tenders]
    return list(dict.fromkeys(one for one in found if one))


def _quoted(text: str) -> str:
    return quote(text, safe="")
