"""The REST API of WooCommerce (v3): orders by their time of change, and refunds in whole."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from core.egress import Answer, EgressFailed, Limits, fetch
from tracking.domain.events import RefundEvent
from tracking.integrations.reading import load_object, split_list
from tracking.integrations.woocommerce.fields import find_gmt
from tracking.integrations.woocommerce.parser import PULLED, UPDATED
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

PER_PAGE = 50
LIMITS = Limits(size_bytes=16 * 1024 * 1024)
NO_SUCH_ORDER = b"woocommerce_rest_shop_order_invalid_id"
STATUSES = {401: "keys_refused", 403: "keys_refused", 404: "no_interface", 429: "too_often"}

Ask = Callable[[str], Answer]


class WooSource:
    """A shop's orders, read with its own keys."""

    topic = PULLED
    listed_topic = UPDATED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        bodies = self._list(_list_path(after, page, without))
        return Page(tuple(map(_read, bodies)), is_last=len(bodies) < PER_PAGE)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        thin = "&_fields=id,date_modified_gmt"
        bodies = self._list(_list_path(after, page, without) + thin)
        found = tuple(replace(_read(body), body=b"") for body in bodies)
        if not all(one.order_id for one in found):
            raise PullFailed("no_orders")
        return Page(found, is_last=len(bodies) < PER_PAGE)

    def get_order(self, order_id: str) -> Found | None:
        try:
            answer = self._get(f"orders/{quote(order_id, safe='')}")
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        found = _read(answer.body)
        if found.order_id != order_id:
            raise PullFailed("no_order")
        return found

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        whole: list[bytes] = []
        if refunds and found.order_id.isdecimal():
            whole = self._list(f"orders/{found.order_id}/refunds?per_page=100")
        return b'{"order":%s,"refunds":[%s]}' % (found.body, b",".join(whole))

    def _list(self, path: str) -> list[bytes]:
        try:
            return split_list(self._get(path).body)
        except PayloadRefused as refusal:
            raise PullFailed("no_orders") from refusal

    def _get(self, path: str) -> Answer:
        try:
            answer = self._ask(path)
        except EgressFailed as failure:
            raise PullFailed(failure.code) from failure
        if answer.status != 200:
            raise PullFailed(_why(answer), _wanted_peace(answer))
        return answer


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> WooSource:
    """Return the orders of a shop; its address is the only host the keys are sent to."""
    return WooSource(open_ask(connection, allows_loopback=allows_loopback))


def open_ask(connection: StoreConnection, *, allows_loopback: bool) -> Ask:
    """Return what asks for a path of the REST API of a shop."""
    pair = f"{connection.api_key}:{connection.api_secret}".encode()
    headers = {
        "authorization": f"Basic {base64.b64encode(pair).decode()}",
        "accept": "application/json",
        "user-agent": "Fairshare",
    }
    base = f"{connection.shop_url.rstrip('/')}/wp-json/wc/v3/"
    ask = partial(fetch, headers=headers, limits=LIMITS, allows_loopback=allows_loopback)
    return lambda path: ask(method="GET", url=base + path)


def _read(body: bytes) -> Found:
    try:
        order = load_object(body)
        return Found(body, order.identifier("id"), find_gmt(order, "date_modified"))
    except PayloadRefused:
        return Found(body, "", None)


def _list_path(after: datetime, page: int, without: Sequence[str]) -> str:
    query = {
        "modified_after": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": str(PER_PAGE),
        "page": str(page),
    }
    if without:
        query["exclude"] = ",".join(without)
    return f"orders?{urlencode(query, safe=',')}"


def _why(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return "moved"
    if answer.status == 404 and NO_SUCH_ORDER in answer.body:
        return "gone"
    return STATUSES.get(answer.status, "shop_failed")


def _wanted_peace(answer: Answer) -> timedelta:
    text = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 6 else timedelta(0)
