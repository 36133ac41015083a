"""Put the orders of a brand and what follows them on its timeline."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from portal.demo.sales import (
    Body,
    Later,
    Sale,
    Touch,
    dispute_body,
    order_body,
    refund_body,
)
from portal.demo.world import Timeline, World

RECEIVED_AFTER = timedelta(seconds=55)
NEVER = range(0)


def number_sales(sales: Sequence[Sale], *, story: str, number: int) -> dict[Sale, str]:
    """Give the orders numbers as they were placed, so that the order of `story` gets `number`.

    Wholesale orders have numbers of their own.
    """
    online = sorted((s for s in sales if not s.is_wholesale), key=_placed_at)
    wholesale = sorted((s for s in sales if s.is_wholesale), key=_placed_at)
    place = next((at for at, sale in enumerate(online) if sale.story == story), 0)
    numbers = {sale: str(number - place + at) for at, sale in enumerate(online)}
    return numbers | {sale: f"W-{at}" for at, sale in enumerate(wholesale, start=1)}


def schedule_sales(
    world: World, timeline: Timeline, tokens: dict[Touch, str], *, silent: range = NEVER
) -> None:
    """Plan the first delivery of every order.

    On `silent` days, counted back, the shop's snippet fails: ordinary orders carry no token.
    """
    for sale, number in world.numbers.items():
        carried = [sale.forged] if sale.forged else [tokens[touch] for touch in sale.touches]
        if not sale.story and _days_ago(world, sale) in silent:
            carried = []
        at = sale.received_at or sale.placed_at + RECEIVED_AFTER
        body = order_body(sale, number, tokens=carried, at=min(at, sale.placed_at + RECEIVED_AFTER))
        kind = "order.paid" if sale.status == "paid" else "order.created"
        _schedule(world, timeline, sale, kind, body, at)


def schedule_later(world: World, timeline: Timeline, later: Sequence[Later]) -> None:
    """Plan refunds, disputes and changes of orders."""
    for one in later:
        _schedule(world, timeline, one.sale, one.kind, _body(world, one), one.at)


def _schedule(
    world: World, timeline: Timeline, sale: Sale, kind: str, body: Body, at: datetime
) -> None:
    shop = world.shop_of(sale)
    timeline.add(at, lambda now: shop.send(kind, body, at=now))


def _body(world: World, one: Later) -> Body:
    number = world.numbers[one.sale]
    if one.back is not None:
        return refund_body(one.sale, number, one.back, at=one.at)
    if one.edited is not None:
        return order_body(one.edited, number, tokens=(), at=one.at)
    if one.kind == "order.paid":
        paid = replace(one.sale, status="paid", paid_at=one.at)
        return order_body(paid, number, tokens=(), at=one.at)
    if one.kind == "order.cancelled":
        return order_body(replace(one.sale, status="cancelled"), number, tokens=(), at=one.at)
    return dispute_body(number, at=one.at)


def _days_ago(world: World, sale: Sale) -> int:
    calendar = world.calendar
    return (calendar.today - sale.placed_at.astimezone(calendar.zone).date()).days


def _placed_at(sale: Sale) -> datetime:
    return sale.placed_at
