"""Lemon Squeezy's interface: an order with the discounts that were redeemed."""

from collections.abc import Sequence
from urllib.parse import quote

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.lemonsqueezy.parser import FETCHED
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import Ask, make_ask
from tracking.services.sources import Found, PullFailed

API = "https://api.lemonsqueezy.com/v1/"


class LemonSource:
    """A seller's own account, read with an API key."""

    topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def get_order(self, order_id: str) -> Found | None:
        path = f"orders/{quote(order_id, safe='')}?include=discount-redemptions"
        try:
            body, _ = get_object(self._ask, path)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        return Found(join_bodies(order=body), order_id, None)

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        return found.body


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> LemonSource:
    """Return what reads the account of the connection's key."""
    headers = {
        "authorization": f"Bearer {connection.api_key}",
        "accept": "application/vnd.api+json",
    }
    return LemonSource(make_ask(API, headers, allows_loopback=allows_loopback))
