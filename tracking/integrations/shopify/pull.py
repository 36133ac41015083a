"""Orders by the REST Admin API, by their time of change, with their refunds and transactions.

An order is told there as in a webhook. Pages are reached by a cursor alone, so the n-th is found by
way of those before it; that happens only where more orders than fill a page changed within a
second. A list that does not come by time of change is read to its end and sorted.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.reading import load_object
from tracking.integrations.shopapi import (
    Ask,
    cut_list,
    find,
    find_member,
    get_answer,
    make_page,
    read_all,
    read_nth,
    read_query,
    strip_bodies,
)
from tracking.integrations.shopify.api import AdminApi
from tracking.integrations.shopify.parser import PULLED
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

PER_PAGE = 50
THIN = "id,updated_at"

_NEXT = re.compile(r'<([^<>]{1,4000})>;\s*rel="?next"?')


class ShopifySource:
    """A shop's orders, read with a token of its Admin API."""

    topic = PULLED
    listed_topic = PULLED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return self._list(after, page, without, fields="")

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self._list(after, page, without, fields=THIN))

    def get_order(self, order_id: str) -> Found | None:
        body = find(self._ask, f"orders/{quote(order_id, safe='')}.json")
        if body is None:
            return None
        try:
            found = _read(find_member(body, "order"))
        except PayloadRefused as refusal:
            raise PullFailed("no_order") from refusal
        if found.order_id != order_id:
            raise PullFailed("no_order")
        return found

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # the order holds them in whole
        return found.body

    def _list(self, after: datetime, page: int, without: Sequence[str], *, fields: str) -> Page:
        read = partial(self._read_page, _first_query(after), fields)
        found, cursor = read_nth(read, page)
        if cursor and not _is_sorted(found):
            return make_page(read_all(read), without=without, is_last=True)
        return make_page(found, without=without, is_last=not cursor)

    def _read_page(
        self, first: dict[str, str], fields: str, cursor: str
    ) -> tuple[list[Found], str]:
        query = {"limit": str(PER_PAGE), "page_info": cursor} if cursor else first
        asked = query | ({"fields": fields} if fields else {})
        answer = get_answer(self._ask, f"orders.json?{urlencode(asked)}")
        found = [_read(body) for body in cut_list(answer.body, "orders")]
        return found, _find_cursor(answer.headers.get("link", ""))


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> ShopifySource:
    """Return the orders of a shop; its address is the only host its keys are sent to."""
    return ShopifySource(AdminApi(connection, allows_loopback=allows_loopback).get)


def _first_query(after: datetime) -> dict[str, str]:
    return {
        "status": "any",
        "updated_at_min": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "order": "updated_at asc",
        "limit": str(PER_PAGE),
    }


def _find_cursor(link: str) -> str:
    """Return the cursor of the next page out of a Link header."""
    match = _NEXT.search(link)
    return read_query(match[1], "page_info") if match else ""


def _is_sorted(found: Sequence[Found]) -> bool:
    times = [one.changed_at for one in found if one.changed_at]
    return all(first <= second for first, second in pairwise(times))


def _read(body: bytes) -> Found:
    try:
        order = load_object(body)
        return Found(body, order.identifier("id"), order.time("updated_at"))
    except PayloadRefused:
        return Found(body, "", None)
