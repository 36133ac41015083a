"""Files of orders, kept as somebody of the brand uploads them."""

from datetime import datetime

from brands.models import StoreConnection
from core.clock import brand_now, database_now
from tests.makers import get_owner
from tracking.domain.productsheet import read_products
from tracking.domain.sheetcells import guess_options
from tracking.integrations import csvfile
from tracking.models import FetchedProduct, OrderUpload
from tracking.services import uploadwork
from tracking.services.processing import process_store_event
from tracking.services.products import replace_products
from tracking.services.uploads import confirm_upload, keep_upload, list_waiting
from tracking.tasks import SWEEP_LIMIT

HEAD = "Order ID,Placed at,Paid at,Currency,Total,Tax,Shipping,Coupon,Refunded,Status"
ROW = "F-1,2026-03-02 10:00,2026-03-02 10:01,EUR,124.90,20.00,4.90,LENA10,,"

PRODUCTS = "product_id,sku,title,collections\ncup-2,CUP-2,Ceramic cup,Kitchen; New\n"


def make_upload(
    store: StoreConnection, text: str = f"{HEAD}\n{ROW}\n", now: datetime | None = None
) -> OrderUpload:
    body = text.encode()
    return keep_upload(
        connection=store,
        file_name="orders.csv",
        body=body,
        options=guess_options(body),
        actor_id=get_owner(store.brand).pk,
        now=now or brand_now(store.brand),
        real_now=now or database_now(),
    )


def make_products(store: StoreConnection, text: str = PRODUCTS) -> None:
    """Give a store a product list, as somebody of the brand uploads it."""
    replace_products(
        connection_id=store.pk,
        sheet=read_products(text.encode()),
        actor_id=get_owner(store.brand).pk,
        now=brand_now(store.brand),
    )


def make_fetched_product(store: StoreConnection, title: str = "Cup") -> FetchedProduct:
    """Return a product of a list that is being read from the shop."""
    return FetchedProduct.objects.create(
        brand=store.brand, connection=store, product_ref="cup", title=title, collections=["Kitchen"]
    )


def make_read_upload(store: StoreConnection) -> OrderUpload:
    """Return a kept file that was read, to be looked at."""
    upload = make_upload(store)
    read_upload(upload, now=database_now())
    return upload


def read_upload(upload: OrderUpload, *, now: datetime) -> None:
    """Have a kept file read, as a worker does at that time."""
    turn = uploadwork.claim(upload_id=upload.pk, real_now=now)
    assert turn is not None
    uploadwork.read(upload=turn, adapter=csvfile, now=now)


def take_upload(
    upload: OrderUpload, *, now: datetime, is_vouched: bool = False, then: datetime | None = None
) -> OrderUpload:
    """Have a read file taken and worked on; `then`: when the worker comes to it."""
    confirm_upload(
        upload_id=upload.pk,
        is_vouched=is_vouched,
        actor_id=get_owner(upload.brand).pk,
        now=now,
        real_now=now,
    )
    while work_on(upload, now=then or now):
        pass
    upload.refresh_from_db()
    return upload


def work_on(upload: OrderUpload, *, now: datetime) -> bool:
    """Do what a worker does next with a confirmed file; False where nothing waits."""
    turn = uploadwork.claim(upload_id=upload.pk, real_now=now)
    if turn is None:
        return False
    if turn.taken_at is None:
        return uploadwork.take(upload=turn, adapter=csvfile, now=now, real_now=now)
    for event_id in list_waiting(turn, limit=SWEEP_LIMIT):
        process_store_event(event_id=event_id, adapter=csvfile, now=now)
    uploadwork.put_down(upload=turn, now=now, real_now=now)
    return True
