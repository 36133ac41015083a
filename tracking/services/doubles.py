"""The same sale, told by two connections of a brand: its lock, and which order counts."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from affiliates.models import Enrollment
from brands.models import StoreConnection
from tracking.domain import doubles
from tracking.domain.doubles import FARTHEST, Double, Sale
from tracking.domain.events import CanonicalEvent, OrderSnapshot
from tracking.domain.merge import OrderState
from tracking.domain.reasons import LOST_DOUBLE
from tracking.models import Attribution, Commission, Order, OrderKind, StoreEvent
from tracking.selectors_brand import list_flags


def lock_sales(
    *, event: StoreEvent, external_order_id: str, events: Iterable[CanonicalEvent]
) -> None:
    """Lock, for the transaction and before any order, the sales that events may tell again.

    Two workers with one sale of two connections follow each other, each sees what the one before
    wrote. A brand with one connection has none.
    """
    if not _has_several(event.brand_id):
        return
    known = Order.objects.filter(
        connection_id=event.connection_id, external_order_id=external_order_id
    )
    customers = {one.customer.email_hash for one in events if isinstance(one, OrderSnapshot)}
    customers |= set(known.values_list("customer_hash", flat=True))
    _lock(event.brand_id, external_order_id, customers)


def lock_sale(order_id: int) -> None:
    """Lock the sale of an order as `lock_sales` does, before a person's word changes the order."""
    order = Order.objects.get(pk=order_id)
    if _has_several(order.brand_id):
        _lock(order.brand_id, order.external_order_id, {order.customer_hash})


def lock_doubles(order: Order) -> list[Order]:
    """Lock the orders of other connections that may be the same sale as a locked one.

    Taken before anything is posted: whoever holds one of them already may wait for an account.
    """
    if order.kind != OrderKind.ORDER or order.placed_at is None:
        return []
    rows = _list_near(order).select_for_update(of=("self",)).select_related("brand", "connection")
    return list(rows.order_by("pk"))


def list_doubles(order: Order, state: OrderState) -> tuple[Double, ...]:
    """Return the orders that count in place of an order, one for each creator at most."""
    if order.kind != OrderKind.ORDER or order.placed_at is None or state.is_test:
        return ()
    near = _list_near(order).filter(
        is_test=False, currency=order.currency, total_minor=order.total_minor
    )
    others = list(near.select_related("connection"))
    if not others:
        return ()
    sales = _read_sales([order, *others])
    return doubles.find_doubles(sales[0], sales[1:])


def _has_several(brand_id: int) -> bool:
    return StoreConnection.objects.filter(brand_id=brand_id)[1:2].exists()


def _lock(brand_id: int, external_order_id: str, customers: set[str]) -> None:
    names = [f"sale:{brand_id}:number:{external_order_id}"]
    names += [f"sale:{brand_id}:customer:{one}" for one in customers if one]
    for name in sorted(names):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _list_near(order: Order) -> QuerySet[Order]:
    """Return the orders of other connections with the same customer or number, at that time."""
    assert order.placed_at is not None  # noqa: S101
    same = Q(external_order_id__iexact=order.external_order_id)  # iexact: that index is on UPPER
    if order.customer_hash:
        same |= Q(customer_hash=order.customer_hash)
    return Order.objects.filter(
        same,
        brand_id=order.brand_id,
        kind=OrderKind.ORDER,
        placed_at__range=(order.placed_at - FARTHEST, order.placed_at + FARTHEST),
    ).exclude(connection_id=order.connection_id)


def _read_sales(orders: list[Order]) -> list[Sale]:
    credit = _read_credit(orders)
    return [
        Sale(
            order=order.public_id,
            number=order.number,
            store=order.connection.name,
            connection=order.connection_id,
            external_id=order.external_order_id,
            customer=order.customer_hash,
            currency=order.currency,
            total=order.total_minor,
            placed_at=order.placed_at,
            is_paid=order.paid_at is not None and order.cancelled_at is None,
            **credit.get(order.pk, {}),
        )
        for order in orders
        if order.placed_at is not None
    ]


def _read_credit(orders: list[Order]) -> dict[int, dict[str, Any]]:
    """Return whose each order is by its own signals, and whether that was released.

    A double that nobody got is of the creator who was refused. A double that was released all the
    same has no better place by it.
    """
    released = Commission.objects.filter(
        order=OuterRef("order"), enrollment=OuterRef("enrollment"), released_at__isnull=False
    )
    rows = Attribution.objects.filter(order__in=orders, is_current=True)
    found = list(rows.annotate(is_released=Exists(released)).select_related("enrollment"))
    refused = [int(row.params["creator"]) for row in found if row.code == LOST_DOUBLE]
    places = dict(Enrollment.objects.filter(pk__in=refused).values_list("pk", "affiliation_id"))
    credit: dict[int, dict[str, Any]] = {}
    for row in found:
        affiliation: Any = row.enrollment.affiliation_id if row.enrollment else ""
        if row.code == LOST_DOUBLE:
            affiliation = places.get(int(row.params["creator"]), "")
        credit[row.order_id] = {
            "affiliation": str(affiliation),
            "is_settled": row.is_released and not _is_double(row),
        }
    return credit


def _is_double(row: Attribution) -> bool:
    return any(flag["name"] == "duplicate_order" for flag in list_flags(row))
