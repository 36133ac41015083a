"""Stripe's own interface: sessions with lines and codes, whole invoices, refunds of a payment.

What is asked for is known by how its id begins: `cs_` a session, `in_` an invoice, `pi_` a payment.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.rest import get_object, join_bodies
from tracking.integrations.shopapi import Ask, get, make_ask
from tracking.integrations.stripe.parser import FETCHED
from tracking.services.sources import Found, PullFailed

API = "https://api.stripe.com/v1/"
VERSION = "2025-03-31.basil"  # the first that links payments and invoices by a list of their own
MANY = ("limit", "100")


class StripeSource:
    """A shop's own account, read with a restricted key."""

    topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def get_order(self, order_id: str) -> Found | None:
        readers = {"cs": self._get_session, "in": self._get_invoice, "pi": self._get_payment}
        read = readers.get(order_id.partition("_")[0])
        if read is None:
            raise PullFailed("no_order")
        try:
            return Found(read(quote(order_id, safe="")), order_id, None)
        except PullFailed as failure:
            if failure.code == "gone":
                return None
            raise

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        return found.body

    def _get_session(self, path: str) -> bytes:
        expand = ("line_items", "discounts.promotion_code", "payment_intent.latest_charge")
        asked = _query(*(("expand[]", name) for name in expand))
        return join_bodies(session=get_object(self._ask, f"checkout/sessions/{path}{asked}")[0])

    def _get_invoice(self, path: str) -> bytes:
        asked = _query(("expand[]", "discounts.promotion_code"))
        invoice, node = get_object(self._ask, f"invoices/{path}{asked}")
        lines = node.find_node("lines")
        if lines is None or not lines.flag("has_more"):
            return join_bodies(invoice=invoice)
        whole = get(self._ask, f"invoices/{path}/lines{_query(MANY)}")
        return join_bodies(invoice=invoice, lines=whole)

    def _get_payment(self, path: str) -> bytes:
        intent, _ = get_object(self._ask, f"payment_intents/{path}")
        of_intent = ("payment_intent", path)
        of_payment = (("payment[type]", "payment_intent"), ("payment[payment_intent]", path))
        return join_bodies(
            payment_intent=intent,
            invoices=get(self._ask, f"invoice_payments{_query(*of_payment)}"),
            refunds=get(self._ask, f"refunds{_query(of_intent, MANY)}"),
            disputes=get(self._ask, f"disputes{_query(of_intent, MANY)}"),
        )


def open_source(connection: StoreConnection, *, allows_loopback: bool) -> StripeSource:
    """Return what reads the account of the connection's key."""
    headers = {"authorization": f"Bearer {connection.api_key}", "stripe-version": VERSION}
    return StripeSource(make_ask(API, headers, allows_loopback=allows_loopback))


def _query(*pairs: tuple[str, str]) -> str:
    return f"?{urlencode(pairs)}"
