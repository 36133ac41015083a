"""Stripe's own interface: sessions with lines and codes, whole invoices, refunds of a payment.

What is asked for is known by how its id begins: `cs_` a session, `in_` an invoice, `pi_` a payment.

Which of them changed is told by the list of events, the very ones that are posted. Nothing in it
changes afterwards, so the cursor runs along the times of events. Stripe keeps them for 30 days and
lists the newest first, so a turn reads all since its cursor and hands them on oldest first. Of
what happened to one object the newest event stands for all: it is fetched as it is now.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlencode

from brands.models import StoreConnection
from tracking.domain.events import RefundEvent
from tracking.integrations.minor import seconds
from tracking.integrations.reading import load_object
from tracking.integrations.rest import fetch_listed, get_object, join_bodies, join_listed
from tracking.integrations.shopapi import (
    Ask,
    cut_list,
    cut_page,
    get,
    get_list,
    make_ask,
    read_all,
    strip_bodies,
)
from tracking.integrations.stripe.parser import FETCHED, LISTED, find_wanted
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, Page, PullFailed

API = "https://api.stripe.com/v1/"
VERSION = "2025-03-31.basil"  # the first that links payments and invoices by a list of their own
MANY = ("limit", "100")


class StripeSource:
    """A shop's own account, read with a restricted key."""

    topic = FETCHED
    listed_topic = FETCHED

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        newest: dict[str, Found] = {}
        for found in read_all(partial(self._read_events, after)):
            newest.setdefault(found.order_id, found)
        newest.pop("", None)
        return cut_page(newest.values(), page=page, without=without)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        return strip_bodies(self.list_orders(after=after, page=page, without=without))

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

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:
        del refunds  # what is fetched of a payment holds them
        return fetch_listed(self, found)

    def _read_events(self, after: datetime, cursor: str) -> tuple[list[Found], str]:
        """Return a page of events, and the id of its last where more follow."""
        kinds = [("types[]", kind) for kind in LISTED]
        asked = [*kinds, ("created[gte]", str(int(after.timestamp()))), MANY]
        asked += [("starting_after", cursor)] if cursor else []
        body = get_list(self._ask, f"events{_query(*asked)}")
        try:
            bodies, has_more = cut_list(body, "data"), load_object(body).flag("has_more")
            last = load_object(bodies[-1]).identifier("id") if has_more and bodies else ""
        except PayloadRefused as refusal:
            raise PullFailed("no_orders") from refusal
        return [_read_event(body) for body in bodies], last

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


def _read_event(body: bytes) -> Found:
    try:
        event = load_object(body)
        wanted = "" if event.has("account") else find_wanted(event)
        return Found(join_listed(event=body), wanted, seconds(event, "created"))
    except PayloadRefused:
        return Found(b"", "", None)  # its twin that was posted is kept, and shown with the reason


def _query(*pairs: tuple[str, str]) -> str:
    return f"?{urlencode(pairs)}"
