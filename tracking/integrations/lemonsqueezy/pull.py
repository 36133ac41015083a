"""Lemon Squeezy's interface: an order with the discounts that were redeemed, invoices of renewals.

Its lists know neither a time of change nor another order than the newest first. So a turn reads
back to what was made `REACH` before its cursor, and takes of it what changed since: what is new is
never missed, and a refund of something older comes by its webhook alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.lemonsqueezy.parser import FETCHED, INVOICE
from tracking.integrations.reading import Node, load_object
from tracking.integrations.rest import fetch_listed, get_object, join_bodies, join_listed
from tracking.integrations.shopapi import (
    Ask,
    cut_list,
    cut_page,
    get_list,
    make_ask,
    read_all,
    strip_bodies,
)
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

API = "https://api.lemonsqueezy.com/v1/"
PER_PAGE = 100
REACH = timedelta(days=3)


class LemonSource:
    """A seller's own account, read with an API key."""

    topic = FETCHED
    listed_topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        orders = read_all(partial(self._read_page, "orders", _read_order, after))
        invoices = read_all(partial(self._read_page, "subscription-invoices", _read_renewal, after))
        changed = [
            one for one in orders + invoices if not one.changed_at or one.changed_at >= after
        ]
        return cut_page(changed, page=page, without=without)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        if order_id.startswith(INVOICE):
            return self._get_invoice(order_id)
        path = f"orders/{quote(order_id, safe='')}?include=discount-redemptions"
        try:
            body, _ = get_object(self._ask, path)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        return Found(join_bodies(order=body), order_id, None)

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # their running total is all there is
        return fetch_listed(self, found)

    def _get_invoice(self, order_id: str) -> Found | None:
        path = f"subscription-invoices/{quote(order_id.removeprefix(INVOICE), safe='')}"
        try:
            body, _ = get_object(self._ask, path)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        return Found(join_bodies(invoice=body), order_id, None)

    def _read_page(
        self, path: str, read: Callable[[bytes], Found | None], after: datetime, cursor: str
    ) -> tuple[list[Found], str]:
        page = int(cursor or 1)
        query = {"page[number]": str(page), "page[size]": str(PER_PAGE)}
        bodies = cut_list(get_list(self._ask, f"{path}?{urlencode(query)}"), "data")
        found = [one for one in map(read, bodies) if one]
        oldest = min(filter(None, map(_find_made_at, bodies)), default=after)
        has_more = len(bodies) == PER_PAGE and oldest > after - REACH
        return found, str(page + 1) if has_more else ""


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> LemonSource:
    """Return what reads the account of the connection's key."""
    headers = {
        "authorization": f"Bearer {connection.api_key}",
        "accept": "application/vnd.api+json",
    }
    return LemonSource(make_ask(API, headers, allows_loopback=allows_loopback))


def _read_order(body: bytes) -> Found:
    return _read(body, join_listed(order=join_bodies(data=body)), "")


def _read_renewal(body: bytes) -> Found | None:
    """Read an invoice; None for the first of a subscription, whose order counts."""
    try:
        if load_object(body).node("attributes").text("billing_reason") == "initial":
            return None
    except PayloadRefused:
        pass
    return _read(body, join_bodies(invoice=join_bodies(data=body)), INVOICE)


def _read(body: bytes, whole: bytes, prefix: str) -> Found:
    try:
        row = load_object(body)
        changed_at = row.node("attributes").time("updated_at")
        return Found(whole, f"{prefix}{row.identifier('id')}", changed_at)
    except PayloadRefused:
        return Found(whole, "", None)


def _find_made_at(body: bytes) -> datetime | None:
    try:
        attributes = load_object(body).find_node("attributes") or Node({})
        return attributes.find_time("created_at")
    except PayloadRefused:
        return None
