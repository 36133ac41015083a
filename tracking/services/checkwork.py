"""A worker's side of a check: read the shop page by page, compare, then look for what is only here.

The place of the next page moves in the transaction that keeps what the page came to. A turn that
dies is done again from there; an order that is met twice is counted once, as it was met last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from core import faults, jobs
from tracking.domain import storecheck
from tracking.models import (
    CheckedOrder,
    CheckStage,
    Order,
    OrderKind,
    StoreCheck,
    StoreEvent,
    StoreFinding,
)
from tracking.services import shopside, storefindings
from tracking.services.adapters import FILES
from tracking.services.orders import load_state
from tracking.services.shopside import Compared, Shop
from tracking.services.sources import Found, Place, Poller, PullFailed, find_next
from tracking.services.storechecks import TURN, WORK, lock_turn, span_of

LOOKS_A_STEP = 25
MOST_ORDERS = 50_000
MOST_FAILURES = 6
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=1)
TOO_MANY = "compare.too_many"
ENDED = (CheckStage.DONE, CheckStage.FAILED)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn at a check of a shop that can be asked."""

    check: StoreCheck
    shop: Shop
    real_now: datetime


def work_on(turn: Turn) -> None:
    """Do a page of a check; a failure of the shop is kept with its words and not raised.

    :raises TurnLost: another worker has it.
    """
    try:
        if turn.check.stage == CheckStage.LIST:
            _read_page(turn)
        else:
            _look_here(turn)
    except PullFailed as failure:
        put_off(turn, failure)
        return
    if turn.check.stage in ENDED:
        return
    with transaction.atomic():
        row = lock_turn(turn.check)
        row.next_at = turn.real_now
        row.save(update_fields=["next_at"])
        jobs.enqueue(WORK, check_id=row.pk)


def keep(  # what a step came to, and where the next one begins
    check: StoreCheck,
    compared: Sequence[Compared],
    *,
    stage: str,
    place: Place,
    now: datetime,
    real_now: datetime,
) -> None:
    """Keep what some orders came to, and where the check goes on, in one transaction.

    :raises TurnLost: another worker has it.
    """
    compared = shopside.add_deliveries(check.connection, compared)
    with transaction.atomic():
        row = lock_turn(check)
        outcomes = storefindings.note(check=row, compared=compared, now=now)
        _write(row, outcomes)
        faults.point("store_check.before_cursor")
        row.stage, row.cursor_at, row.cursor_page = stage, place.after, place.page
        row.done = CheckedOrder.objects.filter(check_of=row).count()
        row.failures, row.code, row.next_at = 0, "", real_now + TURN
        if row.done > MOST_ORDERS:
            row.stage, row.code = CheckStage.FAILED, TOO_MANY
        if row.stage in ENDED:
            _end(row, now)
        row.save()
    for name in ("stage", "cursor_at", "cursor_page", "failures", "next_at"):
        setattr(check, name, getattr(row, name))


def fail(*, check: StoreCheck, code: str, now: datetime) -> None:
    """End a check that cannot be made, with the reason.

    :raises TurnLost: another worker has it.
    """
    with transaction.atomic():
        row = lock_turn(check)
        row.code, row.stage = code, CheckStage.FAILED
        _end(row, now)
        row.save()


def put_off(turn: Turn, failure: PullFailed) -> None:
    """Try again later; after several failures end the check with the last one.

    :raises TurnLost: another worker has it.
    """
    with transaction.atomic():
        row = lock_turn(turn.check)
        row.failures += 1
        row.code = f"pull.{failure.code}"
        wait = max(FIRST_WAIT * 2 ** (row.failures - 1), failure.retry_after)
        row.next_at = turn.real_now + min(wait, LONGEST_WAIT)
        if row.failures >= MOST_FAILURES:
            row.stage = CheckStage.FAILED
            _end(row, turn.shop.now)
        row.save()


def list_only_here(check: StoreCheck, *, limit: int) -> list[Order]:
    """Return orders of the days that the shop did not name, and that nobody looked at yet."""
    span = span_of(check)
    seen = CheckedOrder.objects.filter(
        check_of=check, external_order_id=OuterRef("external_order_id")
    )
    rows = Order.objects.filter(
        ~Exists(seen),
        connection=check.connection,
        kind=OrderKind.ORDER,
        placed_at__gte=span.since,
        placed_at__lt=span.until,
        version__gt=0,
    )
    return list(rows.order_by("pk")[:limit])


def judge_only_here(order: Order) -> Compared:
    """Say what an order comes to of which the shop said that it has none."""
    here = storecheck.measure(load_state(order))
    events = StoreEvent.objects.filter(
        connection_id=order.connection_id, order_ref=order.external_order_id
    )
    # A store of files has no other word of its own than its export.
    has_told = order.connection.platform == FILES or events.filter(upload=None).exists()
    verdict = storecheck.judge_absent(here=here, is_test=order.is_test, has_told=has_told)
    return Compared(
        order_id=order.external_order_id,
        number=order.external_number,
        placed_at=order.placed_at,
        verdict=verdict,
        told=None,
        here=here,
        order=order,
    )


def _read_page(turn: Turn) -> None:
    check, source = turn.check, turn.shop.source
    place = Place(check.cursor_at, check.cursor_page)
    try:
        page = source.list_orders(after=place.after, page=place.page, without=())
        found: Iterable[Found] = page.orders
    except PullFailed as failure:
        if not (check.failures and failure.may_be_one_order):
            raise
        page = source.list_ids(after=place.after, page=place.page, without=())
        found = [_ask_for(source, thin) for thin in page.orders]
    stage = CheckStage.LIST if not page.is_last else CheckStage.HERE
    following = find_next(page, place, is_shorter=False)
    _keep(turn, _compare(turn, found), stage=stage, place=following)


def _ask_for(source: Poller, thin: Found) -> Found:
    """Return one order by itself; without its body where it alone cannot be had."""
    try:
        return source.get_order(thin.order_id) or thin
    except PullFailed as failure:
        if not failure.may_be_one_order:
            raise
        return thin


def _compare(turn: Turn, found: Iterable[Found]) -> list[Compared]:
    """Compare the orders of a page; a thin telling does not hide what a whole one showed before."""
    span = span_of(turn.check)
    compared = [
        shopside.compare_listed(turn.shop, one, span) if one.body else shopside.unread(one.order_id)
        for one in found
    ]
    ids = [one.order_id for one in compared if one.verdict.outcome == storecheck.EQUAL]
    before = CheckedOrder.objects.filter(check_of=turn.check, external_order_id__in=ids)
    odd = set(
        before.filter(outcome__in=storecheck.KINDS).values_list("external_order_id", flat=True)
    )
    return [_ask_again(turn, one) if one.order_id in odd else one for one in compared]


def _ask_again(turn: Turn, one: Compared) -> Compared:
    found = turn.shop.source.get_order(one.asked_as)
    return shopside.compare_whole(turn.shop, found, span_of(turn.check)) if found else one


def _look_here(turn: Turn) -> None:
    """Ask the shop for each order that its list did not name; it may have moved in the list."""
    rows = list_only_here(turn.check, limit=LOOKS_A_STEP)
    compared = [_look_for(turn, order) for order in rows]
    stage = CheckStage.HERE if len(rows) == LOOKS_A_STEP else CheckStage.DONE
    _keep(turn, compared, stage=stage, place=Place(turn.check.cursor_at, turn.check.cursor_page))


def _keep(turn: Turn, compared: Sequence[Compared], *, stage: str, place: Place) -> None:
    keep(
        turn.check,
        compared,
        stage=stage,
        place=place,
        now=turn.shop.now,
        real_now=turn.real_now,
    )


def _look_for(turn: Turn, order: Order) -> Compared:
    order_id = order.external_order_id
    try:
        found = turn.shop.source.get_order(order_id)
        if found is None:
            return judge_only_here(order)
        compared = shopside.compare_whole(turn.shop, found, span_of(turn.check))
    except PullFailed as failure:
        is_lasting = turn.check.failures > 0 or failure.code == "no_order"
        if not (is_lasting and failure.may_be_one_order):
            raise
        return shopside.unread(order_id)
    return compared if compared.order_id == order_id else shopside.unread(order_id)


def _write(check: StoreCheck, outcomes: Mapping[str, str]) -> None:
    CheckedOrder.objects.bulk_create(
        [
            CheckedOrder(
                brand_id=check.brand_id, check_of=check, external_order_id=order_id, outcome=outcome
            )
            for order_id, outcome in sorted(outcomes.items())
        ],
        update_conflicts=True,
        unique_fields=["check_of", "external_order_id"],
        update_fields=["outcome"],
    )


def _end(row: StoreCheck, now: datetime) -> None:
    """Count what the orders came to; the rows they came to it in have done their work."""
    orders = CheckedOrder.objects.filter(check_of=row)
    counts = orders.values("outcome").annotate(count=Count("id"))
    row.counts = {one["outcome"]: one["count"] for one in counts}
    row.new = StoreFinding.objects.filter(seen_in=row, found_at__gte=row.started_at).count()
    row.ended_at, row.next_at = now, None
    orders.delete()
