"""Files of orders, kept as somebody of the brand uploads them."""

from datetime import datetime

from brands.models import StoreConnection
from core.clock import brand_now
from tests.makers import get_owner
from tracking.domain.sheetcells import guess_options
from tracking.models import OrderUpload
from tracking.services.uploads import keep_upload

HEAD = "Order ID,Placed at,Paid at,Currency,Total,Tax,Shipping,Coupon,Refunded,Status"
ROW = "F-1,2026-03-02 10:00,2026-03-02 10:01,EUR,124.90,20.00,4.90,LENA10,,"


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
    )
