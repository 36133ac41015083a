"""The product list of a shop, read from the shop itself: page by page, taken as a whole or not.

What was read stands apart until the last page came; then it takes the place of the list in one
transaction. A run that ends early goes on where it was, one that fails leaves the list as it is. A
list that a file made is never replaced by itself: somebody has to ask for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from brands.models import StoreConnection
from core import audit, jobs
from core.locks import lock_row
from tracking.domain.productsheet import MAX_COLLECTIONS, MAX_KEY, MAX_NAME, MAX_TITLE
from tracking.models import CatalogueFetch, FetchedProduct, ListSource, Product
from tracking.services.sources import PullFailed

WORK = "tracking.read_catalogue"
EVERY = timedelta(days=1)
CLAIM = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=15)
SOON = timedelta(minutes=1)
MAX_PAGES = 20
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product as a shop lists it: its id as order lines name it, its SKUs, its collections."""

    product_ref: str
    title: str
    skus: Sequence[str]
    collections: Sequence[str]


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Products, and the cursor of the next page; empty if this is the last."""

    products: Sequence[ListedProduct]
    next: str


class Catalogue(Protocol):
    """A shop's products. A list in whatever order, as long as a change leaves it standing."""

    def read_page(self, cursor: str) -> CataloguePage:
        """Return the page at a cursor, the first at an empty one.

        :raises PullFailed: the shop gave none.
        """
        ...


def list_due(*, platforms: Sequence[str], real_now: datetime) -> list[CatalogueFetch]:
    """Return the shops of these platforms whose list is to be read; one new here is begun.

    A shop whose list was there before is taken for one with a file's.
    """
    stores = StoreConnection.objects.filter(
        is_active=True, api_key__isnull=False, platform__in=platforms, brand__archived_at=None
    )
    for store in stores.filter(catalogue=None):
        listed = store.products.order_by("-updated_at").first()
        CatalogueFetch.objects.get_or_create(
            connection=store,
            defaults={
                "brand_id": store.brand_id,
                "source": ListSource.FILE if listed else "",
                "taken_at": listed.updated_at if listed else None,
                "next_at": None if listed else real_now,
            },
        )
    rows = CatalogueFetch.objects.filter(next_at__lte=real_now, connection__in=stores)
    return list(rows.select_related("connection", "brand").order_by("next_at"))


def claim(*, fetch_id: int, real_now: datetime) -> CatalogueFetch | None:
    """Take a turn, so that no second run begins meanwhile; None where it was taken."""
    taken = CatalogueFetch.objects.filter(pk=fetch_id, next_at__lte=real_now).update(
        next_at=real_now + CLAIM, tried_at=real_now
    )
    rows = CatalogueFetch.objects.select_related("connection", "brand")
    return rows.get(pk=fetch_id) if taken else None


def read_catalogue(
    *, fetch: CatalogueFetch, source: Catalogue, now: datetime, real_now: datetime
) -> None:
    """Read some pages, and take the list if they were the last; a failure is kept in words.

    `now` is the brand's time. A reading that failed twice at one place, or takes more than a day,
    begins anew: its cursor may have ended.
    """
    is_stale = fetch.begun_at is None or real_now - fetch.begun_at > EVERY
    if is_stale or not fetch.cursor or fetch.failures > 1:
        _begin(fetch, real_now)
    try:
        for _ in range(MAX_PAGES):
            page = source.read_page(fetch.cursor)
            if not _keep(fetch, page):
                return  # a file was taken or the shop was asked anew meanwhile
            if not page.next:
                _take(fetch, now=now, real_now=real_now)
                return
    except PullFailed as failure:
        _put_off(fetch, failure, real_now)
    else:
        CatalogueFetch.objects.filter(pk=fetch.pk, begun_at=fetch.begun_at).update(next_at=real_now)


@transaction.atomic
def ask_now(*, connection_id: int, actor_id: int, now: datetime, real_now: datetime) -> None:
    """Have the list read from the shop from its beginning, also where a file made it."""
    connection = lock_row(StoreConnection, connection_id)
    fetch, _ = CatalogueFetch.objects.update_or_create(
        connection=connection,
        defaults={
            "brand_id": connection.brand_id,
            "begun_at": None,
            "failures": 0,
            "code": "",
            "next_at": real_now,
        },
    )
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.products_asked",
        target=connection,
        now=now,
    )
    jobs.enqueue(WORK, fetch_id=fetch.pk)


@transaction.atomic
def _begin(fetch: CatalogueFetch, real_now: datetime) -> None:
    FetchedProduct.objects.filter(connection_id=fetch.connection_id).delete()
    fetch.begun_at, fetch.cursor = real_now, ""
    fetch.save(update_fields=["begun_at", "cursor"])


@transaction.atomic
def _keep(fetch: CatalogueFetch, page: CataloguePage) -> bool:
    """Store a page with the cursor behind it; False if this reading was given up meanwhile."""
    lock_row(StoreConnection, fetch.connection_id)
    mine = CatalogueFetch.objects.filter(
        pk=fetch.pk, begun_at=fetch.begun_at, cursor=fetch.cursor, next_at__isnull=False
    )
    if not mine.update(cursor=page.next[:2000]):
        return False
    FetchedProduct.objects.bulk_create(
        [row for product in page.products for row in _make_rows(fetch, product)],
        update_conflicts=True,
        unique_fields=["connection", "product_ref", "sku"],
        update_fields=["title", "collections"],
        batch_size=1000,
    )
    if FetchedProduct.objects.filter(connection_id=fetch.connection_id).count() > MOST_ROWS:
        raise PullFailed("too_large")
    fetch.cursor = page.next[:2000]
    return True


def _make_rows(fetch: CatalogueFetch, product: ListedProduct) -> Iterable[FetchedProduct]:
    names = [name.strip() for name in product.collections]
    kept = [name for name in dict.fromkeys(names) if name and len(name) <= MAX_NAME]
    skus = [sku for sku in dict.fromkeys(product.skus) if sku and len(sku) <= MAX_KEY]
    for sku in skus or [""]:
        if 0 < len(product.product_ref) <= MAX_KEY:
            yield FetchedProduct(
                brand_id=fetch.brand_id,
                connection_id=fetch.connection_id,
                product_ref=product.product_ref,
                sku=sku,
                title=product.title[:MAX_TITLE],
                collections=kept[:MAX_COLLECTIONS],
            )


@transaction.atomic
def _take(fetch: CatalogueFetch, *, now: datetime, real_now: datetime) -> None:
    """Put what was read in the place of the list.

    :raises PullFailed: `no_products`: nothing was read, which is no reason to empty a list.
    """
    connection = lock_row(StoreConnection, fetch.connection_id)
    if not CatalogueFetch.objects.filter(pk=fetch.pk, begun_at=fetch.begun_at).exists():
        return
    staged = FetchedProduct.objects.filter(connection=connection).order_by("pk")
    if not staged.exists():
        raise PullFailed("no_products")
    columns = ("product_ref", "sku", "title", "collections")
    old = {row[:2]: row for row in connection.products.values_list(*columns)}
    new = {row[:2]: row for row in staged.values_list(*columns)}
    if old != new:
        connection.products.all().delete()
        Product.objects.bulk_create(
            [
                Product(
                    brand_id=connection.brand_id,
                    connection=connection,
                    updated_at=now,
                    **dict(zip(columns, row, strict=True)),
                )
                for row in new.values()
            ],
            batch_size=1000,
        )
        _record(connection, old.keys(), new.keys(), now)
    staged.delete()
    CatalogueFetch.objects.filter(pk=fetch.pk).update(
        source=ListSource.SHOP,
        taken_at=now,
        begun_at=None,
        cursor="",
        failures=0,
        code="",
        next_at=real_now + EVERY,
    )


def _record(
    connection: StoreConnection,
    old: Iterable[tuple[str, str]],
    new: Iterable[tuple[str, str]],
    now: datetime,
) -> None:
    before, after = set(old), set(new)
    counts = {
        "products": len(after),
        "new": len(after - before),
        "gone": len(before - after),
    }
    audit.record(
        brand_id=connection.brand_id,
        actor_id=None,
        action="connection.products_fetched",
        target=connection,
        after=counts,
        now=now,
    )


def _put_off(fetch: CatalogueFetch, failure: PullFailed, real_now: datetime) -> None:
    """Keep why, and try again later; a shop that only asks for peace did not fail."""
    is_busy = failure.code == "too_often"
    failures = fetch.failures + (not is_busy)
    first = SOON if is_busy else FIRST_WAIT * 2 ** min(failures - 1, 10)
    wait = max(first, failure.retry_after)
    CatalogueFetch.objects.filter(pk=fetch.pk, begun_at=fetch.begun_at).update(
        failures=failures,
        code=f"pull.{failure.code}",
        next_at=real_now + min(wait, EVERY),
    )
