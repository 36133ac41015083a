"""BigCommerce's interface: an order, its lines, coupons and refunds, and which orders changed.

The list comes by time of change. It leaves out what was left at the checkout, and orders that were
archived: those are told by their webhook.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.bigcommerce.order import INCOMPLETE, read_time
from tracking.integrations.bigcommerce.parser import FETCHED
from tracking.integrations.reading import load_object, split_list
from tracking.integrations.rest import fetch_listed, get_object, join_bodies, join_listed
from tracking.integrations.shopapi import Ask, get, get_list, make_ask, make_page, strip_bodies
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

API = "https://api.bigcommerce.com/stores/"
MOST = 250
PER_PAGE = 50


class BigSource:
    """A store, read with the token of an API account."""

    topic = FETCHED
    listed_topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        query = {
            "min_date_modified": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "sort": "date_modified:asc",
            "limit": str(PER_PAGE),
            "page": str(page),
        }
        body = get_list(self._ask, f"v2/orders?{urlencode(query)}")
        try:
            bodies = split_list(body) if body else []  # nothing at all stands for an empty list
        except PayloadRefused as refusal:
            raise PullFailed("no_orders") from refusal
        found = [one for one in map(_read, bodies) if one]
        return make_page(found, without=without, is_last=len(bodies) < PER_PAGE)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        path = quote(order_id, safe="")
        try:
            order, _ = get_object(self._ask, f"v2/orders/{path}")
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        body = join_bodies(
            order=order,
            products=get(self._ask, f"v2/orders/{path}/products?limit={MOST}"),
            coupons=get(self._ask, f"v2/orders/{path}/coupons"),
            refunds=get(self._ask, f"v3/orders/{path}/payment_actions/refunds"),
        )
        return Found(body, order_id, None)

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # they come with the whole of the order
        return fetch_listed(self, found)


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> BigSource:
    """Return what reads the store of the connection: its hash and its token."""
    return BigSource(open_ask(connection, allows_loopback=allows_loopback))


def open_ask(connection: StoreConnection, *, allows_loopback: bool) -> Ask:
    base = f"{API}{quote(connection.api_key or '', safe='')}/"
    headers = {"x-auth-token": connection.api_secret or ""}
    return make_ask(base, headers, allows_loopback=allows_loopback)


def _read(body: bytes) -> Found | None:
    """Read one of the list; None for what never became an order."""
    found = Found(join_listed(order=body), "", None)
    try:
        order = load_object(body)
        if order.quantity("status_id") == INCOMPLETE:
            return None
        found = replace(found, order_id=order.identifier("id"))
        return replace(found, changed_at=read_time(order, "date_modified"))
    except PayloadRefused:
        return found
