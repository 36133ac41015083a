"""The orders of one subscription of a store: their lock, their numbers, and the first of them."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from tracking.domain.events import CanonicalEvent, OrderSnapshot
from tracking.domain.subscription import RENEWING, Member, Payment, find_payment
from tracking.models import Order


def lock_subscriptions(*, connection_id: int, events: Iterable[CanonicalEvent]) -> None:
    """Lock the subscriptions that events name, for the transaction, before any order is locked.

    Two workers with two orders of one subscription follow each other; each sees what the one
    before wrote, and neither waits for an order that the other has.
    """
    named = {event.subscription.external_id for event in events if isinstance(event, OrderSnapshot)}
    for name in sorted(named - {""}):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"subscription:{connection_id}:{name}"],
            )


def lock_later(order: Order) -> list[Order]:
    """Lock what depends on an order of a subscription: those that come after it.

    Taken before anything is posted: whoever holds one of them already may wait for an account.
    """
    if not order.subscription or order.placed_at is None:
        return []
    rows = _list_known(order).select_for_update(of=("self",)).select_related("brand")
    mine = _place(order)
    return [one for one in rows.exclude(pk=order.pk).order_by("pk") if _place(one) > mine]


def read_payment(order: Order) -> Payment | None:
    """Return which payment of its subscription an order is, by what is known now."""
    if not order.subscription:
        return None
    paid = _list_known(order).filter(is_test=False, paid_at__isnull=False)
    rows = paid.values_list("external_order_id", "subscription_kind", "placed_at")
    members = [Member(name, kind, at) for name, kind, at in rows if at is not None]
    return find_payment(members, order.external_order_id)


def find_first_order(order: Order) -> Order | None:
    """Return the first order of the subscription that an order renews, where it is known."""
    if not order.subscription or order.subscription_kind not in RENEWING:
        return None
    rows = _list_known(order).filter(subscription_kind="initial", is_test=False)
    return rows.order_by("placed_at", "external_order_id").first()


def _list_known(order: Order) -> QuerySet[Order]:
    return Order.objects.filter(
        connection_id=order.connection_id,
        subscription=order.subscription,
        placed_at__isnull=False,
    )


def _place(order: Order) -> tuple[object, ...]:
    assert order.placed_at is not None  # noqa: S101
    return Member(order.external_order_id, order.subscription_kind, order.placed_at).place
