"""Orders a shop could not give: set aside one by one, so that the others go on.

Each waits by itself, longer after every try, and is left out of the lists that are asked for
meanwhile. Once it is read it is a delivery like any other, and its row goes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from brands.models import StoreConnection
from core import audit, faults, jobs
from core.locks import lock_row
from tracking.models import OrderPull, UnreadOrder
from tracking.services.adapters import Adapter
from tracking.services.intake import store_delivery
from tracking.services.sources import Found, PullFailed, Source, complete_order

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(days=1)
TRIES_A_TURN = 25
MOST_LEFT_OUT = 100  # what one address can name; more than these are met again and known


def set_aside(*, pull: OrderPull, orders: Iterable[tuple[Found, str]], real_now: datetime) -> None:
    """Keep which orders could not be read, and why; one that waits already waits on."""
    UnreadOrder.objects.bulk_create(
        [
            UnreadOrder(
                brand_id=pull.brand_id,
                connection_id=pull.connection_id,
                external_order_id=found.order_id,
                changed_at=found.changed_at,
                code=f"pull.{code}",
                since=real_now,
                next_at=real_now,
            )
            for found, code in orders
        ],
        ignore_conflicts=True,
    )


def list_left_out(connection: StoreConnection) -> list[str]:
    """Return the ids of orders that no list shall bring, as they have a try of their own."""
    rows = UnreadOrder.objects.filter(connection=connection).order_by("-pk")
    return list(rows.values_list("external_order_id", flat=True)[:MOST_LEFT_OUT])


def has_due(*, pull: OrderPull, real_now: datetime) -> bool:
    return _list_due(pull, real_now).exists()


def read_again(
    *, pull: OrderPull, source: Source, adapter: Adapter, now: datetime, real_now: datetime
) -> list[int]:
    """Ask for the orders whose turn has come, each by itself; returns the new deliveries.

    :raises PullFailed: the shop as a whole gives nothing; what was read before is kept.
    """
    stored: list[int] = []
    for row in _list_due(pull, real_now).order_by("next_at", "pk")[:TRIES_A_TURN]:
        try:
            found = source.get_order(row.external_order_id)
            body, code = (
                complete_order(
                    source=source,
                    connection=pull.connection,
                    adapter=adapter,
                    found=found,
                    is_lasting=True,
                )
                if found
                else (None, "")
            )
        except PullFailed as failure:
            if not failure.may_be_one_order:
                raise
            body, code = None, failure.code
        stored += _settle(pull, row, source.topic, body, code, now=now, real_now=real_now)
    return stored


@transaction.atomic
def ask_again(*, unread_id: int, actor_id: int, now: datetime, real_now: datetime) -> UnreadOrder:
    """Let an order be asked for at the shop's next turn, which is at once if the shop answers.

    :raises UnreadOrder.DoesNotExist: it was read meanwhile.
    """
    row = lock_row(UnreadOrder, unread_id)
    row.next_at = real_now
    row.save(update_fields=["next_at"])
    audit.record(
        brand_id=row.brand_id,
        actor_id=actor_id,
        action="connection.order_asked_again",
        target=row.connection,
        after={"order": row.external_order_id},
        now=now,
    )
    pull = OrderPull.objects.filter(connection_id=row.connection_id, failures=0).first()
    if pull is not None:
        OrderPull.objects.filter(pk=pull.pk, next_at__gt=real_now).update(next_at=real_now)
        jobs.enqueue("tracking.pull_store", pull_id=pull.pk)
    return row


def _settle(  # one transaction needs all of it
    pull: OrderPull,
    row: UnreadOrder,
    topic: str,
    body: bytes | None,
    code: str,
    *,
    now: datetime,
    real_now: datetime,
) -> list[int]:
    """Store what was read; the row goes, or waits for its next try."""
    with transaction.atomic():
        new = []
        if body is not None:
            event, is_new = store_delivery(
                connection=pull.connection,
                topic=topic,
                event_id="",
                body=body,
                key_index=0,
                now=now,
            )
            new = [event.pk] if is_new else []
        faults.point("unread_order.before_settled")
        if code:
            _put_off(row, code, real_now)
        else:
            row.delete()
        pull.brought += len(new)
        pull.save(update_fields=["brought"])
    return new


def _put_off(row: UnreadOrder, code: str, real_now: datetime) -> None:
    wait = FIRST_WAIT * 2 ** min(row.failures, 10)
    row.failures += 1
    row.code, row.tried_at = f"pull.{code}", real_now
    row.next_at = real_now + min(wait, LONGEST_WAIT)
    row.save(update_fields=["failures", "code", "tried_at", "next_at"])


def _list_due(pull: OrderPull, real_now: datetime) -> QuerySet[UnreadOrder]:
    return UnreadOrder.objects.filter(connection_id=pull.connection_id, next_at__lte=real_now)
