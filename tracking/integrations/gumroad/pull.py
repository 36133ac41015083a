"""Gumroad's interface: one sale. The currency, which a sale does not tell, comes with its id."""

from collections.abc import Sequence
from urllib.parse import quote

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.gumroad.parser import FETCHED
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import Ask, make_ask
from tracking.services.sources import Found, PullFailed

API = "https://api.gumroad.com/v2/"


class GumroadSource:
    """A seller's own account, read with an access token."""

    topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

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

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        return found.body


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> GumroadSource:
    """Return what reads the account of the connection's token."""
    headers = {"authorization": f"Bearer {connection.api_key}"}
    return GumroadSource(make_ask(API, headers, allows_loopback=allows_loopback))
