"""Square's interface: an order, the payments of its tenders, its customer."""

from collections.abc import Sequence
from urllib.parse import quote

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.reading import Node
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import Ask, make_ask
from tracking.integrations.square.parser import FETCHED, PAYMENT
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, PullFailed

API = "https://connect.squareup.com/v2/"
VERSION = "2025-01-23"
MOST_TENDERS = 20


class SquareSource:
    """A seller's account, read with an access token."""

    topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def get_order(self, order_id: str) -> Found | None:
        try:
            return self._read(order_id)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise
        except PayloadRefused as refusal:
            raise PullFailed("no_order") from refusal

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        return found.body

    def _read(self, order_id: str) -> Found:
        if order_id.startswith(PAYMENT):
            path = f"payments/{_quoted(order_id.removeprefix(PAYMENT))}"
            order_id = get_object(self._ask, path)[1].node("payment").identifier("order_id")
        body, told = get_object(self._ask, f"orders/{_quoted(order_id)}")
        order = told.node("order")
        payments = [
            get_object(self._ask, f"payments/{_quoted(payment)}")[0]
            for payment in _list_payments(order)
        ]
        customer_id = order.find_identifier("customer_id")
        customer = b""
        if customer_id:
            customer = get_object(self._ask, f"customers/{_quoted(customer_id)}")[0]
        listed = b"[%s]" % b",".join(payments)
        return Found(join_bodies(order=body, payments=listed, customer=customer), order_id, None)


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> SquareSource:
    """Return what reads the account of the connection's token."""
    headers = {"authorization": f"Bearer {connection.api_key}", "square-version": VERSION}
    return SquareSource(make_ask(API, headers, allows_loopback=allows_loopback))


def _list_payments(order: Node) -> list[str]:
    tenders = order.nodes("tenders", at_most=MOST_TENDERS)
    found = [tender.find_identifier("payment_id") for tender in tenders]
    return list(dict.fromkeys(one for one in found if one))


def _quoted(text: str) -> str:
    return quote(text, safe="")
