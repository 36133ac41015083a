"""Magento's REST API: orders by their time of change, and the credit memos of one that has any."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.magento.fields import utc
from tracking.integrations.magento.parser import PULLED
from tracking.integrations.reading import load_object
from tracking.integrations.shopapi import (
    Ask,
    cut_list,
    find,
    get_list,
    make_ask,
    make_page,
    strip_bodies,
)
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

PER_PAGE = 50
LISTED = "sales_order_save_after"
THIN = "items[entity_id,updated_at],total_count"


class MagentoSource:
    """A shop's orders, read with the token of an integration."""

    topic = PULLED
    listed_topic = LISTED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return self._list(_list_path(after, page, without))

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        fields = urlencode({"fields": THIN})
        return strip_bodies(self._list(f"{_list_path(after, page, without)}&{fields}"))

    def get_order(self, order_id: str) -> Found | None:
        body = find(self._ask, f"orders/{quote(order_id, safe='')}")
        if body is None:
            return None
        found = _read(body)
        if found.order_id != order_id:
            raise PullFailed("no_order")
        memos = self._list_memos(order_id) if _has_refund(body) else []
        return replace(found, body=_put_together(body, memos))

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        if _is_whole(found.body):
            return found.body
        return _put_together(found.body, self._list_memos(found.order_id) if refunds else [])

    def _list_memos(self, order_id: str) -> list[bytes]:
        if not order_id.isdecimal():
            return []
        criteria = _criteria(("order_id", order_id, "eq"), per_page=200, page=1)
        return cut_list(get_list(self._ask, f"creditmemos?{criteria}"), "items")

    def _list(self, path: str) -> Page:
        bodies = cut_list(get_list(self._ask, path), "items")
        return make_page(map(_read, bodies), without=(), is_last=len(bodies) < PER_PAGE)


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> MagentoSource:
    """Return the orders of a shop; its address is the only host the token is sent to."""
    return MagentoSource(open_ask(connection, allows_loopback=allows_loopback))


def open_ask(connection: StoreConnection, *, allows_loopback: bool) -> Ask:
    base = f"{connection.shop_url.rstrip('/')}/rest/V1/"
    headers = {"authorization": f"Bearer {connection.api_key}"}
    return make_ask(base, headers, allows_loopback=allows_loopback)


def _read(body: bytes) -> Found:
    try:
        order = load_object(body)
        return Found(body, order.identifier("entity_id"), utc(order, "updated_at"))
    except PayloadRefused:
        return Found(body, "", None)


def _put_together(order: bytes, memos: Sequence[bytes]) -> bytes:
    return b'{"order":%s,"creditmemos":[%s]}' % (order, b",".join(memos))


def _is_whole(body: bytes) -> bool:
    return _tells(body, "creditmemos")


def _has_refund(body: bytes) -> bool:
    """Tell whether anything went back of an order."""
    return _tells(body, "base_total_refunded")


def _tells(body: bytes, name: str) -> bool:
    try:
        return load_object(body).has(name)
    except PayloadRefused:
        return False


def _list_path(after: datetime, page: int, without: Sequence[str]) -> str:
    since = after.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    filters = [("updated_at", since, "gteq")]
    if without:
        filters.append(("entity_id", ",".join(without), "nin"))
    return f"orders?{_criteria(*filters, per_page=PER_PAGE, page=page)}"


def _criteria(*filters: tuple[str, str, str], per_page: int, page: int) -> str:
    query = {
        "searchCriteria[pageSize]": str(per_page),
        "searchCriteria[currentPage]": str(page),
        "searchCriteria[sortOrders][0][field]": "updated_at",
        "searchCriteria[sortOrders][0][direction]": "ASC",
        "searchCriteria[sortOrders][1][field]": "entity_id",
        "searchCriteria[sortOrders][1][direction]": "ASC",
    }
    for index, (field, value, condition) in enumerate(filters):
        place = f"searchCriteria[filter_groups][{index}][filters][0]"
        query |= {f"{place}[field]": field, f"{place}[value]": value}
        query[f"{place}[condition_type]"] = condition
    return urlencode(query)
