"""Paddle's interface: a transaction with its customer, address, discount and adjustments.

The list is asked for by time of change. A page is reached by the id that ends the one before, so
the n-th is found by way of those before it; that happens only where more than a page changed within
a second. What was only opened at a checkout is left out.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.paddle.parser import FETCHED
from tracking.integrations.reading import load_object
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import (
    Ask,
    cut_list,
    get_list,
    make_ask,
    make_page,
    read_nth,
    read_query,
    strip_bodies,
)
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

INCLUDED = "customer,address,discount,adjustments"
STATUSES = "billed,past_due,paid,completed,canceled"
PER_PAGE = 30
API, SANDBOX = "https://api.paddle.com/", "https://sandbox-api.paddle.com/"


class PaddleSource:
    """A seller's own account, read with an API key."""

    topic = FETCHED
    listed_topic = FETCHED

    def __init__(self, ask: Ask, *, is_sandbox: bool) -> None:
        self._ask, self._is_sandbox = ask, is_sandbox

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        found, cursor = read_nth(partial(self._read_page, after), page)
        return make_page(found, without=without, is_last=not cursor)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        path = f"transactions/{quote(order_id, safe='')}?include={INCLUDED}"
        try:
            body, _ = get_object(self._ask, path)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        return Found(self._mark(body), order_id, None)

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # the transaction holds its adjustments
        return found.body

    def _read_page(self, after: datetime, cursor: str) -> tuple[list[Found], str]:
        query = {
            "updated_at[GTE]": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order_by": "updated_at[ASC]",
            "status": STATUSES,
            "include": INCLUDED,
            "per_page": str(PER_PAGE),
            **({"after": cursor} if cursor else {}),
        }
        body = get_list(self._ask, f"transactions?{urlencode(query)}")
        found = [self._read(one) for one in cut_list(body, "data")]
        return found, _find_cursor(body)

    def _read(self, body: bytes) -> Found:
        marked = self._mark(join_bodies(data=body))
        try:
            told = load_object(body)
            return Found(marked, told.identifier("id"), told.time("updated_at"))
        except PayloadRefused:
            return Found(marked, "", None)

    def _mark(self, body: bytes) -> bytes:
        """Return a body that says which of Paddle's two worlds it is of."""
        return join_bodies(transaction=body, sandbox=b"true" if self._is_sandbox else b"false")


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> PaddleSource:
    """Return what reads the account of the connection's key; a key of the sandbox says so."""
    key = connection.api_key or ""
    is_sandbox = "_sdbx_" in key
    headers = {"authorization": f"Bearer {key}", "paddle-version": "1"}
    ask = make_ask(SANDBOX if is_sandbox else API, headers, allows_loopback=allows_loopback)
    return PaddleSource(ask, is_sandbox=is_sandbox)


def _find_cursor(body: bytes) -> str:
    try:
        pages = load_object(body).node("meta").node("pagination")
        following = pages.text("next", at_most=4000) if pages.flag("has_more") else ""
    except PayloadRefused as refusal:
        raise PullFailed("no_orders") from refusal
    return read_query(following, "after")
