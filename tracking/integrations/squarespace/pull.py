"""Squarespace's Orders API 1.0: what changed since a time, by cursor, fifty at once.

It tells no order of the list, so a turn reads all of it and sorts.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.reading import Node, load_object
from tracking.integrations.shopapi import (
    MOST_PAGES,
    Ask,
    cut_list,
    find,
    get_list,
    make_ask,
    make_page,
    strip_bodies,
)
from tracking.integrations.squarespace.parser import PULLED
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

COMMERCE = "https://api.squarespace.com/1.0/commerce/"
BASE = f"{COMMERCE}orders"
EVER = "2100-01-01T00:00:00Z"  # both ends of the time must be given


class SquarespaceSource:
    """A site's orders, read with its own key."""

    topic = PULLED
    listed_topic = PULLED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        del page  # a turn reads all of them
        since = after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"modifiedAfter": since, "modifiedBefore": EVER}
        found: list[Found] = []
        for _ in range(MOST_PAGES):
            body = get_list(self._ask, f"?{urlencode(query)}")
            found += map(_read, cut_list(body, "result"))
            cursor = _find_cursor(body)
            if not cursor:
                return make_page(found, without=without, is_last=True)
            query = {"cursor": cursor}
        raise PullFailed("too_large")

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        body = find(self._ask, f"/{quote(order_id, safe='')}")
        if body is None:
            return None
        found = _read(body)
        if found.order_id != order_id:
            raise PullFailed("no_order")
        return found

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # their running total is all there is
        return found.body


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> SquarespaceSource:
    """Return the orders of a site; its key is sent to Squarespace alone."""
    return SquarespaceSource(open_ask(connection, BASE, allows_loopback=allows_loopback))


def open_ask(connection: StoreConnection, base: str, *, allows_loopback: bool) -> Ask:
    headers = {"authorization": f"Bearer {connection.api_key}"}
    return make_ask(base, headers, allows_loopback=allows_loopback)


def _read(body: bytes) -> Found:
    try:
        order = load_object(body)
        return Found(body, order.identifier("id"), order.find_time("modifiedOn"))
    except PayloadRefused:
        return Found(body, "", None)


def _find_cursor(body: bytes) -> str:
    try:
        pagination = load_object(body).find_node("pagination") or Node({})
        return pagination.text("nextPageCursor") if pagination.flag("hasNextPage") else ""
    except PayloadRefused as refusal:
        raise PullFailed("no_orders") from refusal
