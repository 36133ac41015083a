"""Orders a shop did not give: set aside one by one, so that the others go on.

Each waits by itself, longer after every try, and is left out of the lists that are asked for
meanwhile. Once it is read it is a delivery like any other, and its row goes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from brands.models import StoreConnection
from core import audit, faults, jobs
from core.locks import lock_row
from tracking.models import OrderPull, UnreadOrder
from tracking.services.adapters import Adapter
from tracking.services.intake import store_delivery
from tracking.services.sources import Found, Poller, PullFailed, complete_order

FIRST_WAIT = timedelta(minutes=5)
FIRST_WAIT_TOLD = timedelta(seconds=30)
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
    *, pull: OrderPull, source: Poller, adapter: Adapter, now: datetime, real_now: datetime
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
        new = settle(
            connection=pull.connection,
            row=row,
            topic=source.topic,
            body=body,
            failure=PullFailed(code) if code else None,
            now=now,
            real_now=real_now,
        )
        OrderPull.objects.filter(pk=pull.pk).update(brought=F("brought") + len(new))
        stored += new
    pull.refresh_from_db(fields=["brought"])
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
    jobs.enqueue("tracking.fetch_told", connection_id=row.connection_id)
    pull = OrderPull.objects.filter(connection_id=row.connection_id, failures=0).first()
    if pull is not None:
        OrderPull.objects.filter(pk=pull.pk, next_at__gt=real_now).update(next_at=real_now)
        jobs.enqueue("tracking.pull_store", pull_id=pull.pk)
    return row


@transaction.atomic
def give_up(*, unread_id: int, actor_id: int, now: datetime) -> None:
    """Ask for an order no more; the shop telling of it again begins anew.

    :raises UnreadOrder.DoesNotExist: it was read meanwhile, or given up.
    """
    row = lock_row(UnreadOrder, unread_id)
    audit.record(
        brand_id=row.brand_id,
        actor_id=actor_id,
        action="connection.order_given_up",
        target=row.connection,
        after={"order": row.external_order_id, "why": row.code},
        now=now,
    )
    row.delete()


def settle(  # one transaction needs all of it
    *,
    connection: StoreConnection,
    row: UnreadOrder,
    topic: str,
    body: bytes | None,
    failure: PullFailed | None,
    now: datetime,
    real_now: datetime,
) -> list[int]:
    """Store what was read; the row goes, or waits for its next try. Returns the new delivery.

    What was told again since the row was read stays, and is due at once.
    """
    with transaction.atomic():
        new = []
        if body is not None:
            event, is_new = store_delivery(
                connection=connection,
                topic=topic,
                event_id="",
                body=body,
                key_index=0,
                now=now,
            )
            new = [event.pk] if is_new else []
        faults.point("unread_order.before_settled")
        mine = UnreadOrder.objects.filter(pk=row.pk, told=row.told)
        if failure is None:
            mine.delete()
        else:
            first = FIRST_WAIT if row.told is None else FIRST_WAIT_TOLD
            wait = max(first * 2 ** min(row.failures, 12), failure.retry_after)
            mine.update(
                failures=row.failures + 1,
                code=f"pull.{failure.code}",
                tried_at=real_now,
                next_at=real_now + min(wait, LONGEST_WAIT),
            )
    return new


def _list_due(pull: OrderPull, real_now: datetime) -> QuerySet[UnreadOrder]:
    return UnreadOrder.objects.filter(connection_id=pull.connection_id, next_at__lte=real_now)
