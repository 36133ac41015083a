"""Further stores of the demo: a market's files, a WooCommerce shop, and deliveries gone wrong."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from brands.models import StoreConnection
from brands.services.connections import set_api_keys
from portal.demo.calendar import Calendar
from portal.demo.cast import SHOP_DOMAIN
from portal.demo.sales import stamp
from portal.demo.setup import open_shop
from portal.demo.world import Shop, Timeline, World
from tracking.domain.events import RefundEvent
from tracking.domain.sheetcells import guess_options
from tracking.integrations import csvfile, get_adapter
from tracking.models import CatalogueFetch, OrderPull, OrderUpload
from tracking.services import pulling, uploads, uploadwork
from tracking.services.intake import record_refusal
from tracking.services.processing import process_store_event
from tracking.services.sources import Found, Page

HEAD = "Order ID,Placed at,Paid at,Currency,Total,Tax,Coupon,Status"
MARKET = (
    ("M-1", "119.00", "19.00", "ANNA10"),
    ("M-2", "47.60", "7.60", "BEN10"),
    ("M-3", "23.80", "3.80", ""),
    ("M-4", "71.40", "11.40", "CLARA10"),
    ("M-5", "95.20", "15.20", "ANNA10"),
)
MARKET_DAY = 8
UNTIL_NEXT_TRY = timedelta(days=365)  # nobody answers at the address of an invented shop


def schedule_stores(world: World, timeline: Timeline) -> None:
    """Plan what the further stores bring, and what goes wrong at the first one."""
    calendar = world.calendar
    timeline.add(calendar.at(MARKET_DAY - 1, "10:30"), partial(_upload, world))
    timeline.add(calendar.at(6, "11:00"), partial(_pull, world))
    timeline.add(calendar.ago(52), partial(_upload_unread, world))
    _schedule_oddities(world.shops[0], calendar, timeline)


def _upload(world: World, now: datetime) -> None:
    """Take a market's file; finance answers for the times in it."""
    market = open_shop(
        brand=world.brand,
        name="Autumn market",
        url="",
        actor_id=world.owner_id,
        now=now - timedelta(minutes=20),
        platform="csv",
    )
    sold_at = world.calendar.at(MARKET_DAY, "12:00")
    rows = [
        f"{number},{_utc(sold_at, place)},{_utc(sold_at, place)},EUR,{total},{tax},{code},paid"
        for place, (number, total, tax, code) in enumerate(MARKET)
    ]
    kept = _keep(world, market, "autumn-market.csv", rows, now - timedelta(minutes=5))
    uploads.confirm_upload(
        upload_id=kept.pk, is_vouched=True, actor_id=world.team["finance"], now=now, real_now=now
    )
    _work_on(kept, now)
    for event_id in uploads.list_waiting(kept, limit=len(MARKET)):
        process_store_event(event_id=event_id, adapter=csvfile, now=now)
    _work_on(kept, now)


def _upload_unread(world: World, now: datetime) -> None:
    """Leave a file in its preview: two of its rows cannot be read."""
    market = Shop(StoreConnection.objects.get(brand=world.brand, platform="csv"))
    today = f"{now:%Y-%m-%d} 08:00"
    rows = [
        f"M-6,{today},{today},EUR,59.50,9.50,ANNA10,paid",
        f"M-7,{today},{today},EUR,5x,0.80,,paid",
        f"M-8,{today},{today},euros,35.70,5.70,,paid",
    ]
    _keep(world, market, "winter-market-draft.csv", rows, now)


def _keep(
    world: World, shop: Shop, file_name: str, rows: Sequence[str], now: datetime
) -> OrderUpload:
    body = "\n".join([HEAD, *rows, ""]).encode()
    kept = uploads.keep_upload(
        connection=shop.connection,
        file_name=file_name,
        body=body,
        options=guess_options(body),
        actor_id=world.team["finance"],
        now=now,
        real_now=now,
    )
    _work_on(kept, now)
    return kept


def _work_on(kept: OrderUpload, now: datetime) -> None:
    """Do what is next with a file, at a time of the demo."""
    upload = uploadwork.claim(upload_id=kept.pk, real_now=now)
    assert upload is not None  # noqa: S101  # nobody else is at it
    if upload.confirmed_at is None:
        uploadwork.read(upload=upload, adapter=csvfile, now=now)
    elif upload.taken_at is None:
        uploadwork.take(upload=upload, adapter=csvfile, now=now, real_now=now)
    else:
        uploadwork.put_down(upload=upload, now=now, real_now=now)


def _utc(at: datetime, place: int) -> str:
    return stamp(at + timedelta(minutes=17 * place))


@dataclass(slots=True)
class OneOrder:
    """A WooCommerce shop that has one order to tell of."""

    body: bytes
    changed_at: datetime
    topic: str = "order.updated"
    listed_topic: str = "order.updated"

    def list_orders(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        """Return the order once."""
        is_new = page == 1 and after < self.changed_at and "2201" not in without
        return Page((self._found(),) if is_new else (), is_last=True)

    def list_ids(self, *, after: datetime, page: int, without: Sequence[str]) -> Page:
        """Return the same; nothing breaks here."""
        return self.list_orders(after=after, page=page, without=without)

    def get_order(self, order_id: str) -> Found | None:
        """Return the order by its id."""
        return self._found() if order_id == "2201" else None

    def complete(self, found: Found, refunds: Sequence[RefundEvent]) -> bytes:  # noqa: ARG002
        """Return the body as it is: nothing of this order went back."""
        return found.body

    def _found(self) -> Found:
        return Found(self.body, "2201", self.changed_at)


def _pull(world: World, now: datetime) -> None:
    """Fetch the order that the shop failed to post, as the job does every few minutes."""
    shop = open_shop(
        brand=world.brand,
        name="Recipe boxes",
        url=f"https://boxes.{SHOP_DOMAIN}/",
        actor_id=world.owner_id,
        now=now - timedelta(hours=1),
        platform="woocommerce",
    )
    set_api_keys(
        connection_id=shop.connection.pk,
        traits=get_adapter("woocommerce").traits,
        keys=("ck_demo", "cs_demo"),
        actor_id=world.owner_id,
        now=now - timedelta(hours=1),
    )
    pulling.list_due(platforms=["woocommerce"], real_now=now - timedelta(minutes=30))
    pull = OrderPull.objects.get(connection=shop.connection)
    adapter = get_adapter("woocommerce")
    placed_at = now - timedelta(minutes=15)
    taken = pulling.claim(pull_id=pull.pk, real_now=now)
    assert taken is not None  # noqa: S101  # its turn was half an hour ago
    stored = pulling.pull_orders(
        pull=taken,
        source=OneOrder(json.dumps(_box(placed_at)).encode(), placed_at),
        adapter=adapter,
        now=now,
        real_now=now,
    )
    for event_id in stored:
        process_store_event(event_id=event_id, adapter=adapter, now=now)
    OrderPull.objects.filter(pk=pull.pk).update(next_at=now + UNTIL_NEXT_TRY)
    CatalogueFetch.objects.create(brand=world.brand, connection=shop.connection)


def _box(at: datetime) -> dict[str, Any]:
    """Return an order as the API of WooCommerce tells it."""
    moment = stamp(at).removesuffix("Z")
    return {
        "id": 2201,
        "number": "2201",
        "status": "completed",
        "currency": "EUR",
        "date_created_gmt": moment,
        "date_modified_gmt": moment,
        "date_paid_gmt": moment,
        "prices_include_tax": True,
        "discount_total": "6.00",
        "discount_tax": "0.42",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "total": "57.78",
        "total_tax": "3.78",
        "billing": {"email": "box-lover@mail.example", "country": "DE"},
        "shipping": {"country": "DE"},
        "meta_data": [],
        "line_items": [
            {
                "id": 1,
                "name": "Breakfast box",
                "product_id": 31,
                "sku": "BOX",
                "quantity": 1,
                "subtotal": "60.00",
                "subtotal_tax": "4.20",
                "total": "54.00",
                "total_tax": "3.78",
                "meta_data": [],
            }
        ],
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [{"id": 2, "code": "theo10", "discount": "6.00", "discount_tax": "0.42"}],
        "refunds": [],
    }


def _schedule_oddities(shop: Shop, calendar: Calendar, timeline: Timeline) -> None:
    """Plan deliveries that are refused, not needed, or cannot be read."""
    for minute in ("02", "04", "09"):
        timeline.add(
            calendar.at(36, f"11:{minute}"),
            lambda now: record_refusal(
                connection=shop.connection, code="signature_mismatch", body=b"{}", now=now
            ),
        )
    timeline.add(
        calendar.at(9, "08:01"),
        lambda now: shop.send("customer.updated", {"id": "77"}, at=now),
    )
    broken = b'{"type": "order.paid", "data": {"id": "draft-7", "total": 12.5}}'
    timeline.add(calendar.at(7, "16:47"), lambda now: shop.deliver(broken, at=now))
