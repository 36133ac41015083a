"""The product list of a shop: taken from a file as a whole, asked when an order is priced."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from brands.domain.rules import KnownProduct
from brands.models import StoreConnection
from core import audit
from core.locks import lock_row
from tracking.domain.sheetcells import Sheet
from tracking.models import CatalogueFetch, FetchedProduct, ListSource, Product

Key = tuple[str, str]
"""The id of a product and its SKU; either may be empty."""

_ROW = ("product_ref", "sku", "collections")


@dataclass(slots=True)
class ProductList:
    """Collections by id and SKU together, by id alone and by SKU alone."""

    by_key: dict[Key, list[str]] = field(default_factory=dict)
    by_ref: dict[str, list[str]] = field(default_factory=dict)
    by_sku: dict[str, list[str]] = field(default_factory=dict)

    def add(self, product_ref: str, sku: str, collections: Iterable[str]) -> None:
        """Add a row; rows of one id, or of one SKU, add up."""
        names = list(collections)
        self.by_key[product_ref, sku] = names
        for place, key in ((self.by_ref, product_ref), (self.by_sku, sku)):
            if key:
                known = place.setdefault(key, [])
                known += [name for name in names if name not in known]

    def find(self, key: Key) -> tuple[str, ...] | None:
        """Return the collections of a product: by both, else by its id, else by its SKU."""
        found = self.by_key.get(key, self.by_ref.get(key[0], self.by_sku.get(key[1])))
        return None if found is None else tuple(found)


def replace_products(
    *, connection_id: int, sheet: Sheet, actor_id: int, now: datetime
) -> dict[str, int]:
    """Make a file the whole product list of a shop; returns how many there are, new and gone.

    Orders priced before keep what was known then. Two files at once: one after the other.
    """
    return _take(connection_id, sheet, actor_id, now, is_whole=True)


def add_products(
    *, connection_id: int, sheet: Sheet, actor_id: int, now: datetime
) -> dict[str, int]:
    """Add a file to the product list of a shop; a product it names is as the file says."""
    return _take(connection_id, sheet, actor_id, now, is_whole=False)


def find_products(connection_id: int, keys: Iterable[Key]) -> tuple[KnownProduct, ...]:
    """Return what the list of a shop says of products now, also that it does not have them."""
    asked = sorted(set(keys))
    rows = Product.objects.filter(
        Q(product_ref__in=[ref for ref, _ in asked if ref])
        | Q(sku__in=[sku for _, sku in asked if sku]),
        connection=connection_id,
    )
    return pick_products(_collect(rows.order_by("pk").values_list(*_ROW)), asked)


def read_list(connection_id: int) -> ProductList:
    """Return the whole list of a shop."""
    rows = Product.objects.filter(connection=connection_id).order_by("pk")
    return _collect(rows.values_list(*_ROW).iterator())


def count_collections(connection: StoreConnection) -> list[tuple[str, int]]:
    """Return the collections of a shop's list by name, each with how many products it has."""
    counts = Counter[str]()
    for names in connection.products.values_list("collections", flat=True):
        counts.update(names)
    return sorted(counts.items())


def pick_products(known: ProductList, keys: Iterable[Key]) -> tuple[KnownProduct, ...]:
    """Return products as a list has them."""
    return tuple(KnownProduct(*key, known.find(key)) for key in sorted(keys))


@transaction.atomic
def _take(
    connection_id: int, sheet: Sheet, actor_id: int, now: datetime, *, is_whole: bool
) -> dict[str, int]:
    connection = lock_row(StoreConnection, connection_id)
    before = {
        (ref, sku): pk
        for pk, ref, sku in connection.products.values_list("pk", "product_ref", "sku")
    }
    rows = [_make_row(connection, draft.order_id, draft.data, now) for draft in sheet.drafts]
    named = {(row.product_ref, row.sku) for row in rows}
    gone = [pk for key, pk in before.items() if is_whole or key in named]
    Product.objects.filter(pk__in=gone).delete()
    Product.objects.bulk_create(rows, batch_size=1000)
    after = named if is_whole else named | before.keys()
    _note_file(connection, now)
    done = {
        "products": len(after),
        "new": len(after - before.keys()),
        "gone": len(before.keys() - after),
    }
    audit.record(
        brand_id=connection.brand_id,
        actor_id=actor_id,
        action="connection.products_taken",
        target=connection,
        after=done,
        now=now,
    )
    return done


def _note_file(connection: StoreConnection, now: datetime) -> None:
    """Note that a file made the list; a reading is given up."""
    CatalogueFetch.objects.update_or_create(
        connection=connection,
        defaults={
            "brand_id": connection.brand_id,
            "source": ListSource.FILE,
            "taken_at": now,
            "begun_at": None,
            "failures": 0,
            "code": "",
            "next_at": None,
        },
    )
    FetchedProduct.objects.filter(connection=connection).delete()


def _collect(rows: Iterable[tuple[str, str, list[str]]]) -> ProductList:
    found = ProductList()
    for row in rows:
        found.add(*row)
    return found


def _make_row(
    connection: StoreConnection, product_ref: str, data: dict[str, Any], now: datetime
) -> Product:
    return Product(
        brand_id=connection.brand_id,
        connection=connection,
        product_ref=product_ref,
        sku=data["sku"],
        title=data["title"],
        collections=data["collections"],
        updated_at=now,
    )
