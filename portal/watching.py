"""An order that a brand places in its own store, watched from the moment it says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.models import Brand, InboundStatus
from portal.trial_words import TITLES, Hop, say_hop
from tracking.models import Attribution, Commission, Order, RefusedDelivery, StoreEvent
from tracking.wording.short import short_reason

HOPS: Mapping[str, str | Promise] = {
    "order": TITLES["order"],
    "known": gettext_lazy("Order known"),
    "credit": TITLES["credit"],
    "price": TITLES["price"],
    "release": TITLES["release"],
}
LONGEST = timedelta(days=7)
DIGITS = 11
DEAD = frozenset({InboundStatus.FAILED, InboundStatus.REFUSED, InboundStatus.IGNORED})


@dataclass(frozen=True, slots=True)
class Watch:
    """What came since a moment, hop by hop; `is_over`: it goes no further by itself."""

    hops: list[Hop]
    order: Order | None
    event: StoreEvent | None
    is_over: bool


def read_since(text: str, *, now: datetime) -> datetime | None:
    """Read the second an address names; None for anything else, and for what is long ago."""
    if not (text.isascii() and text.isdigit() and len(text) < DIGITS):
        return None
    since = datetime.fromtimestamp(int(text), UTC)
    return since if now - LONGEST <= since <= now else None


def watch_order(brand: Brand, *, since: datetime) -> Watch:
    """Follow the first order that a store of the brand reported for the first time since then."""
    event = _find_event(brand, since)
    order = _find_order(event) if event else None
    reached = list(_reach(brand, since, event, order))
    states = {hop.state for hop in reached}
    later = [
        Hop(code, str(title), "", None, "future")
        for code, title in list(HOPS.items())[len(reached) :]
    ]
    is_over = "problem" in states or not later
    return Watch([*reached, *later] if reached else [], order, event, is_over)


def _find_event(brand: Brand, since: datetime) -> StoreEvent | None:
    """Return the newest delivery about that order: what it says last of it counts."""
    rows = StoreEvent.objects.select_related("connection").filter(
        brand=brand, received_at__gte=since, upload=None
    )
    for event in rows.exclude(order_ref="").order_by("pk")[:50]:
        order = _find_order(event)
        if order is None or order.first_received_at >= since:
            return event
    return rows.filter(order_ref="", status__in=DEAD).order_by("pk").first()


def _find_order(event: StoreEvent) -> Order | None:
    rows = Order.objects.filter(connection=event.connection, external_order_id=event.order_ref)
    return rows.first() if event.order_ref else None


def _reach(
    brand: Brand, since: datetime, event: StoreEvent | None, order: Order | None
) -> Iterator[Hop]:
    """Yield the hops that were reached; one with a problem is the last."""
    if event is None:
        refused = RefusedDelivery.objects.filter(brand=brand, at__gte=since).order_by("pk").first()
        if refused is not None:
            text = _("A delivery came, but its signature does not fit. Compare the secret.")
            yield _hop("order", "problem", text, refused.at)
        return
    yield _hop("order", at=event.received_at)
    if order is None:
        if event.status in DEAD:
            text = _("The delivery could not be worked on. Its page says why.")
            yield _hop("known", "problem", text)
        return
    if order.is_test:
        text = _("The store marks it as a test order. It earns nothing and counts nowhere.")
        yield _hop("known", "problem", text)
        return
    number = formats.isolate_ltr(order.number)
    yield _hop("known", text=_("Order %(number)s.") % {"number": number})
    yield from _follow_money(order)


def _follow_money(order: Order) -> Iterator[Hop]:
    credit = Attribution.objects.filter(order=order, is_current=True).first()
    if credit is None:
        return
    if credit.enrollment is None:
        text = _("Nobody got the credit: %(reason)s.") % {"reason": short_reason(credit.code)}
        yield _hop("credit", "problem", text)
        return
    yield _say("credit", {"creator": str(credit.enrollment.affiliation)}, order)
    commission = Commission.objects.filter(order=order).first()
    if commission is None or order.paid_at is None:
        return
    if not commission.amount_minor:
        text = _("It earns 0 as things stand. The page of the order says why, line by line.")
        yield _hop("price", "problem", text)
        return
    (line, *_more) = commission.pricing.get("lines") or [{}]
    yield _say(
        "price",
        {
            "amount_minor": commission.amount_minor,
            "currency": commission.currency,
            "position": line.get("rule_position"),
            "rule": line.get("rule_name", ""),
        },
        order,
    )
    if commission.release_at is not None:
        yield _say("release", {"release_at": commission.release_at.isoformat()}, order)


def _say(code: str, params: dict[str, Any], order: Order) -> Hop:
    return _hop(code, text=say_hop(code, params, ZoneInfo(order.brand.time_zone)))


def _hop(code: str, state: str = "done", text: str = "", at: datetime | None = None) -> Hop:
    return Hop(code, str(HOPS[code]), text, at, state)
