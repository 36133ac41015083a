"""Paddle's interface: a transaction with its customer, address and discount."""

from collections.abc import Sequence
from urllib.parse import quote

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.paddle.parser import FETCHED
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import Ask, make_ask
from tracking.services.sources import Found, PullFailed

API, SANDBOX = "https://api.paddle.com/", "https://sandbox-api.paddle.com/"


class PaddleSource:
    """A seller's own account, read with an API key."""

    topic = FETCHED

    def __init__(self, ask: Ask, *, is_sandbox: bool) -> None:
        self._ask, self._is_sandbox = ask, is_sandbox

    def get_order(self, order_id: str) -> Found | None:
        path = f"transactions/{quote(order_id, safe='')}?include=customer,address,discount"
        try:
            body, _ = get_object(self._ask, path)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        sandbox = b"true" if self._is_sandbox else b"false"
        return Found(join_bodies(transaction=body, sandbox=sandbox), order_id, None)

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        return found.body


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> PaddleSource:
    """Return what reads the account of the connection's key; a key of the sandbox says so."""
    key = connection.api_key or ""
    is_sandbox = "_sdbx_" in key
    headers = {"authorization": f"Bearer {key}", "paddle-version": "1"}
    ask = make_ask(SANDBOX if is_sandbox else API, headers, allows_loopback=allows_loopback)
    return PaddleSource(ask, is_sandbox=is_sandbox)
