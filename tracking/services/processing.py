"""Turn a stored delivery into what it means, once, whoever picks it up."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value

from brands.models import StoreConnection
from core import faults
from core.crypto import customer_hash
from core.models import InboundStatus
from tracking.domain.events import CanonicalEvent
from tracking.models import StoreEvent
from tracking.services import fetching
from tracking.services.adapters import FETCHING, UNINSTALLED, Adapter, Parsed, PayloadRefused
from tracking.services.orders import merge_events

logger = logging.getLogger(__name__)

WAITING = (InboundStatus.STORED, InboundStatus.FAILED)
MAX_ATTEMPTS = 12
IN_REQUEST_LOCK_MS = 2_000
IN_REQUEST_STATEMENT_MS = 4_000


def process_store_event(*, event_id: int, adapter: Adapter, now: datetime) -> bool:
    """Claim the event if it waits, apply it, and mark it, in one transaction.

    Returns False when another worker has it or it is done. A failure leaves it stored, counted
    and due again; it is logged and not raised, because the store has been answered.
    """
    faults.point("store_event.before_claim")
    try:
        with transaction.atomic():
            event = _claim(event_id)
            if event is None:
                return False
            faults.point("store_event.after_claim")
            _apply(event, adapter, now)
            faults.point("store_event.before_commit")
    except (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        logger.exception("store event %s was kept for another try", event_id)
        _put_off(event_id, f"{type(error).__name__}: {error}", now)
    return True


def limit_waiting() -> None:
    """Bound what one web request may wait for; for the open transaction only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true),"
            " set_config('statement_timeout', %s, true)",
            [str(IN_REQUEST_LOCK_MS), str(IN_REQUEST_STATEMENT_MS)],
        )


def list_due(*, now: datetime, limit: int) -> list[StoreEvent]:
    """Return waiting events whose time has come, oldest first; a hint, the claim decides.

    `now` is real time; each event is due by the clock of its brand, as it was dated. The orders
    of a file are not here until somebody went through it: thousands of them would hold up others.
    """
    offset = F("brand__clock_offset_s") * Value(timedelta(seconds=1))
    brand_time = ExpressionWrapper(Value(now) + offset, output_field=DateTimeField())
    return list(
        StoreEvent.objects.filter(
            Q(upload__isnull=True) | Q(upload__finished_at__isnull=False),
            status__in=WAITING,
            next_attempt_at__lte=brand_time,
        )
        .select_related("connection", "brand")
        .order_by("id")[:limit]
    )


def _claim(event_id: int) -> StoreEvent | None:
    limit_waiting()
    return (
        StoreEvent.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("connection", "brand")
        .filter(pk=event_id, status__in=WAITING)
        .first()
    )


def _apply(event: StoreEvent, adapter: Adapter, now: datetime) -> None:
    brand = event.brand
    try:
        parsed = adapter.parse(
            topic=event.topic,
            headers={},
            body=(event.body or "").encode("latin-1"),
            hash_email=lambda email: customer_hash(brand.public_id, email),
        )
    except PayloadRefused as refusal:
        _finish(event, InboundStatus.REFUSED, refusal.code, refusal.detail, now)
        return
    if parsed.fetch:
        parsed = _let_fetch(event, parsed, now)
    for order_id, events in _by_order(parsed.events).items():
        event.order_ref = order_id[:80]
        merge_events(event=event, external_order_id=order_id, events=events, now=now)
        faults.point("store_event.after_merge")
    if parsed.note == UNINSTALLED:
        _mark_uninstalled(event.connection, now)
    status = InboundStatus.PROCESSED if parsed.events else InboundStatus.IGNORED
    _finish(event, status, parsed.note, "", now)


def _let_fetch(event: StoreEvent, parsed: Parsed, now: datetime) -> Parsed:
    """Have fetched what the body only tells of; returns what counts of it until then."""
    store = event.connection
    if not store.api_key and (parsed.events or parsed.is_provisional):
        return parsed
    real_now = now - timedelta(seconds=event.brand.clock_offset_s)
    fetching.tell(connection=store, order_ids=parsed.fetch, real_now=real_now)
    event.order_ref = parsed.fetch[0][:80]
    if parsed.events and not parsed.is_provisional:
        return parsed
    return Parsed((), FETCHING)


def _by_order(events: tuple[CanonicalEvent, ...]) -> dict[str, list[CanonicalEvent]]:
    """Group by order, in id order: two workers lock several orders in the same sequence."""
    grouped: dict[str, list[CanonicalEvent]] = defaultdict(list)
    for event in events:
        grouped[event.external_order_id].append(event)
    return dict(sorted(grouped.items()))


def _mark_uninstalled(store: StoreConnection, now: datetime) -> None:
    store.uninstalled_at = now
    store.save(update_fields=["uninstalled_at"])


def _finish(
    event: StoreEvent, status: InboundStatus, code: str, detail: str, now: datetime
) -> None:
    event.status, event.code, event.detail = status, code[:64], detail
    event.processed_at = now
    event.attempts += 1
    event.save(update_fields=["status", "code", "detail", "processed_at", "attempts", "order_ref"])


def _put_off(event_id: int, detail: str, now: datetime) -> None:
    """Count the failure and set the next try: 30 s, doubling to half a day."""
    event = StoreEvent.objects.filter(pk=event_id, status__in=WAITING).first()
    if event is None:
        return
    wait = timedelta(seconds=30 * 2 ** min(event.attempts, MAX_ATTEMPTS - 1))
    StoreEvent.objects.filter(pk=event_id, status__in=WAITING).update(
        status=InboundStatus.FAILED,
        code="store.failed",
        detail=detail[:300],
        attempts=F("attempts") + 1,
        next_attempt_at=now + min(wait, timedelta(hours=12)),
    )
