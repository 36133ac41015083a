"""One order of a shop beside what is known of it here."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from brands.models import StoreConnection
from core.crypto import customer_hash
from core.models import InboundStatus
from tracking.domain import storecheck
from tracking.domain.events import RefundEvent
from tracking.domain.merge import EMPTY, OrderState, merge_event
from tracking.domain.storecheck import Figures, Span, Told, Verdict
from tracking.models import Order, StoreEvent
from tracking.services.adapters import NO_REVENUE, Adapter, Parsed, PayloadRefused
from tracking.services.orders import load_state
from tracking.services.sources import Found, Poller, PullFailed

STUCK = (InboundStatus.STORED, InboundStatus.FAILED, InboundStatus.REFUSED)
MOST_BODIES = 200  # of deliveries that came to nothing, looked through for ids of orders
DEPTH = 4
MAY_WAIT = frozenset({storecheck.MISSING, storecheck.DIFFERENT, storecheck.REFUND})
SURE = frozenset(
    {storecheck.OUTSIDE, storecheck.TEST, storecheck.BEFORE_STORE, storecheck.FRESH}
)  # however little a list tells


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop that is asked, and how its bodies are read. `now` is the brand's time."""

    connection: StoreConnection
    source: Poller
    adapter: Adapter
    now: datetime

    def parse(self, topic: str, body: bytes) -> Parsed:
        brand_id = self.connection.brand.public_id
        return self.adapter.parse(
            topic=topic,
            headers={},
            body=body,
            hash_email=lambda email: customer_hash(brand_id, email),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """An order, what it came to, and the figures of both sides; None where a side has none.

    `event`: a delivery of it that came to nothing here. `code`, `detail`: why it cannot be read.
    `names`: the figures that the shop tells. `is_same_version`: the one that was taken here.
    `asked_as`: the id by which the shop gives it, where that is not its own.
    """

    order_id: str
    verdict: Verdict
    number: str = ""
    placed_at: datetime | None = None
    told: Figures | None = None
    here: Figures | None = None
    order: Order | None = None
    event: StoreEvent | None = None
    code: str = ""
    detail: str = ""
    names: Collection[str] = storecheck.FIELDS
    is_same_version: bool = False
    asked_as: str = ""

    @property
    def told_json(self) -> dict[str, Any]:
        return self.told.to_json(self.names) if self.told else {}

    @property
    def here_json(self) -> dict[str, Any]:
        return self.here.to_json() if self.here else {}


def unread(order_id: str) -> Compared:
    """Return an order that the shop names and does not give."""
    return Compared(order_id, Verdict(storecheck.UNREAD))


def compare_listed(shop: Shop, found: Found, span: Span) -> Compared:
    """Compare an order of a list; what is not sure to be equal is looked at in whole.

    A list may tell little more than which order changed, and either side may have moved on since.

    :raises PullFailed: the second look failed, and not for this order alone.
    """
    first = _compare(shop, shop.source.listed_topic, found, span)
    if first.verdict.outcome in SURE or (first.is_same_version and not first.verdict.is_finding):
        return first
    try:
        again = shop.source.get_order(found.order_id) if first.verdict.is_finding else found
        return compare_whole(shop, again, span) if again else first
    except PullFailed as failure:
        if not failure.may_be_one_order:
            raise
        return unread(first.order_id)


def compare_whole(shop: Shop, found: Found, span: Span) -> Compared:
    """Compare an order with all of its refunds.

    :raises PullFailed: they cannot be had.
    """
    return _compare(shop, shop.source.topic, replace(found, body=complete(shop, found)), span)


def complete(shop: Shop, found: Found) -> bytes:
    """Return the body of a delivery: an order with all of its refunds.

    :raises PullFailed: they cannot be had.
    """
    try:
        events = shop.parse(shop.source.listed_topic, found.body).events
    except PayloadRefused:
        events = ()  # refused again by whoever reads the whole
    return shop.source.complete(found, [one for one in events if isinstance(one, RefundEvent)])


def read_state(parsed: Parsed, now: datetime) -> tuple[str, OrderState]:
    """Return the id of the order that a body is about, and what it alone says of it."""
    order_id, state = "", EMPTY
    for event in parsed.events:
        order_id = order_id or event.external_order_id
        if event.external_order_id == order_id:
            state = merge_event(state, event, received_at=now)
    return order_id, state


def compare_states(
    *,
    order_id: str,
    state: OrderState,
    changed_at: datetime | None,
    order: Order | None,
    span: Span,
    names: Collection[str] = storecheck.FIELDS,
) -> Compared:
    """Compare what the shop says of an order with what is known of it."""
    told = storecheck.measure(state)
    if told is None or state.snapshot is None:
        return Compared(order_id, Verdict(storecheck.NO_ORDER))
    known = load_state(order) if order else EMPTY
    here = storecheck.measure(known)
    verdict = storecheck.judge(
        told=Told(told, state.is_test, state.snapshot.placed_at, changed_at, names),
        here=here,
        is_test_here=known.is_test,
        span=span,
    )
    return Compared(
        order_id=order.external_order_id if order else order_id,
        verdict=verdict,
        number=state.snapshot.external_number[:80],
        placed_at=state.snapshot.placed_at,
        told=told,
        here=here,
        order=order,
        names=names,
        is_same_version=order is not None and order.version == state.snapshot.version,
    )


def find_order(connection: StoreConnection, order_id: str) -> Order | None:
    """Return what is known of an order of a store."""
    return Order.objects.filter(connection=connection, external_order_id=order_id).first()


def add_deliveries(connection: StoreConnection, compared: Sequence[Compared]) -> list[Compared]:
    """Say of each finding whether a delivery of it came to nothing here, and which."""
    if not any(one.verdict.outcome in MAY_WAIT or one.code for one in compared):
        return list(compared)
    stuck = _list_stuck(connection)
    return [_add_delivery(one, stuck) for one in compared]


def _compare(shop: Shop, topic: str, found: Found, span: Span) -> Compared:
    compared = _compare_body(shop, topic, found, span)
    return replace(compared, asked_as=found.order_id)


def _compare_body(shop: Shop, topic: str, found: Found, span: Span) -> Compared:
    try:
        parsed = shop.parse(topic, found.body)
    except PayloadRefused as refusal:
        verdict = storecheck.judge_unreadable(changed_at=found.changed_at, span=span)
        code = f"store.{refusal.code}"[:64]
        return Compared(found.order_id, verdict, code=code, detail=refusal.detail)
    order_id, state = read_state(parsed, shop.now)
    if not order_id or state.snapshot is None:
        outcome = storecheck.NO_REVENUE if parsed.note == NO_REVENUE else storecheck.NO_ORDER
        return Compared(order_id or found.order_id, Verdict(outcome))
    return compare_states(
        order_id=order_id,
        state=state,
        changed_at=found.changed_at,
        order=find_order(shop.connection, order_id),
        span=span,
    )


def _add_delivery(one: Compared, stuck: dict[str, StoreEvent]) -> Compared:
    event = stuck.get(one.order_id)
    if event is None or not (one.verdict.outcome in MAY_WAIT or one.code):
        return one
    if one.order is not None and event.received_at < one.order.updated_at:
        return one  # what it told came another way since
    return replace(one, verdict=Verdict(storecheck.WAITING, one.verdict.fields), event=event)


def _list_stuck(connection: StoreConnection) -> dict[str, StoreEvent]:
    """Return deliveries that came to nothing by the ids in them, of several the newest.

    One that was refused is not filed under an order, so it is known by what its body names.
    """
    found: dict[str, StoreEvent] = {}
    rows = StoreEvent.objects.filter(connection=connection, status__in=STUCK).order_by("-id")
    for event in rows[:MOST_BODIES]:
        for name in {event.order_ref, *_list_ids(event.body or "")} - {""}:
            found.setdefault(name, event)
    return found


def _list_ids(body: str) -> Iterable[str]:
    try:
        document = json.loads(body.encode("latin-1"))
    except (ValueError, RecursionError):
        return ()
    return set(_walk(document, DEPTH))


def _walk(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, list):
        for one in node[:50] if depth else ():
            yield from _walk(one, depth - 1)
    elif isinstance(node, dict) and depth:
        for name, value in node.items():
            is_id = name.lower().endswith("id") and name.lower() != "customer_id"
            if is_id and isinstance(value, (str, int)) and not isinstance(value, bool):
                yield str(value)[:80]
            yield from _walk(value, depth - 1)
