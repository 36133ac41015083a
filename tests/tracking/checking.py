"""Compare a store with its shop as the worker does, against a shop on loopback."""

from datetime import date, datetime, timedelta

from brands.models import StoreConnection
from brands.services.connections import set_api_keys
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.tracking.wooshop import KEYS, WooShop, soon
from tracking.integrations import get_adapter
from tracking.integrations.woocommerce import open_source
from tracking.models import StoreCheck, StoreFinding
from tracking.services import checkwork, processing, reingesting, storechecks
from tracking.services.intake import store_delivery
from tracking.services.shopside import Shop
from tracking.services.storechecks import Asked

DAY_MINUTES = 24 * 60


def connect(shop: WooShop) -> StoreConnection:
    """Make a store of the shop, with its keys, that was connected a month ago."""
    program = make_program(make_brand())
    make_code(make_enrollment(program), "LENA10")
    at = soon(-30 * DAY_MINUTES)
    store = make_connection(program.brand, platform="woocommerce", now=at)
    StoreConnection.objects.filter(pk=store.pk).update(shop_url=shop.url)
    return set_api_keys(
        connection_id=store.pk,
        traits=get_adapter("woocommerce").traits,
        keys=KEYS,
        actor_id=get_owner(store.brand).pk,
        now=at,
    )


def days_ago(days: float) -> datetime:
    return soon(-days * DAY_MINUTES)


def week() -> tuple[date, date]:
    """Return days that hold the last week in every time zone."""
    return (days_ago(8)).date(), (days_ago(1)).date()


def ask(store: StoreConnection, *, actor: bool = True) -> StoreCheck:
    since, until = week()
    return storechecks.ask_check(
        connection=store,
        asked=Asked(since, until),
        actor_id=get_owner(store.brand).pk if actor else None,
        now=soon(0),
        real_now=soon(0),
    )


def open_shop(store: StoreConnection, at: datetime) -> Shop:
    source = open_source(store, allows_loopback=True)
    return Shop(store, source, get_adapter("woocommerce"), at)


def turn(check: StoreCheck, at: datetime | None = None) -> StoreCheck:
    """Let one turn of a check pass."""
    at = at or soon(0)
    mine = storechecks.claim(check_id=check.pk, now=at, real_now=at)
    assert mine is not None
    checkwork.work_on(checkwork.Turn(mine, open_shop(mine.connection, at), at))
    return StoreCheck.objects.get(pk=check.pk)


def run(store: StoreConnection) -> StoreCheck:
    """Compare a store, whatever turns that takes."""
    check = ask(store)
    while check.ended_at is None:
        check = turn(check, check.next_at)
    return check


def deliver(
    store: StoreConnection, body: bytes, at: datetime, topic: str = "order.updated"
) -> None:
    """Let the shop's webhook come."""
    event, _ = store_delivery(
        connection=store, topic=topic, event_id="", body=body, key_index=0, now=at
    )
    processing.process_store_event(event_id=event.pk, adapter=get_adapter("woocommerce"), now=at)


def fetch(store: StoreConnection, *findings: StoreFinding) -> int:
    """Ask for the orders of findings and bring them in."""
    at = soon(0)
    count = reingesting.ask(
        connection=store,
        finding_ids=[one.pk for one in findings],
        actor_id=get_owner(store.brand).pk,
        now=at,
        real_now=at,
    )
    bring_all(store, at)
    return count


def bring_all(store: StoreConnection, at: datetime) -> None:
    while finding := reingesting.claim_next(connection_id=store.pk, real_now=at):
        reingesting.bring_in(finding=finding, shop=open_shop(store, at), real_now=at)


def later(minutes: float) -> datetime:
    return soon(0) + timedelta(minutes=minutes)
