"""BigCommerce's interface: an order, its lines, coupons and refunds."""

from collections.abc import Sequence
from urllib.parse import quote

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.bigcommerce.parser import FETCHED
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import Ask, get, make_ask
from tracking.services.sources import Found, PullFailed

API = "https://api.bigcommerce.com/stores/"
MOST = 250


class BigSource:
    """A store, read with the token of an API account."""

    topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

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

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        return found.body


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> BigSource:
    """Return what reads the store of the connection: its hash and its token."""
    base = f"{API}{quote(connection.api_key or '', safe='')}/"
    headers = {"x-auth-token": connection.api_secret or ""}
    return BigSource(make_ask(base, headers, allows_loopback=allows_loopback))
