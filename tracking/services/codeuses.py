"""Codes that are good for one order: which orders came with them, and which one keeps each."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from affiliates.models import Code
from tracking.domain.codeuses import Use, find_keeper
from tracking.domain.events import CanonicalEvent, OrderSnapshot
from tracking.domain.merge import OrderState
from tracking.models import CodeUse, Commission, Order

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def lock_codes(
    *, brand_id: int, connection_id: int, external_order_id: str, events: Iterable[CanonicalEvent]
) -> None:
    """Lock the codes for one order that events name, or their order came with before.

    Taken for the transaction before any order is locked: two workers with two orders of one code
    follow each other, and neither waits for an order that the other has.
    """
    named = {text for event in events if isinstance(event, OrderSnapshot) for text in _texts(event)}
    known = CodeUse.objects.filter(
        order__connection_id=connection_id, order__external_order_id=external_order_id
    )
    codes = set(known.values_list("code_id", flat=True))
    if named:
        codes |= set(_list_single(brand_id, named).values_list("pk", flat=True))
    _lock(codes)


def lock_codes_of(order_id: int) -> None:
    """Lock the codes that an order came with, before the order is locked."""
    _lock(CodeUse.objects.filter(order_id=order_id).values_list("code_id", flat=True))


def follow_codes(order: Order, state: OrderState) -> list[Order]:
    """Note the codes that a locked order came with, and give each to the order that keeps it.

    Returns the other orders for which that changed, locked: what they earn is to be settled.
    """
    named = _texts(state.snapshot) if state.snapshot is not None else set()
    known = {use.code_id: use for use in CodeUse.objects.filter(order=order)}
    if not named and not known:
        return []
    now_on = set(_list_single(order.brand_id, named).values_list("pk", flat=True))
    gone = known.keys() - now_on
    CodeUse.objects.filter(order=order, code__in=gone).delete()
    CodeUse.objects.bulk_create(
        CodeUse(brand_id=order.brand_id, code_id=code, order=order)
        for code in sorted(now_on - known.keys())
    )
    touched = {one for code in sorted(known.keys() | now_on) for one in _give(code)}
    touched |= {use.order_id for code, use in known.items() if code in gone and use.is_keeper}
    others = Order.objects.select_for_update(of=("self",)).select_related("brand")
    return list(others.filter(pk__in=touched - {order.pk}).order_by("pk"))


def find_takers(order: Order) -> dict[int, Order]:
    """Return the other order that keeps a code of this one, by code."""
    mine = CodeUse.objects.filter(order=order).values("code")
    rows = CodeUse.objects.filter(code__in=mine, is_keeper=True).exclude(order=order)
    return {row.code_id: row.order for row in rows.select_related("order").order_by("code_id")}


def _give(code_id: int) -> set[int]:
    """Let the order that has the first right to a code keep it; returns whose right changed."""
    released = Commission.objects.filter(order=OuterRef("order"), released_at__isnull=False)
    rows = CodeUse.objects.filter(code=code_id).select_related("order")
    uses = {_read_use(row): row for row in rows.annotate(is_released=Exists(released))}
    keeper = find_keeper(uses)
    had = {row.order_id for row in uses.values() if row.is_keeper}
    has = {uses[keeper].order_id} if keeper else set()
    if had != has:
        rows.filter(is_keeper=True).update(is_keeper=False)
        rows.filter(order__in=has).update(is_keeper=True)
    return had ^ has


def _read_use(row: CodeUse) -> Use:
    order = row.order
    is_released: bool = row.is_released  # type: ignore[attr-defined]
    return Use(
        order=f"{order.connection_id}:{order.external_order_id}",
        placed_at=order.placed_at or order.first_received_at,
        is_void=order.is_test or (order.cancelled_at is not None and order.paid_at is None),
        is_settled=row.is_keeper and is_released,
    )


def _texts(snapshot: OrderSnapshot) -> set[str]:
    return {one.code for one in snapshot.discounts if one.kind == "code" and one.code}


def _list_single(brand_id: int, texts: Iterable[str]) -> QuerySet[Code]:
    return Code.objects.filter(brand_id=brand_id, normalised__in=texts, batch__isnull=False)


def _lock(codes: Iterable[int]) -> None:
    for code in sorted(codes):
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [f"code:{code}"])
