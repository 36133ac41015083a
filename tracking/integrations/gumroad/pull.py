"""Gumroad's interface: one sale, and the sales of some days.

The currency, which a sale does not tell, comes with its id; of a listed sale its product tells it.
Sales are listed by the day they were made, not by change. The cursor runs along those days, some
at once, from the day before it on: no new sale is missed, a refund of an older one comes by its
ping alone.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from core.money import EXPONENTS
from tracking.domain.events import RefundEvent
from tracking.integrations.gumroad.parser import FETCHED
from tracking.integrations.reading import Node, load_object
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import (
    Ask,
    cut_list,
    get_list,
    make_ask,
    make_page,
    read_all,
    strip_bodies,
)
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

API = "https://api.gumroad.com/v2/"
DAY = timedelta(days=1)
AT_ONCE = timedelta(days=7)


class GumroadSource:
    """A seller's own account, read with an access token."""

    topic = FETCHED
    listed_topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._currencies: dict[str, str] = {}

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        """Return the sales of some days; the n-th page is of the n-th such days."""
        start = after.astimezone(UTC).date() - DAY + (page - 1) * AT_ONCE
        end = start + AT_ONCE
        found = read_all(partial(self._read_sales, start, end))
        following, _ = self._read_sales(end - DAY, None, "")
        return make_page(found, without=without, is_last=not following)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

    def get_order(self, order_id: str) -> Found | None:
        currency, _, sale = order_id.partition("/")
        try:
            body, answer = get_object(self._ask, f"sales/{quote(sale, safe='')}")
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        told = answer.values.get("sale")
        if not isinstance(told, dict) or told.get("id") != sale:
            raise PullFailed("no_order")
        named = b'"%s"' % currency.encode()
        return Found(join_bodies(currency=named, answer=body), order_id, None)

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # what was given back stands in the sale
        return found.body

    def _read_sales(self, start: date, end: date | None, cursor: str) -> tuple[list[Found], str]:
        """Return the sales of a page; the day of the start and the one before the end belong."""
        query = {"after": str(start - DAY)}
        query |= {"before": str(end)} if end else {}
        query |= {"page_key": cursor} if cursor else {}
        body = get_list(self._ask, f"sales?{urlencode(query)}")
        bodies = cut_list(body, "sales")
        try:
            following = load_object(body).text("next_page_key", at_most=500)
        except PayloadRefused as refusal:
            raise PullFailed("no_orders") from refusal
        return [self._read(one) for one in bodies], following

    def _read(self, body: bytes) -> Found:
        try:
            sale = load_object(body)
            currency = self._find_currency(sale.identifier("product_id"))
            whole = join_bodies(currency=b'"%s"' % currency.encode(), answer=_wrap(body))
            return Found(whole, f"{currency}/{sale.identifier('id')}", sale.find_time("created_at"))
        except PayloadRefused:
            return Found(join_bodies(currency=b'""', answer=_wrap(body)), "", None)

    def _find_currency(self, product: str) -> str:
        if product not in self._currencies:
            _, told = get_object(self._ask, f"products/{quote(product, safe='')}")
            found = (told.find_node("product") or Node({})).text("currency").upper()
            if found not in EXPONENTS:
                raise PullFailed("no_orders")
            self._currencies[product] = found
        return self._currencies[product]


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> GumroadSource:
    """Return what reads the account of the connection's token."""
    headers = {"authorization": f"Bearer {connection.api_key}"}
    return GumroadSource(make_ask(API, headers, allows_loopback=allows_loopback))


def _wrap(sale: bytes) -> bytes:
    return b'{"success":true,"sale":%s}' % sale
